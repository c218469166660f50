"""Wire checklist D3: what a write is told to have done, and what is refused though it is valid FHIR."""

from typing import Any

import pytest

from tests.fhir.resources import a_bundle
from tests.protocols import a_version
from tests.receiving import a_condition, a_patient, a_unit, an_hba1c

WANTED = {"Prefer": "return=OperationOutcome"}


@pytest.fixture
def person(client):
    """A patient of a unit that enrols on arrival."""
    client.put("/fhir/Organization/u1", a_unit())
    client.put("/fhir/Patient/p1", a_patient())


def told(answer: Any) -> list[tuple[str, str]]:
    """The severity and words of each issue."""
    return [(one["severity"], one["diagnostics"]) for one in answer.json["issue"]]


@pytest.mark.check(39)
def test_a_write_says_which_protocol_it_began_what_it_closed_and_what_came_back(
    client, person
) -> None:
    [(severity, words)] = told(client.put("/fhir/Condition/c1", a_condition(), **WANTED))
    assert severity == "information"
    assert words == "Begins the follow-up of the protocol `type-2-diabetes` (Type 2 diabetes)."
    [(_, closes)] = told(client.put("/fhir/Observation/o1", an_hba1c(), **WANTED))
    assert closes.startswith("Closes the follow-up `hba1c`")
    [(_, again)] = told(client.put("/fhir/Observation/o1", an_hba1c(), **WANTED))
    assert again == "It stands so already; nothing was stored."
    wrong = an_hba1c(status="entered-in-error")
    [reopened] = told(client.put("/fhir/Observation/o1", wrong, **WANTED))
    assert reopened[1].startswith("Closes the follow-up `hba1c`")
    assert "no more; it is due on " in reopened[1]
    client.put("/fhir/Observation/o1", an_hba1c())
    [(_, gone)] = told(client.delete("/fhir/Observation/o1", **WANTED))
    assert "no more; it is due on " in gone
    nothing = client.delete("/fhir/Observation/o1", **WANTED)
    assert (nothing.status_code, told(nothing)[0][1]) == (200, "There was nothing to delete.")


@pytest.mark.check(39)
@pytest.mark.parametrize("type_", ["PlanDefinition", "ActivityDefinition"])
def test_a_definition_that_is_no_protocol_of_ours_says_that_follow_ups_do_not_go_by_it(
    client, type_
) -> None:
    plan = {"resourceType": type_, "id": "own", "status": "active"}
    [(severity, words)] = told(client.put(f"/fhir/{type_}/own", plan, **WANTED))
    assert severity == "information"
    assert words.startswith("Kept as a record; ")
    [(severity, _)] = told(client.delete(f"/fhir/{type_}/own", **WANTED))
    assert severity == "information"


@pytest.mark.check(39)
def test_a_write_of_a_protocol_says_what_it_does_to_plans(client, person) -> None:
    address = "/fhir/PlanDefinition/hypothyroidism"
    for status, said in (
        ("draft", "Kept as a draft of `hypothyroidism` in version 2027.1; it enrols nobody."),
        ("active", "Published: who is put on `hypothyroidism` from now on gets version 2027.1"),
        ("retired", "Retired: `hypothyroidism` in version 2027.1 enrols nobody any more"),
    ):
        [(severity, words)] = told(client.put(address, a_version(status=status), **WANTED))
        assert severity == "information"
        assert words.startswith(said)
    back = client.put(address, a_version(status="active"))
    assert back.status_code == 409
    assert back.json["issue"][0]["expression"] == ["PlanDefinition.status"]

    [(_, words)] = told(client.put("/fhir/Condition/c1", a_condition(code="E03.9"), **WANTED))
    assert words == "Begins the follow-up of the protocol `hypothyroidism` (Hypothyroidism)."
    found = client.get("/fhir/CarePlan?subject=Patient/p1").json["entry"]
    [plan] = [one["resource"] for one in found]
    [followed] = plan["instantiatesCanonical"]
    assert followed.endswith("/PlanDefinition/hypothyroidism|2026.1")


