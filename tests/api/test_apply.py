"""`PlanDefinition/$apply`: a protocol is proposed to one patient, by the one engine, and nothing is saved."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from service.domain.window import State
from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.api.people import accesses, key_of
from tests.api.proposals import (
    CANONICAL,
    DIABETES,
    DRAFT,
    FOLLOWED,
    MARJATTA,
    NURSE,
    PREDIABETES,
    RECOVERED,
    SUGGESTED,
    THEIRS,
    VISIT,
    WITHOUT,
    applied,
    dates_of,
    definition,
    expect_valid,
    follow_ups,
    goals_of,
    house_of_proposals,
    parts_of,
    requests_of,
)
from tests.databases import BACKENDS, Databases
from tests.fhir.resources import a_bundle
from tests.house import TODAY

BY_TYPE = "/fhir/PlanDefinition/$apply"
BY_ID = f"/fhir/PlanDefinition/{DIABETES}/$apply"


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The people to whom protocols can be proposed, once for all tests of this module: they only read."""
    folder = tmp_path_factory.mktemp("house")
    with house_of_proposals(databases, request.param, folder) as opened:
        yield opened


def issues_of(client: Client, address: str, status: int = 400) -> list[Json]:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    found: list[Json] = orjson.loads(answer.data)["issue"]
    return found


def total(client: Client, type_: str, patient: str) -> int:
    counted = client.get(f"/fhir/{type_}?patient={patient}&_summary=count")
    return int(orjson.loads(counted.data)["total"])


def test_a_protocol_is_proposed_as_one_draft_plan_with_requests_and_goals_inside(
    client: Client,
) -> None:
    plan = applied(client)

    kind = (plan["resourceType"], plan["status"], plan["intent"])
    assert kind == ("CarePlan", "draft", "proposal")
    assert plan["instantiatesCanonical"] == [f"{CANONICAL}|2026.1"]
    assert plan["subject"] == {"reference": "Patient/p1"}
    assert plan["period"] == {"start": "2020-05-04"}
    assert plan["addresses"] == [{"reference": "Condition/c1"}]
    assert {one["intent"] for one in requests_of(plan).values()} == {"proposal"}
    assert {one["status"] for one in requests_of(plan).values()} == {"draft"}
    assert {one["lifecycleStatus"] for one in goals_of(plan).values()} == {"proposed"}
    assert parts_of(plan, "proposal")["on"] == TODAY.isoformat()
    assert "id" not in plan
    expect_valid(plan)


def test_a_request_tells_what_who_when_by_which_rule_and_why(client: Client) -> None:
    request = requests_of(applied(client, more="&userLanguage=en"))["hba1c"]

    [coding] = request["code"]["coding"]
    assert (coding["code"], request["code"]["text"]) == ("hba1c", "HbA1c (long-term blood sugar)")
    assert request["performerType"]["coding"][0]["code"] == "lab"
    told = parts_of(request, "proposed-round")
    assert request["occurrencePeriod"]["end"] == told["due-on"] == "2026-12-01"
    assert request["occurrencePeriod"]["start"] < told["due-on"] < told["closes-on"]
    assert (told["interval"]["value"], told["interval"]["code"]) == (3, "mo")
    assert (told["set-by"], told["unconfirmed"]) == (DIABETES, False)
    assert told["rule"] != "base"
    assert "61" in request["reasonCode"][0]["text"]


def test_a_goal_has_the_bound_in_force_with_its_unit_and_says_whether_it_is_confirmed(
    client: Client,
) -> None:
    goal = goals_of(applied(client))["goal-hba1c"]
    [target] = goal["target"]

    assert target["measure"]["coding"][0]["code"] == "hba1c"
    quantity = target["detailQuantity"]
    assert (quantity["comparator"], quantity["value"], quantity["code"]) == ("<", 53, "mmol/mol")
    assert goal["subject"] == {"reference": "Patient/p1"}
    assert [one["valueCode"] for one in goal["extension"]] == ["sourced"]


def test_who_follows_it_already_is_proposed_the_dates_that_they_have(client: Client) -> None:
    running = follow_ups(client, FOLLOWED)
    assert "hba1c" in running

    assert dates_of(applied(client, FOLLOWED)) == {
        name: one["due-on"] for name, one in running.items() if one["status"] != State.ENDED
    }


def test_nothing_is_saved_and_the_access_is_logged(client: Client, runtime: Runtime) -> None:
    before = len(accesses(runtime))
    applied(client)
    lines = [one for one in accesses(runtime)[before:] if one.action == "apply"]

    assert [one.patients for one in lines] == [(key_of(runtime, MARJATTA),)]
    assert {total(client, type_, MARJATTA) for type_ in ("CarePlan", "ServiceRequest", "Goal")} == {
        0
    }


