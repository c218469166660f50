"""Proposing a protocol and accepting it over HTTP, with what a professional may change in between."""

from copy import deepcopy

import orjson

from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.api.proposals import DIABETES, definition, goals_of, requests_of
from tests.fhir.resources import a_bundle
from tests.receiving import Reception, a_condition, a_patient, a_unit

ACCEPT = "/fhir/CarePlan/$accept"
REASON = "agreed at the visit"


def receive_somebody(runtime: Runtime) -> None:
    """Somebody with type 2 diabetes since May 2020 in a unit that enrols nobody by itself."""
    Reception(runtime).put(a_unit(enrols=False), a_patient(), a_condition())


def put(client: Client, *resources: Json) -> None:
    """Store resources under their own ids, in one transaction."""
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in resources
    ]
    answer = client.post("/fhir", a_bundle("transaction", *entries))
    assert answer.status_code == 200, answer.text


def proposed(client: Client, protocol: str = DIABETES, patient: str = "p1") -> Json:
    """What a protocol that is sent along proposes to a patient."""
    sent = parameters(
        {"name": "subject", "valueString": patient},
        {"name": "planDefinition", "resource": definition(protocol)},
    )
    answer = client.post("/fhir/PlanDefinition/$apply", sent)
    assert answer.status_code == 200, answer.text
    found: Json = orjson.loads(answer.data)
    return found


def parameters(*listed: Json) -> Json:
    """The inputs of an operation."""
    return {"resourceType": "Parameters", "parameter": list(listed)}


def accepted(client: Client, plan: Json, query: str = "", **headers: str) -> Json:
    """What is answered to a proposal that is accepted."""
    answer = client.post(ACCEPT + query, plan, **headers)
    assert answer.status_code in {200, 201}, answer.text
    found: Json = orjson.loads(answer.data)
    return found


def without(plan: Json, id_: str) -> Json:
    """The proposal without one of its requests."""
    found = deepcopy(plan)
    found["contained"] = [one for one in found["contained"] if one["id"] != id_]
    found["activity"] = [
        one for one in found["activity"] if one["reference"]["reference"] != f"#{id_}"
    ]
    return found


def with_date(plan: Json, id_: str, day: str, note: str = "") -> Json:
    """The proposal with another day for one of its requests."""
    found = deepcopy(plan)
    request = requests_of(found)[id_]
    request["occurrencePeriod"] = {"end": day}
    if note:
        request["note"] = [{"text": note}]
    return found


def with_target(plan: Json, limit: float) -> Json:
    """The proposal with another target for HbA1c."""
    found = deepcopy(plan)
    goals_of(found)["goal-hba1c"]["target"][0]["detailQuantity"]["value"] = limit
    return found
