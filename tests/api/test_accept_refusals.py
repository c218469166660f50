"""What `CarePlan/$accept` refuses, and from whom; nothing begins then."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from service.runtime import Runtime
from tests.api.acceptances import (
    ACCEPT,
    accepted,
    proposed,
    receive_somebody,
    with_date,
    with_target,
    without,
)
from tests.api.conftest import Client, Json
from tests.api.people import accesses
from tests.api.proposals import CANONICAL, DIABETES, definition, follow_ups, requests_of


@pytest.fixture
def person(client: Client, runtime: Runtime) -> Client:
    """Somebody with type 2 diabetes whom nobody follows up."""
    receive_somebody(runtime)
    return client


def refused(client: Client, plan: Json, status: int = 422) -> Json:
    answer = client.post(ACCEPT, plan)
    assert answer.status_code == status, answer.text
    [issue] = orjson.loads(answer.data)["issue"]
    assert follow_ups(client) == {}
    found: Json = issue
    return found


@pytest.mark.parametrize("change", [("date",), ("out",), ("target",)], ids=lambda one: one[0])
def test_what_is_decided_otherwise_needs_a_reason(person: Client, change: tuple[str]) -> None:
    plan = proposed(person)
    changed = {
        "date": with_date(plan, "hba1c", "2027-03-01"),
        "out": without(plan, "fundus-photo"),
        "target": with_target(plan, 60),
    }[change[0]]
    assert refused(person, changed)["code"] == "required"


def first_of(plan: Json) -> Json:
    return requests_of(plan)["hba1c"]


def move_elsewhere(plan: Json) -> None:
    for one in (plan, *plan["contained"]):
        one["subject"] = {"reference": "https://elsewhere.example/fhir/Patient/p1"}


def add_a_resource(plan: Json) -> None:
    plan["contained"].append({"resourceType": "Organization", "id": "o", "name": "x"})
    plan["supportingInfo"] = [{"reference": "#o"}]


SHAPES: dict[str, tuple[int, Callable[[Json], Any]]] = {
    "status": (400, lambda plan: plan.update(status="active")),
    "subject of a request": (
        422,
        lambda plan: first_of(plan).update(subject={"reference": "Patient/p2"}),
    ),
    "subject elsewhere": (422, move_elsewhere),
    "unknown version": (
        422,
        lambda plan: plan.update(instantiatesCanonical=[f"{CANONICAL}|1999.1"]),
    ),
    "no version": (422, lambda plan: plan.update(instantiatesCanonical=[CANONICAL])),
    "two protocols": (
        400,
        lambda plan: plan.update(instantiatesCanonical=[f"{CANONICAL}|2026.1"] * 2),
    ),
    "not what was proposed": (400, lambda plan: plan.pop("extension")),
    "another request": (
        422,
        lambda plan: plan["activity"].append({"reference": {"reference": "ServiceRequest/x"}}),
    ),
    "another activity": (
        422,
        lambda plan: first_of(plan)["code"]["coding"][0].update(code="spiro"),
    ),
    "a goal elsewhere": (422, lambda plan: plan["goal"].append({"reference": "Goal/other"})),
    "another resource": (422, add_a_resource),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_cannot_be_accepted_is_refused_and_nothing_begins(person: Client, name: str) -> None:
    plan, (status, change) = proposed(person), SHAPES[name]
    change(plan)
    assert refused(person, plan, status)["expression"][0].startswith("CarePlan")


def next_version(client: Client, status: str) -> Json:
    """The protocol as it stands, as another version; what it would propose."""
    plan = {**definition(DIABETES), "id": "next", "version": "2099.1", "status": status}
    assert client.put("/fhir/PlanDefinition/next", plan).status_code == 201
    answer = client.get("/fhir/PlanDefinition/next/$apply?subject=p1")
    found: Json = orjson.loads(answer.data)
    return found


def test_a_draft_can_be_looked_at_and_not_accepted(person: Client) -> None:
    issue = refused(person, next_version(person, "draft"))
    assert "begins with version 2026.1" in issue["diagnostics"]


def test_a_plan_that_follows_another_version_is_not_moved_by_accepting(person: Client) -> None:
    accepted(person, proposed(person))
    live = follow_ups(person)
    answer = person.post(ACCEPT, next_version(person, "active"))

    assert answer.status_code == 409
    assert "follows type-2-diabetes in version 2026.1" in answer.text
    assert follow_ups(person) == live


def test_what_does_not_fit_any_more_is_not_begun(person: Client) -> None:
    plan = proposed(person)
    assert person.delete("/fhir/Condition/c1").status_code == 204
    assert "does not fit" in refused(person, plan)["diagnostics"]


def test_a_plan_is_begun_by_who_cares_for_the_patient_and_by_nobody_else(
    person: Client, signed_in: Callable[..., Client], runtime: Runtime
) -> None:
    plan = proposed(person)
    assert signed_in("clinician", unit="u2").post(ACCEPT, plan).status_code == 404
    assert signed_in("patient", patient="p1").post(ACCEPT, plan).status_code == 403
    assert signed_in("auditor").post(ACCEPT, plan).status_code == 403
    reads = signed_in("clinician", unit="u1", scope="user/CarePlan.cruds")
    assert reads.post(ACCEPT, plan).status_code == 403
    assert follow_ups(person) == {}
    assert [one.outcome for one in accesses(runtime)].count("forbidden") == 3
    assert signed_in("clinician", unit="u1").post(ACCEPT, plan).status_code == 201


def test_a_proposal_that_is_only_posted_starts_nothing(person: Client) -> None:
    stored = person.post("/fhir/CarePlan", proposed(person))
    assert stored.status_code == 201, stored.text
    assert follow_ups(person) == {}
