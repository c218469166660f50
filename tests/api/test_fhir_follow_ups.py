"""What a result does the same minute, seen over HTTP: $follow-up, Tasks, outcomes of writes."""

from datetime import date, timedelta

import orjson
import pytest

from service.fhir.model import model_issues_of
from service.fhir.validation import issues_of
from tests.fhir.resources import a_bundle
from tests.house import TODAY
from tests.receiving import a_condition, a_patient, a_unit, an_hba1c

FOLLOW_UP = "/fhir/Patient/p1/$follow-up"


def a_put(resource: dict) -> dict:
    """An entry that stores a resource under its own id."""
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url}}


@pytest.fixture
def followed(client):
    """A patient with type 2 diabetes since May 2020, of whom no result has come."""
    people = [a_unit(), a_patient(), a_condition()]
    assert client.post("/fhir", a_bundle("transaction", *map(a_put, people))).status_code == 200


def parts(client, activity: str = "hba1c", query: str = "", **headers: str) -> dict:
    """The parts of one follow-up by their names."""
    answer = client.get(FOLLOW_UP + query, **headers)
    assert answer.status_code == 200
    assert not [*issues_of(answer.json), *model_issues_of(answer.json)]
    found = [
        {part["name"]: value_of(part) for part in one["part"]}
        for one in answer.json.get("parameter", [])
    ]
    return next((one for one in found if one["activity"] == activity), {})


def value_of(part: dict):
    """The value of a part: a reference's address, anything else itself."""
    [value] = [value for name, value in part.items() if name != "name"]
    if isinstance(value, list):
        return {one["name"]: value_of(one) for one in value}
    return value["reference"] if isinstance(value, dict) else value


def round_of(client) -> dict:
    """The open round of the HbA1c, as it is read."""
    task: dict = client.get(f"/fhir/{parts(client)['task']}").json
    return task


def test_what_is_not_known_to_be_done_names_the_silent_source_and_is_not_what_was_not_done(
    client, followed
) -> None:
    assert parts(client)["not-known"] == {"source": "lab"}
    client.put("/fhir/Observation/o1", an_hba1c(on="2019-05-04"))
    assert parts(client, "lipids")["not-known"] == {"source": "lab", "since": "2019-05-04"}
    client.put("/fhir/Observation/o2", an_hba1c("o2", on="2026-03-12"))
    told = parts(client, "lipids")
    assert (told["status"], "not-known" in told) == ("overdue", False)


def test_a_result_closes_its_follow_up_before_the_answer_and_taking_it_back_opens_it(
    client, followed
) -> None:
    before = parts(client)
    assert before["status"] == "overdue"
    assert before["protocol"].startswith("https://seuranta.example/fhir/PlanDefinition/")
    client.put("/fhir/Observation/o1", an_hba1c())
    after = parts(client)
    assert (after["status"], after["request"]) == ("upcoming", before["request"])
    assert after["due-on"] > "2026-11-21"
    assert client.get(f"/fhir/{before['task']}").json["status"] == "completed"
    client.put("/fhir/Observation/o1", an_hba1c(status="entered-in-error"))
    # That the laboratory has sent something stays known.
    assert parts(client) | {"not-known": {"source": "lab"}} == before


def test_the_answer_to_a_write_says_what_it_closed_and_when_it_is_next_due(
    client, followed
) -> None:
    prefer = {"Prefer": "return=OperationOutcome"}
    told = client.put("/fhir/Observation/o1", an_hba1c(), **prefer)
    [issue] = told.json["issue"]
    assert (told.status_code, issue["severity"]) == (201, "information")
    assert "`hba1c`" in issue["diagnostics"]
    assert parts(client)["due-on"] in issue["diagnostics"]
    entries = [a_put(an_hba1c("o2", on="2026-11-21")), a_put(a_unit(name="Renamed"))]
    answers = client.post("/fhir", a_bundle("transaction", *entries), **prefer).json["entry"]
    first, second = (one["response"]["outcome"]["issue"][0] for one in answers)
    assert "`hba1c`" in first["diagnostics"]
    assert first["expression"] == ["Bundle.entry[0]"]
    assert "no follow-up" in second["diagnostics"]


def test_the_answer_to_a_write_says_why_a_result_did_not_count(client, followed) -> None:
    unknown = an_hba1c(code={"coding": [{"system": "http://loinc.org", "code": "00000-0"}]})
    told = client.post("/fhir/Observation", unknown, Prefer="return=OperationOutcome")
    assert "Not counted (code)" in told.json["issue"][0]["diagnostics"]


def test_a_result_of_a_day_to_come_closes_nothing_before_it_and_the_answer_says_so(
    client, followed
) -> None:
    coming = (TODAY + timedelta(days=7)).isoformat()
    result = an_hba1c(on=coming)
    told = client.put("/fhir/Observation/o1", result, Prefer="return=OperationOutcome")
    assert parts(client)["status"] == "overdue"
    due_on = parts(client)["due-on"]
    assert f"on {coming}; until then it is due on {due_on}" in told.json["issue"][0]["diagnostics"]


def test_any_day_can_be_asked_as_it_was_known(client, followed) -> None:
    known = client.get("/fhir/Condition/c1").json["meta"]["lastUpdated"]
    client.put("/fhir/Observation/o1", an_hba1c(on="2026-11-20"))
    assert parts(client)["status"] == "upcoming"
    assert parts(client, query=f"?known-at={known}")["status"] == "overdue"
    assert parts(client, query="?as-of=2020-05-20")["status"] in {"due", "upcoming"}
    assert parts(client, query="?as-of=2019-01-01") == {}
    due_on = date.fromisoformat(parts(client)["due-on"])
    assert parts(client, query=f"?as-of={due_on}")["status"] == "due"
    late = due_on + timedelta(days=200)
    assert parts(client, query=f"?as-of={late}")["status"] == "overdue"