def test_a_reference_that_leads_nowhere_is_stored_and_warned_of(client, person, signed_in) -> None:
    client.put("/fhir/Patient/p2", a_patient("p2", unit="u2"))
    for number, (target, warned) in enumerate(
        (
            ("Patient/p1", False),
            ("Patient/unknown", True),
            ("urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9", True),
            ("https://other.example/fhir/Patient/1", False),
        )
    ):
        result = an_hba1c(f"x{number}", subject={"reference": target})
        answer = client.put(f"/fhir/Observation/x{number}", result, **WANTED)
        assert answer.status_code == 201
        assert {words for severity, words in told(answer) if severity == "warning"} <= {
            "the reference leads to nothing that is known here"
        }
        warnings = [one for one in answer.json["issue"] if one["severity"] == "warning"]
        assert [one["expression"] for one in warnings] == [
            ["Observation.subject.reference"]
        ] * warned
    member = [{"reference": "Observation/hidden"}]
    entry = {
        "resource": an_hba1c("y", hasMember=member),
        "request": {"method": "PUT", "url": "Observation/y"},
    }
    answer = client.post("/fhir", a_bundle("transaction", entry), **WANTED)
    outcome = answer.json["entry"][0]["response"]["outcome"]
    places = [one["expression"] for one in outcome["issue"] if one["severity"] == "warning"]
    assert places == [["Bundle.entry[0].resource.hasMember[0].reference"]]


def test_a_token_learns_nothing_of_people_whom_it_may_not_see(client, person, signed_in) -> None:
    client.put("/fhir/Patient/p2", a_patient("p2", unit="u2"))
    client.put("/fhir/Observation/theirs", an_hba1c("theirs", patient="p2"))
    nurse = signed_in("clinician", unit="u1")
    hidden = nurse.post("/fhir/Observation", an_hba1c(patient="p2"))
    unknown = nurse.post("/fhir/Observation", an_hba1c(patient="nobody"))
    assert (hidden.status_code, hidden.json) == (unknown.status_code, unknown.json)
    assert hidden.status_code == 403
    patch = b'[{"op":"replace","path":"/status","value":"amended"}]'
    for id_ in ("theirs", "nothing"):
        refused = nurse.send(
            "PATCH", f"/fhir/Observation/{id_}", patch, Content_Type="application/json-patch+json"
        )
        assert (refused.status_code, refused.json["issue"][0]["code"]) == (404, "not-found")
        assert nurse.delete(f"/fhir/Observation/{id_}").status_code == 204
    assert nurse.delete("/fhir/Observation?patient=Patient/p2").status_code == 204
    assert client.get("/fhir/Observation/theirs").headers["ETag"] == 'W/"1"'


@pytest.mark.check(38)
def test_a_protocol_with_cql_is_valid_and_not_taken(client) -> None:
    condition = {
        "kind": "applicability",
        "expression": {"language": "text/cql", "expression": "true"},
    }
    plan = {
        "resourceType": "PlanDefinition",
        "id": "x",
        "status": "draft",
        "action": [{"title": "a"}, {"title": "b", "action": [{"condition": [condition]}]}],
    }
    at = "action[1].action[0].condition[0].expression.language"
    for answer, before in (
        (client.put("/fhir/PlanDefinition/x", plan), "PlanDefinition"),
        (
            client.post(
                "/fhir",
                a_bundle(
                    "transaction",
                    {"resource": plan, "request": {"method": "POST", "url": "PlanDefinition"}},
                ),
            ),
            "Bundle.entry[0].resource",
        ),
    ):
        [issue] = answer.json["issue"]
        assert (answer.status_code, issue["code"]) == (422, "not-supported")
        assert issue["expression"] == [f"{before}.{at}"]


@pytest.mark.check(47)
def test_a_conflict_is_what_the_record_cannot_hold_beside_what_it_holds(client, person) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    refused = client.put("/fhir/Observation?status=amended", an_hba1c())
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (409, "conflict")
