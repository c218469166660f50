"""People to whom protocols can be proposed, and how to read what `$apply` answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from service.fhir.own_definitions import own_definitions
from service.fhir.profiles.verdict import verdict
from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.databases import Databases
from tests.fhir_protocol.profiles import PROFILES
from tests.house import house
from tests.receiving import BASE, Reception, a_condition, a_patient, a_unit, an_hba1c

DIABETES, PREDIABETES = "type-2-diabetes", "prediabetes"
CANONICAL = f"{BASE}/PlanDefinition/{DIABETES}"
PROFILE = f"{BASE}/StructureDefinition/proposed-care-plan"
# In a health centre that enrols nobody by itself; the last is followed up in one that does.
MARJATTA, WITHOUT, RECOVERED, SUGGESTED, FOLLOWED = "p1", "p2", "p3", "p4", "p5"
NURSE, VISIT = "n1", "e1"
DRAFT, THEIRS = "draft-of-diabetes", "theirs"


@cache
def definition(protocol: str) -> Json:
    """A PlanDefinition as it stands in the folder."""
    path = PROFILES / "protocols" / f"PlanDefinition-{protocol}.json"
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


@contextmanager
def house_of_proposals(databases: Databases, backend: str, folder: Path) -> Iterator[Runtime]:
    """The whole house with these people in it."""
    with databases.lend(backend) as url, house(url, folder) as runtime:
        receive_people(runtime)
        yield runtime


def receive_people(runtime: Runtime) -> None:
    """The people, and the definitions that are applied to them."""
    reception = Reception(runtime)
    reception.put(definition(DIABETES), definition(PREDIABETES), a_draft(), an_unusable_one())
    reception.put(a_unit(enrols=False), a_unit("u2", name="Inarin terveysasema"))
    reception.put(
        *(a_patient(id_) for id_ in (MARJATTA, WITHOUT, RECOVERED, SUGGESTED)),
        a_patient(FOLLOWED, unit="u2"),
        {"resourceType": "Practitioner", "id": NURSE, "active": True},
    )
    over: Json = {"clinicalStatus": clinical("resolved"), "abatementDateTime": "2024-01-01"}
    reception.put(
        a_condition("c1", patient=MARJATTA),
        a_condition("c3", patient=RECOVERED, **over),
        a_suggestion("c4", patient=SUGGESTED),
        a_condition("c5", patient=FOLLOWED),
        *(
            an_hba1c(f"o-{id_}", patient=id_, on="2026-09-01", value=61)
            for id_ in (MARJATTA, FOLLOWED)
        ),
        a_visit(VISIT, patient=MARJATTA),
    )


def a_draft() -> Json:
    """A version to come of the protocol, which asks for the same."""
    return {**definition(DIABETES), "id": DRAFT, "version": "2099.1", "status": "draft"}


def an_unusable_one() -> Json:
    """A PlanDefinition of others, whose first action does not say who does it."""
    [first, *_] = definition(DIABETES)["action"]
    nobody = {name: value for name, value in first.items() if name != "participant"}
    url = "https://elsewhere.example/PlanDefinition/theirs"
    return {**definition(DIABETES), "id": THEIRS, "url": url, "status": "draft", "action": [nobody]}


def a_suggestion(id_: str, *, patient: str) -> Json:
    """A condition whose code says only that glucose was abnormal (ICPC-2 A91)."""
    system = "urn:oid:1.2.246.537.6.31"
    coding = {"system": system, "code": "A91"}
    return a_condition(id_, patient=patient) | {"code": {"coding": [coding]}}


def a_visit(id_: str, *, patient: str) -> Json:
    """A visit under way."""
    return {
        "resourceType": "Encounter",
        "id": id_,
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{patient}"},
    }


def clinical(code: str) -> Json:
    """A clinical status."""
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {"coding": [{"system": system, "code": code}]}


def applied(client: Client, patient: str = MARJATTA, more: str = "", id_: str = DIABETES) -> Json:
    """What is proposed to a patient."""
    answer = client.get(f"/fhir/PlanDefinition/{id_}/$apply?subject=Patient/{patient}{more}")
    assert answer.status_code == 200, answer.text
    found: Json = orjson.loads(answer.data)
    return found


def requests_of(plan: Json) -> dict[str, Json]:
    """The proposed requests by their ids."""
    inside = {one["id"]: one for one in plan["contained"]}
    listed = [one["reference"]["reference"].removeprefix("#") for one in plan["activity"]]
    return {id_: inside[id_] for id_ in listed}


def goals_of(plan: Json) -> dict[str, Json]:
    """The proposed goals by their ids."""
    inside = {one["id"]: one for one in plan["contained"]}
    listed = [one["reference"].removeprefix("#") for one in plan["goal"]]
    return {id_: inside[id_] for id_ in listed}


def dates_of(plan: Json) -> dict[str, str]:
    """On which day each proposed activity is due."""
    return {
        one["code"]["coding"][0]["code"]: one["occurrencePeriod"]["end"]
        for one in requests_of(plan).values()
    }


def parts_of(resource: Json, name: str) -> Json:
    """The parts of our extension of a name, by their names."""
    url = f"{BASE}/StructureDefinition/{name}"
    [found] = [one for one in resource["extension"] if one["url"] == url]
    return {part["url"]: _value(part) for part in found["extension"]}


def follow_ups(client: Client, patient: str = MARJATTA, query: str = "") -> dict[str, Json]:
    """What `$follow-up` says of a patient, by activity."""
    answer = orjson.loads(client.get(f"/fhir/Patient/{patient}/$follow-up{query}").data)
    listed = [
        {part["name"]: _value(part) for part in one["part"]} for one in answer.get("parameter", ())
    ]
    return {one["activity"]: one for one in listed}


def _value(part: Json) -> Any:
    return next(value for name, value in part.items() if name not in {"name", "url"})


def expect_valid(plan: Json) -> None:
    """The proposal keeps the standard and our profile of it."""
    found = verdict(plan, [PROFILE], own_definitions(PROFILES))
    assert [one for one in found if one.severity in {"error", "fatal"}] == []
