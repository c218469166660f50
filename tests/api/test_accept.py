"""`CarePlan/$accept`: what was proposed becomes the patient's live plan, or part of it, in one transaction."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.storage.tables.access import access_log
from service.storage.tables.plan import plan_protocols
from tests.api.acceptances import (
    ACCEPT,
    REASON,
    accepted,
    parameters,
    proposed,
    put,
    receive_somebody,
    with_date,
    with_target,
    without,
)
from tests.api.conftest import Client, Json
from tests.api.proposals import (
    DIABETES,
    PREDIABETES,
    a_suggestion,
    dates_of,
    expect_valid,
    follow_ups,
    goals_of,
    parts_of,
    requests_of,
)
from tests.api.test_fhir_parallel import answers_at_once
from tests.fhir_protocol.profiles import PROFILES
from tests.house import SYSTEM, TODAY
from tests.jobs.past_days import projection
from tests.receiving import BASE, Reception, a_condition, a_patient, a_unit, an_hba1c

OUTCOME = {"Prefer": "return=OperationOutcome"}


@pytest.fixture
def person(client: Client, runtime: Runtime) -> Client:
    """Somebody with type 2 diabetes whom nobody follows up."""
    receive_somebody(runtime)
    return client


def request_of(client: Client, activity: str) -> Json:
    """The ServiceRequest of a follow-up."""
    address = follow_ups(client)[activity]["request"]["reference"]
    found: Json = orjson.loads(client.get(f"/fhir/{address}").data)
    return found


def test_what_is_proposed_begins_the_plan_with_the_dates_that_were_proposed(
    person: Client, runtime: Runtime
) -> None:
    plan = proposed(person)
    answer = person.post(ACCEPT, plan)

    assert answer.status_code == 201
    live = orjson.loads(answer.data)
    assert answer.headers["Location"].endswith(f"/fhir/CarePlan/{live['id']}/_history/2")
    assert (live["status"], live["intent"]) == ("active", "plan")
    assert live["instantiatesCanonical"] == plan["instantiatesCanonical"]
    assert {name: one["due-on"] for name, one in follow_ups(person).items()} == dates_of(plan)
    goals = [person.get(f"/fhir/{one['reference']}").json or {} for one in live["goal"]]
    assert len(goals) == len(goals_of(plan))
    assert {(one["lifecycleStatus"], one["startDate"]) for one in goals} == {
        ("active", TODAY.isoformat())
    }
    [plan_again] = orjson.loads(person.get("/fhir/CarePlan?patient=p1").data)["entry"]
    assert plan_again["resource"] == live


def test_who_accepted_it_and_why_stays_with_the_plan_and_in_the_log(
    person: Client, runtime: Runtime, signed_in: Callable[..., Client]
) -> None:
    nurse = signed_in("clinician", unit="u1")
    accepted(nurse, proposed(nurse), f"?reason={REASON}")

    [row] = decisions(runtime)
    assert (row["decision"], row["author"], row["reason"]) == (
        "accepted",
        "clinician of the tests",
        REASON,
    )
    assert (row["protocol"], row["version"], str(row["from_day"])) == (
        DIABETES,
        "2026.1",
        "2020-05-04",
    )
    lines = changes(runtime)
    assert ("accept", "clinician of the tests") in lines


def decisions(runtime: Runtime) -> list[Json]:
    """Which protocols came into plans, and by whose decision."""
    store: Any = runtime.store
    with store.engine.connect() as connection:
        return [dict(one) for one in connection.execute(select(plan_protocols)).mappings()]


def changes(runtime: Runtime) -> set[tuple[str, str]]:
    """What the log says was done, and by whom."""
    runtime.collect(runtime.clock.now())
    store: Any = runtime.store
    with store.engine.connect() as connection:
        found = connection.execute(select(access_log.c.action, access_log.c.who))
        return {(one.action, one.who) for one in found}


def test_a_running_plan_is_added_to(person: Client) -> None:
    put(person, a_condition("c2", code="I10"))
    live = accepted(person, proposed(person, "hypertension"))
    before = follow_ups(person)
    answer = person.post(ACCEPT, proposed(person))

    assert answer.status_code == 200
    both = orjson.loads(answer.data)
    assert both["id"] == live["id"]
    assert len(both["instantiatesCanonical"]) == 2
    assert follow_ups(person).keys() > before.keys()


def test_accepted_again_it_is_the_same_plan_and_no_new_version(person: Client) -> None:
    plan = proposed(person)
    changed = with_date(without(plan, "fundus-photo"), "hba1c", "2027-03-01")
    query = f"?reason={REASON}&agreed-on={TODAY}"
    first = person.post(ACCEPT + query, changed)
    versions = tags(person)
    again = person.post(ACCEPT + query, changed, **OUTCOME)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"]
    assert "already" in orjson.loads(again.data)["issue"][0]["diagnostics"]
    assert tags(person) == versions


def tags(client: Client) -> dict[str, str]:
    """The version of each resource of the patient's plan."""
    return {
        f"{type_}/{one['resource']['id']}": one["resource"]["meta"]["versionId"]
        for type_ in ("CarePlan", "ServiceRequest", "Task", "Goal")
        for one in orjson.loads(client.get(f"/fhir/{type_}?patient=p1&_count=100").data)["entry"]
    }


