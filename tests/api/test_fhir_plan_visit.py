"""The combined visit over HTTP: what is proposed, that it is sound FHIR, and the proof beside it."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from service.fhir.model import model_issues_of
from service.fhir.validation import issues_of
from tests.fhir.resources import a_bundle
from tests.fhir_protocol.profiles import PROFILES
from tests.house import TODAY
from tests.receiving import a_condition, a_patient, a_unit, an_hba1c

PLAN_VISIT = "/fhir/Patient/p1/$plan-visit"
OVERDUE_BY_NOTHING = {"upcoming", "due"}


def a_put(resource: dict) -> dict:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url}}


@pytest.fixture
def followed(client):
    """A patient with type 2 diabetes since May 2020, of whom one result has come."""
    people = [a_unit(), a_patient(), a_condition(), an_hba1c(on="2026-09-20")]
    assert client.post("/fhir", a_bundle("transaction", *map(a_put, people))).status_code == 200


def asked(client, query: str = "") -> dict[str, list[Any]]:
    """The parameters of an answer by name, each that has parts as these by name."""
    answer = client.get(PLAN_VISIT + query)
    assert answer.status_code == 200, answer.text
    assert not [*issues_of(answer.json), *model_issues_of(answer.json)]
    return by_name(answer.json["parameter"])


def by_name(parts: list[dict]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in parts:
        [value] = [value for name, value in one.items() if name != "name"]
        found.setdefault(one["name"], []).append(by_name(value) if "part" in one else value)
    return found


def rounds(told: dict[str, list[Any]]) -> list[dict[str, list[Any]]]:
    return [one for contact in told["contact"] for one in contact["round"]]


def test_every_follow_up_that_is_due_within_a_year_has_its_day_and_none_falls_overdue_by_it(
    client, followed
) -> None:
    told = asked(client)
    listed = client.get("/fhir/Patient/p1/$follow-up").json["parameter"]
    due = {
        parts["request"][0]["reference"]
        for parts in (by_name(one["part"]) for one in listed)
        if parts.get("due-on", ["9999"])[0] <= (TODAY + timedelta(days=365)).isoformat()
        and parts["status"][0] not in {"paused", "ended"}
    }
    open_ones = [one for one in rounds(told) if one["number"] == [1]]
    assert {one["request"][0]["reference"] for one in open_ones} == due
    late = [one for one in rounds(told) if one["status-then"][0] not in OVERDUE_BY_NOTHING]
    assert all(one["overdue-already"] == [True] for one in late)
    assert (told["proven"], told["checked"], told["unconfirmed"]) == ([True], [True], [True])
    assert told["journeys"][0] <= told["contacts"][0] == len(told["contact"])


def test_a_sample_names_the_visit_before_which_it_is_taken_in_time(client, followed) -> None:
    told = asked(client, "?until=2027-02-28")
    on = {
        one["request"][0]["reference"]: date.fromisoformat(contact["planned-on"][0])
        for contact in told["contact"]
        for one in contact["round"]
        if one["number"] == [1]
    }
    pairs = [
        (one["request"][0]["reference"], visit["reference"])
        for one in rounds(told)
        for visit in one.get("sample-for", ())
    ]
    assert pairs
    assert all(7 <= (on[visit] - on[sample]).days <= 14 for sample, visit in pairs)


def test_what_is_proposed_is_an_appointment_that_validates_and_can_be_stored(
    client, followed
) -> None:
    contacts = asked(client)["contact"]
    unbooked = [one for one in contacts if "appointment" not in one]
    assert all(one["mode"] == ["at-home"] for one in unbooked)
    proposals = [one for one in contacts if one not in unbooked]
    for contact in proposals:
        [proposed] = contact["appointment"]
        verdict = client.post("/fhir/Appointment/$validate", proposed).json
        assert ["narrative" in one["details"]["text"] for one in verdict["issue"]] == [True], (
            verdict
        )
        period = proposed["requestedPeriod"][0]
        assert period["start"] <= contact["planned-on"][0] <= period["end"]
    assert client.get("/fhir/Appointment?_summary=count").json["total"] == 0
    [proposed] = proposals[0]["appointment"]
    assert client.post("/fhir/Appointment", proposed).status_code == 201


def test_the_published_example_is_what_is_proposed(client, followed) -> None:
    path = PROFILES / "examples" / "Appointment-combined-visit.json"
    example = json.loads(path.read_text(encoding="utf-8"))
    proposed = [one["appointment"][0] for one in asked(client)["contact"] if "appointment" in one]
    assert {"id", "meta"} | proposed[0].keys() == example.keys()
    assert [one.keys() for one in proposed[0]["participant"]] == [
        one.keys() for one in example["participant"]
    ]


def test_an_appointment_that_is_booked_stands_and_is_named(client, followed) -> None:
    told = asked(client)
    physician = next(one for one in told["contact"] if one["kind"] == ["physician-visit"])
    booked = physician["appointment"][0] | {
        "id": "a1",
        "status": "booked",
        "start": "2026-12-15T09:00:00+02:00",
        "end": "2026-12-15T09:30:00+02:00",
    }
    del booked["requestedPeriod"]
    assert client.put("/fhir/Appointment/a1", booked).status_code == 201
    [again] = [one for one in asked(client)["contact"] if "booked" in one]
    assert again["booked"] == [{"reference": "Appointment/a1"}]
    assert again["planned-on"] == again["earliest"] == again["latest"] == ["2026-12-15"]


def test_the_inputs_come_as_parameters_too_also_within_a_bundle(client, followed) -> None:
    inputs = {
        "resourceType": "Parameters",
        "parameter": [{"name": "until", "valueDate": "2026-12-31"}],
    }
    posted = client.post(PLAN_VISIT, inputs).json
    assert posted == client.get(f"{PLAN_VISIT}?until=2026-12-31").json
    request = {"method": "POST", "url": "Patient/p1/$plan-visit"}
    entry = {"resource": inputs, "request": request}
    answered = client.post("/fhir", a_bundle("batch", entry)).json["entry"][0]
    assert answered["resource"] == posted


@pytest.mark.parametrize(
    ("query", "input_"),
    [
        ("?from=2026-11-01", "from"),
        ("?from=2028-01-01", "from"),
        ("?until=2026-11-01", "until"),
        ("?until=2029-01-01", "until"),
        ("?until=soon", "until"),
        ("?known-at=2026-01-01", "known-at"),
        ("?by=car", "by"),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_by_its_input(
    client, followed, query, input_
) -> None:
    refused = client.get(PLAN_VISIT + query)
    assert refused.status_code == 400
    assert refused.json["issue"][0]["expression"] == [input_]


def test_any_day_can_be_planned_from_as_it_was_known(client, followed) -> None:
    known = client.get("/fhir/Condition/c1").json["meta"]["lastUpdated"]
    assert asked(client, f"?known-at={known}")["contact"]
    told = asked(client, "?as-of=2026-06-01&from=2026-06-10")
    assert told["from"] == ["2026-06-10"]
    assert min(contact["planned-on"][0] for contact in told["contact"]) >= "2026-06-10"


def test_who_may_not_see_the_patient_gets_no_plan(client, signed_in, followed) -> None:
    assert signed_in("patient", patient="p1").get(PLAN_VISIT).status_code == 200
    assert signed_in("patient", patient="p2").get(PLAN_VISIT).status_code == 404
    assert signed_in("clinician", unit="u2").get(PLAN_VISIT).status_code == 404
    assert signed_in("auditor").get(PLAN_VISIT).status_code == 403


def test_without_anything_to_follow_up_there_is_nothing_to_do(client, followed) -> None:
    client.put("/fhir/Patient/p2", a_patient("p2"))
    answer = client.get("/fhir/Patient/p2/$plan-visit").json
    told = by_name(answer["parameter"])
    assert (told["contacts"], told["journeys"], told.get("contact")) == ([0], [0], None)