@pytest.mark.parametrize(
    ("query", "at", "code"),
    [
        ("", "subject", "required"),
        ("?subject=Patient/p1&subject=Patient/p2", "subject", "structure"),
        ("?subject=Group/g1", "subject", "value"),
        ("?subject=https://elsewhere.example/Patient/p1", "subject", "value"),
        ("?subject=p1&userLanguage=de", "userLanguage", "not-supported"),
        ("?subject=p1&setting=x", "setting", "not-supported"),
        ("?subject=p1&practitioner=Practitioner/nobody", "practitioner", "not-found"),
        ("?subject=p1&practitioner=Patient/p1", "practitioner", "value"),
        ("?subject=p1&encounter=Encounter/none", "encounter", "not-found"),
        (f"?subject={FOLLOWED}&encounter={VISIT}", "encounter", "not-found"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(
    client: Client, query: str, at: str, code: str
) -> None:
    [issue] = issues_of(client, BY_ID + query)
    assert (issue["code"], issue["expression"]) == (code, [at])


def test_who_proposes_and_at_which_visit_stands_in_the_proposal(client: Client) -> None:
    more = f"&practitioner={NURSE}&organization=u1&encounter=Encounter/{VISIT}"
    plan = applied(client, more=more)

    assert plan["author"] == {"reference": f"Practitioner/{NURSE}"}
    assert plan["encounter"] == {"reference": f"Encounter/{VISIT}"}
    assert requests_of(plan)["hba1c"]["requester"] == plan["author"]
    expect_valid(plan)


@pytest.mark.parametrize(
    ("language", "title"),
    [("fi", "Tyypin 2 diabetes"), ("sv", "Typ 2-diabetes"), ("en", "Type 2 diabetes")],
)
def test_the_proposal_speaks_the_readers_language(
    client: Client, language: str, title: str
) -> None:
    plan = applied(client, more=f"&userLanguage={language}")
    assert (plan["language"], plan["title"]) == (language, title)
    expect_valid(plan)


@pytest.mark.parametrize("patient", [WITHOUT, RECOVERED])
def test_a_protocol_that_does_not_fit_is_refused_and_says_why(client: Client, patient: str) -> None:
    [issue] = issues_of(client, f"{BY_ID}?subject={patient}", 422)
    assert issue["code"] == "business-rule"
    assert "does not fit" in issue["diagnostics"]


def test_a_protocol_that_a_condition_only_suggests_is_proposed_from_today(client: Client) -> None:
    plan = applied(client, SUGGESTED, id_=PREDIABETES)

    assert plan["period"] == {"start": TODAY.isoformat()}
    assert plan["addresses"] == [{"reference": "Condition/c4"}]
    assert min(dates_of(plan).values()) >= TODAY.isoformat()
    expect_valid(plan)


def test_a_draft_may_be_applied_to_look_at(client: Client) -> None:
    plan = applied(client, id_=DRAFT)
    assert plan["instantiatesCanonical"] == [f"{CANONICAL}|2099.1"]
    assert dates_of(plan) == dates_of(applied(client))
    expect_valid(plan)


def test_what_cannot_be_followed_is_refused_and_the_action_named(client: Client) -> None:
    [issue] = issues_of(client, f"/fhir/PlanDefinition/{THEIRS}/$apply?subject=p1", 422)
    assert issue["expression"] == ["PlanDefinition.action[0]"]
    assert "participant" in issue["diagnostics"]


def test_by_the_type_a_definition_is_named_by_its_canonical_or_sent(client: Client) -> None:
    by_id = applied(client)
    named = client.get(f"{BY_TYPE}?subject=p1&planDefinition={CANONICAL}|2026.1")
    assert named.json == by_id
    sent = parameters(
        {"name": "subject", "valueString": "Patient/p1"},
        {"name": "planDefinition", "resource": definition(DIABETES)},
    )
    assert client.post(BY_TYPE, sent).json == by_id
    [issue] = issues_of(client, f"{BY_TYPE}?subject=p1")
    assert (issue["code"], issue["expression"]) == ("required", ["planDefinition"])
    issues_of(client, f"{BY_TYPE}?subject=p1&planDefinition=urn:x", 404)
    issues_of(client, "/fhir/PlanDefinition/none/$apply?subject=p1", 404)


def parameters(*listed: Json) -> Json:
    return {"resourceType": "Parameters", "parameter": list(listed)}


def test_the_inputs_may_be_sent_as_parameters_and_in_a_bundle(client: Client) -> None:
    language = {"coding": [{"system": "urn:ietf:bcp:47", "code": "sv-FI"}]}
    sent = parameters(
        {"name": "subject", "valueString": "Patient/p1"},
        {"name": "userLanguage", "valueCodeableConcept": language},
    )
    assert client.post(BY_ID, sent).json == applied(client, more="&userLanguage=sv")
    request = {"method": "GET", "url": f"PlanDefinition/{DIABETES}/$apply?subject=p1"}
    answer = client.post("/fhir", a_bundle("batch", {"request": request}))
    [entry] = orjson.loads(answer.data)["entry"]
    assert entry["resource"] == applied(client)


@pytest.mark.parametrize(
    ("role", "bound", "status"),
    [
        ("clinician", {"unit": "u1"}, 200),
        ("clinician", {"unit": "u2"}, 404),
        ("clinician", {"unit": "u1", "scope": "user/Task.rs"}, 403),
        ("patient", {"patient": MARJATTA}, 403),
        ("auditor", {}, 403),
    ],
)
def test_a_protocol_is_applied_by_who_cares_for_the_patient_and_by_nobody_else(
    signed_in: Callable[..., Client], role: str, bound: dict[str, str], status: int
) -> None:
    answer = signed_in(role, **bound).get(f"{BY_ID}?subject={MARJATTA}")
    assert answer.status_code == status
