"""How somebody who may not see a person would have a protocol proposed to them."""

from typing import Any, Final

import orjson

from tests.api.access_attempts import ASKER, Attempt, Attempts, Person

BASE: Final = "https://seuranta.example/fhir"
PROTOCOL: Final = "type-2-diabetes"
CANONICAL: Final = f"{BASE}/PlanDefinition/{PROTOCOL}"


def proposals(person: Person) -> Attempts:
    """Of a protocol by its id."""
    address = f"/fhir/PlanDefinition/{PROTOCOL}/$apply?subject="
    yield Attempt(f"{address}Patient/{person.patient}")
    yield Attempt(f"{address}{person.patient}&userLanguage=sv")
    yield Attempt(f"{address}Patient?identifier={person.identifier}")
    yield Attempt(f"{address}{ASKER}&encounter=Encounter/{person.observation}")


def proposals_by_type(person: Person) -> Attempts:
    """Of a protocol by its canonical."""
    address = f"/fhir/PlanDefinition/$apply?planDefinition={CANONICAL}&subject="
    yield Attempt(f"{address}{person.patient}")
    yield Attempt(f"{address}Patient/{person.patient}")


def acceptances(person: Person) -> Attempts:
    """Of a proposal to them, in each way of sending it."""
    plan = orjson.dumps(a_proposal(person.patient))
    yield Attempt("/fhir/CarePlan/$accept", plan)
    yield Attempt("/fhir/CarePlan/$accept", plan, {"Prefer": "return=OperationOutcome"})
    sent = {"name": "care-plan", "resource": a_proposal(person.patient)}
    parameters = {"resourceType": "Parameters", "parameter": [sent]}
    yield Attempt("/fhir/CarePlan/$accept", orjson.dumps(parameters))


def a_proposal(patient: str) -> dict[str, Any]:
    """A proposal in which nothing is left but the protocol."""
    parts = [{"url": "on", "valueDate": "2026-11-21"}]
    return {
        "resourceType": "CarePlan",
        "extension": [{"url": f"{BASE}/StructureDefinition/proposal", "extension": parts}],
        "instantiatesCanonical": [f"{CANONICAL}|2026.1"],
        "status": "draft",
        "intent": "proposal",
        "subject": {"reference": f"Patient/{patient}"},
    }
