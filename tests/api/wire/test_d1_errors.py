"""Wire checklist D1, errors: every refusal is an OperationOutcome whose code fits and that says where."""

import re
from typing import Any

import orjson
import pytest

from service.domain import errors
from service.fhir.definitions import codes
from service.fhir.model import model_issues_of
from service.fhir.validation import issues_of
from tests.api.people import HATTULA
from tests.fhir.resources import a_patient
from tests.guards.repository import ROOT
from tests.receiving import an_hba1c

Json = dict[str, Any]
ISSUE_TYPES = {code for listed in codes()["issue-type"].values() for code in listed}
SEVERITIES = {code for listed in codes()["issue-severity"].values() for code in listed}


def first(answer: Any) -> tuple[int, str, list[str]]:
    """The status of an answer, and code and places of its first issue."""
    issue = answer.json["issue"][0]
    return answer.status_code, issue["code"], issue.get("expression", [])


@pytest.mark.check(12, 13)
def test_every_code_that_the_service_can_answer_with_is_of_the_value_set() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    of_errors = {one.code for one in kinds if issubclass(one, errors.SeurantaError)}
    modules = [path.read_text() for path in (ROOT / "service").rglob("*.py")]
    written = {code for text in modules for code in re.findall(r'\bIssue\(\s*"([^"]*)"', text)}
    assert len(written) > 10
    assert written | of_errors <= ISSUE_TYPES


@pytest.mark.check(11, 13, 14)
@pytest.mark.parametrize(
    ("resource", "code", "place"),
    [
        ({"gender": "banana"}, "code-invalid", "Patient.gender"),
        ({"birthDate": "1960-13-01"}, "value", "Patient.birthDate"),
        ({"name": "Aino"}, "structure", "Patient.name"),
        ({"nome": [{"text": "Aino"}]}, "structure", "Patient.nome"),
        ({"link": [{"type": "seealso"}]}, "required", "Patient.link[0].other"),
        ({"contact": [{"gender": "female"}]}, "invariant", "Patient.contact[0]"),
        ({"managingOrganization": {"reference": "Device/1"}}, "value", None),
    ],
)
def test_a_fault_has_the_code_that_fits_and_its_place(client, resource, code, place) -> None:
    expected = place or "Patient.managingOrganization.reference"
    refused = client.post("/fhir/Patient", a_patient() | resource)
    assert first(refused) == (400, code, [expected])


@pytest.mark.check(11, 13)
def test_what_is_no_json_is_told_with_its_place_in_the_text(client) -> None:
    refused = client.post("/fhir/Patient", b'{"resourceType":')
    assert first(refused)[:2] == (400, "structure")
    assert "line" in refused.json["issue"][0]["diagnostics"]


@pytest.mark.check(11, 13)
def test_what_is_not_there_what_was_and_what_is_not_offered(client, anonymous) -> None:
    client.put("/fhir/Patient/1", a_patient())
    client.delete("/fhir/Patient/1")
    client.put("/fhir/Patient/2", a_patient(id="2"))
    assert first(client.get("/fhir/Patient/3"))[:2] == (404, "not-found")
    assert first(client.get("/fhir/Patient/1"))[:2] == (410, "deleted")
    assert first(client.get("/fhir/Account/1"))[:2] == (404, "not-supported")
    assert first(client.get("/fhir/Patient?colour=red", Prefer="handling=strict"))[:2] == (
        400,
        "not-supported",
    )
    stale = client.put("/fhir/Patient/2", a_patient(id="2"), If_Match='W/"7"')
    assert first(stale)[:2] == (412, "conflict")
    assert first(anonymous.get("/fhir/Patient/1"))[:2] == (401, "login")


@pytest.mark.check(13)
def test_many_matches_and_what_a_token_does_not_allow(client, signed_in, token) -> None:
    for value in (50, 51):
        result = an_hba1c(value=value, identifier=[{"system": "urn:x", "value": "1"}])
        client.post("/fhir/Observation", result)
    again = client.post("/fhir/Observation", an_hba1c(value=52), If_None_Exist="identifier=urn:x|1")
    assert first(again)[:2] == (412, "multiple-matches")
    narrow = signed_in("clinician", unit=HATTULA, scope="user/Observation.rs")
    assert first(narrow.get("/fhir/Patient/1"))[:2] == (403, "forbidden")
    late = token("clinician", unit=HATTULA, minutes=-60)
    expired = client.get("/fhir/Patient/1", Authorization=f"Bearer {late}")
    assert first(expired)[:2] == (401, "expired")


@pytest.mark.check(12)
def test_an_outcome_is_itself_valid(client) -> None:
    outcome = client.post("/fhir/Patient", b'{"resourceType":"Patient","gender":1}').json
    assert [*issues_of(outcome), *model_issues_of(outcome)] == []
    for issue in outcome["issue"]:
        assert issue["severity"] in SEVERITIES
        assert issue["code"] in ISSUE_TYPES
        assert orjson.dumps(issue["diagnostics"]) != b'""'