def test_an_activity_that_was_taken_out_ends_for_this_patient_with_reason_and_author(
    person: Client, runtime: Runtime
) -> None:
    put(person, {"resourceType": "Practitioner", "id": "n1", "active": True})
    plan = without(proposed(person), "fundus-photo")
    accepted(person, plan, f"?reason={REASON}&practitioner=n1")

    assert follow_ups(person)["fundus"]["status"] == "ended"
    request = request_of(person, "fundus")
    assert request["status"] == "revoked"
    said = parts_of(request, "adjustment")
    assert (said["kind"], said["reason"]) == ("does-not-apply", REASON)
    assert said["author"] == {"reference": "Practitioner/n1"}
    tasks = orjson.loads(person.get(f"/fhir/Task?based-on=ServiceRequest/{request['id']}").data)
    assert {one["resource"]["status"] for one in tasks["entry"]} == {"cancelled"}
    expect_rebuilt(runtime)


def expect_rebuilt(runtime: Runtime) -> None:
    """A rebuild finds what stands, and nothing that differs from it."""
    before = projection(runtime)
    report = rebuild(runtime)
    after = projection(runtime)
    for table, listed in before.items():
        assert after[table] == listed, table
    assert report.different == 0


def test_a_day_that_was_changed_is_the_plans_own_entry(person: Client, runtime: Runtime) -> None:
    plan = with_date(proposed(person), "hba1c", "2027-03-01", "travels until February")
    accepted(person, plan)

    assert follow_ups(person)["hba1c"]["due-on"] == "2027-03-01"
    said = parts_of(request_of(person, "hba1c"), "own-date")
    assert (said["date"], said["reason"]) == ("2027-03-01", "travels until February")
    expect_rebuilt(runtime)


def test_a_decision_that_a_request_brings_is_taken_in(person: Client) -> None:
    plan = proposed(person)
    interval = {"value": 6, "unit": "mo", "system": "http://unitsofmeasure.org", "code": "mo"}
    parts = [
        {"url": "interval", "valueDuration": interval},
        {"url": "from", "valueDate": TODAY.isoformat()},
        {"url": "reason", "valueString": REASON},
    ]
    own = {"url": f"{BASE}/StructureDefinition/own-interval", "extension": parts}
    requests_of(plan)["hba1c"]["extension"].append(own)
    accepted(person, plan)

    assert parts_of(request_of(person, "hba1c"), "own-interval")["interval"]["value"] == 6


def test_a_target_that_was_changed_is_the_patients_own(person: Client) -> None:
    live = accepted(person, with_target(proposed(person), 60), f"?reason={REASON}")
    goals = [orjson.loads(person.get(f"/fhir/{one['reference']}").data) for one in live["goal"]]
    aiming = [one for one in goals if "target" in one]
    by_item = {one["target"][0]["measure"]["coding"][0]["code"]: one for one in aiming}

    [target] = by_item["hba1c"]["target"]
    assert target["detailQuantity"]["value"] == 60
    assert parts_of(target, "own-target")["reason"] == REASON
    [other] = by_item["bp.sys"]["target"]
    assert "own-target" not in str(other["extension"])


def test_a_goal_without_a_bound_in_force_is_no_result_that_does_not_count(
    person: Client, runtime: Runtime
) -> None:
    plan = proposed(person)
    wordy = [id_ for id_, one in goals_of(plan).items() if "target" not in one]
    live = accepted(person, plan)

    assert wordy == ["goal-ldl"]  # nothing known says which class of risk
    assert len(live["goal"]) == len(goals_of(plan))
    assert not_counted(runtime) == []


def not_counted(runtime: Runtime) -> list[Any]:
    with runtime.store.read() as view:
        return list(view.not_counted.by_sender(viewer=SYSTEM))