@pytest.mark.parametrize(
    "query",
    [
        "?as-of=2026-13-01",
        "?as-of=today",
        "?as-of=2026W451",
        "?as-of=0001-01-01",
        "?as-of=9999-12-31",
        "?known-at=2026-01-01",
    ],
)
def test_a_day_or_instant_that_is_none_is_refused_by_its_name(client, followed, query) -> None:
    refused = client.get(FOLLOW_UP + query)
    assert refused.status_code == 400
    assert refused.json["issue"][0]["expression"] == [query[1:].partition("=")[0]]


def test_why_is_told_in_the_readers_language(client, followed) -> None:
    told = {parts(client, Accept_Language=language)["because"] for language in ("fi", "sv", "en")}
    assert len(told) == 3


def test_a_patient_asks_for_their_own_and_nobody_elses(client, signed_in, followed) -> None:
    client.put("/fhir/Patient/p2", a_patient("p2"))
    assert signed_in("patient", patient="p1").get(FOLLOW_UP).status_code == 200
    assert signed_in("patient", patient="p2").get(FOLLOW_UP).status_code == 404
    assert signed_in("clinician", unit="u1").get(FOLLOW_UP).status_code == 200
    assert signed_in("clinician", unit="u2").get(FOLLOW_UP).status_code == 404
    assert signed_in("auditor").get(FOLLOW_UP).status_code == 403
    empty = signed_in("patient", patient="p2").get("/fhir/Patient/p2/$follow-up")
    assert empty.json == {"resourceType": "Parameters"}


def test_a_round_is_read_as_it_stands_on_the_day(client, followed) -> None:
    seen, task = parts(client), round_of(client)
    [coding] = task["businessStatus"]["coding"]
    assert (task["status"], coding["code"]) == ("requested", "overdue")
    assert task["restriction"]["period"] == {"start": seen["opens-on"], "end": seen["due-on"]}
    assert task["extension"][0]["valueDate"] == seen["closes-on"]
    assert not [*issues_of(task), *model_issues_of(task)]
    found = client.get(f"/fhir/Task?_id={task['id']}").json["entry"][0]["resource"]
    assert found == task
    entry = {"request": {"method": "GET", "url": f"Task/{task['id']}"}}
    answer = client.post("/fhir", a_bundle("batch", entry)).json
    assert answer["entry"][0]["resource"] == task


def test_a_follow_up_is_read_with_the_rule_in_force(client, followed) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    seen = parts(client)
    request = client.get(f"/fhir/{seen['request']}").json
    timing = request["occurrenceTiming"]
    assert timing["event"] == [seen["due-on"]]
    assert timing["repeat"]["periodUnit"] == "mo"
    assert not [*issues_of(request), *model_issues_of(request)]


def test_what_depends_on_the_day_is_in_no_version_and_no_history(client, followed) -> None:
    task = round_of(client)
    address = f"/fhir/Task/{task['id']}"
    version = client.get(f"{address}/_history/{task['meta']['versionId']}").json
    [first, *_] = client.get(f"{address}/_history").json["entry"]
    for kept in (version, first["resource"]):
        assert "businessStatus" not in kept
        assert "restriction" not in kept


def test_what_depends_on_the_day_is_never_answered_by_not_modified(client, followed) -> None:
    address = f"/fhir/{parts(client)['task']}"
    read = client.get(address)
    assert read.headers["Cache-Control"] == "private, no-cache"
    again = client.get(address, If_None_Match=read.headers["ETag"])
    assert (again.status_code, again.data) == (200, read.data)


def test_what_was_read_can_be_sent_back_and_changes_nothing(client, followed) -> None:
    for kind in ("task", "request"):
        address = f"/fhir/{parts(client)[kind]}"
        read = client.get(address)
        back = client.put(address, read.json, If_Match=read.headers["ETag"])
        assert (back.status_code, back.headers["ETag"]) == (200, read.headers["ETag"])


def test_a_decision_stays_and_what_the_calendar_says_does_not(client, followed) -> None:
    address = f"/fhir/{parts(client)['request']}"
    request = client.get(address).json
    request["note"] = [{"text": "asks for a morning time"}]
    assert client.put(address, request).status_code == 200
    changed = client.get(address)
    version = client.get(f"{address}/_history/2").json
    assert version["note"] == request["note"]
    assert "occurrenceTiming" not in version
    assert "occurrenceTiming" in changed.json


def test_a_round_made_by_somebody_else_is_an_ordinary_record(client, followed) -> None:
    task = {
        "resourceType": "Task",
        "id": "theirs",
        "status": "requested",
        "intent": "order",
        "businessStatus": {"text": "in their own words"},
        "for": {"reference": "Patient/p1"},
    }
    stored = client.put("/fhir/Task/theirs", task)
    read = client.get("/fhir/Task/theirs")
    assert read.data == stored.data
    assert read.json["businessStatus"] == task["businessStatus"]
    assert client.get("/fhir/Task/theirs", If_None_Match=read.headers["ETag"]).status_code == 304


def test_the_plan_and_its_follow_ups_are_found_as_any_resource(client, followed) -> None:
    plan = client.get("/fhir/CarePlan?patient=p1&status=active").json["entry"][0]["resource"]
    requests = client.get("/fhir/ServiceRequest?patient=p1&intent=plan&_count=100").json["entry"]
    referred = {one["reference"]["reference"] for one in plan["activity"]}
    assert {f"ServiceRequest/{one['resource']['id']}" for one in requests} == referred
    assert orjson.dumps(plan).count(b"Patient/p1") == 1
    assert TODAY.isoformat() not in plan["period"]["start"]
