"""The CapabilityStatement says what is registered, and nothing else."""

import pytest

from service.fhir.model import model_issues_of
from service.fhir.validation import issues_of
from tests.fhir.resources import a_patient


def test_it_is_valid_r4_and_changes_its_tag_with_its_content(anonymous) -> None:
    found = anonymous.get("/fhir/metadata")
    assert (found.status_code, found.json["fhirVersion"]) == (200, "4.0.1")
    assert not [*issues_of(found.json), *model_issues_of(found.json)]
    again = anonymous.get("/fhir/metadata", If_None_Match=found.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.fixture
def offered(anonymous) -> dict:
    """What is offered on a Patient."""
    [rest] = anonymous.get("/fhir/metadata").json["rest"]
    found: dict = {one["type"]: one for one in rest["resource"]}["Patient"]
    return found


def test_each_interaction_that_is_offered_works(client, offered) -> None:
    done = {
        "update": client.put("/fhir/Patient/1", a_patient()),
        "create": client.post("/fhir/Patient", a_patient()),
        "patch": client.send(
            "PATCH",
            "/fhir/Patient/1",
            b'[{"op":"replace","path":"/gender","value":"other"}]',
            Content_Type="application/json-patch+json",
        ),
        "read": client.get("/fhir/Patient/1"),
        "vread": client.get("/fhir/Patient/1/_history/1"),
        "history-instance": client.get("/fhir/Patient/1/_history"),
        "search-type": client.get("/fhir/Patient"),
        "delete": client.delete("/fhir/Patient/1"),
    }
    assert {one["code"] for one in offered["interaction"]} == done.keys()
    assert {code: one.status_code for code, one in done.items() if one.status_code >= 300} == {}
    assert (offered["updateCreate"], offered["conditionalCreate"]) == (True, True)
    assert (offered["conditionalUpdate"], offered["conditionalDelete"]) == (True, "single")


def test_each_operation_that_is_offered_answers(client, offered) -> None:
    client.put("/fhir/Patient/1", a_patient())
    names = [one["name"] for one in offered["operation"]]
    assert names == ["follow-up"]
    for name in names:
        assert client.get(f"/fhir/Patient/1/${name}").status_code == 200


def test_each_search_parameter_that_is_offered_is_known(client, offered) -> None:
    for parameter in offered["searchParam"]:
        asked = client.get(f"/fhir/Patient?{parameter['name']}=", Prefer="handling=strict")
        assert (parameter["name"], asked.status_code) == (parameter["name"], 200)