def test_the_plan_is_agreed_on_if_the_one_who_accepts_says_so(person: Client) -> None:
    plan = proposed(person)
    live = accepted(person, parameters({"name": "care-plan", "resource": plan}))
    assert "extension" not in live
    sent = parameters(
        {"name": "care-plan", "resource": plan},
        {"name": "agreed-on", "valueDate": TODAY.isoformat()},
    )
    [agreed] = accepted(person, sent)["extension"]
    assert agreed["valueDate"] == TODAY.isoformat()
    answer = person.post(f"{ACCEPT}?agreed-on=2999-01-01", plan)
    assert answer.status_code == 400


def test_the_plan_follows_what_is_known_now_and_the_outcome_tells_what_has_changed(
    person: Client,
) -> None:
    plan = proposed(person)
    put(person, an_hba1c(on=TODAY.isoformat(), value=61))
    answer = person.post(ACCEPT, plan, **OUTCOME)

    told = [one["diagnostics"] for one in orjson.loads(answer.data)["issue"]]
    due_on = follow_ups(person)["hba1c"]["due-on"]
    assert due_on != dates_of(plan)["hba1c"]
    proposed_on = dates_of(plan)["hba1c"]
    assert f"`hba1c` is due on {due_on}, not on {proposed_on} as proposed" in told[1]
    assert len(told) == 2


def test_the_answer_is_as_short_as_the_client_prefers(person: Client) -> None:
    answer = person.post(ACCEPT, proposed(person), Prefer="return=minimal")
    assert (answer.status_code, answer.data) == (201, b"")
    assert answer.headers["Preference-Applied"] == "return=minimal"


def test_of_many_who_accept_at_once_one_begins_the_plan(
    person: Client, signed_in: Callable[..., Client]
) -> None:
    plan = proposed(person)
    changed = [without(plan, "fundus-photo"), with_date(plan, "hba1c", "2027-03-01"), plan]

    def send(own: Client, number: int) -> Any:
        return own.post(f"{ACCEPT}?reason={REASON}", changed[number % 3])

    answers = answers_at_once(signed_in, send, 6)

    assert Counter(one.status_code for one in answers) == {201: 1, 200: 5}
    assert len({orjson.loads(one.data)["id"] for one in answers}) == 1
    found = orjson.loads(person.get("/fhir/CarePlan?patient=p1").data)["entry"]
    assert len(found) == 1
    listed = orjson.loads(person.get("/fhir/ServiceRequest?patient=p1&_count=100").data)["entry"]
    assert len(listed) == len(found[0]["resource"]["activity"])
    assert follow_ups(person)["hba1c"]["due-on"] == "2027-03-01"


def test_what_a_condition_only_suggests_is_followed_from_the_day_it_was_accepted(
    person: Client, runtime: Runtime
) -> None:
    put(person, a_patient("p2"), a_suggestion("c9", patient="p2"))
    plan = proposed(person, PREDIABETES, "p2")
    live = accepted(person, plan)

    assert live["addresses"] == [{"reference": "Condition/c9"}]
    assert live["period"] == {"start": TODAY.isoformat()}
    begun = {name: one["due-on"] for name, one in follow_ups(person, "p2").items()}
    assert begun == dates_of(plan)
    assert person.delete("/fhir/Condition/c9").status_code == 204
    put(person, a_condition("c10", patient="p2", code="I10"))
    kept = {name: one["due-on"] for name, one in follow_ups(person, "p2").items()}
    assert kept == begun
    expect_rebuilt(runtime)


def test_a_plan_that_has_ended_begins_again_with_what_is_accepted(
    person: Client, runtime: Runtime
) -> None:
    plan = proposed(person)
    live = accepted(person, plan)
    put(person, {**live, "status": "revoked"})
    tomorrow = f"?as-of={TODAY + timedelta(days=1)}"
    assert {one["status"] for one in follow_ups(person, query=tomorrow).values()} == {"ended"}
    answer = person.post(ACCEPT, plan)

    assert answer.status_code == 201
    again = orjson.loads(answer.data)
    assert (again["id"], again["status"]) == (live["id"], "active")
    begun = follow_ups(person, query=tomorrow)
    assert begun.keys() == dates_of(plan).keys()
    assert "ended" not in {one["status"] for one in begun.values()}
    expect_rebuilt(runtime)


def test_the_example_of_a_proposal_is_accepted(client: Client, runtime: Runtime) -> None:
    plan = json.loads((PROFILES / "examples" / "CarePlan-proposed.json").read_text())
    Reception(runtime).put(
        a_unit(enrols=False),
        a_patient("example"),
        a_condition("c1", patient="example", code="E03.9"),
    )
    expect_valid(plan)
    answer = client.post(ACCEPT, plan)

    assert answer.status_code == 201, answer.text
    begun = follow_ups(client, "example")
    assert {name: one["due-on"] for name, one in begun.items()} == dates_of(plan)
