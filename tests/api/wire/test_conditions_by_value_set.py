"""Wire checklist D5: the condition of a write names a value set as a search does, one of the record too."""

from typing import Any

import pytest

from tests.fhir.resources import a_bundle, without
from tests.receiving import LOINC, a_patient, a_unit, an_hba1c

SETS = "https://sets.example/fhir/ValueSet"
HBA1C = f"{SETS}/hba1c"
WOMEN = f"{SETS}/women"


def a_value_set(url: str, system: str, code: str) -> dict[str, Any]:
    """A value set of one code."""
    return {
        "resourceType": "ValueSet",
        "url": url,
        "status": "active",
        "compose": {"include": [{"system": system, "concept": [{"code": code}]}]},
    }


@pytest.fixture(autouse=True)
def standing(client) -> None:
    """A person with one HbA1c, and two value sets that a client has put into the record."""
    for one in (a_unit(), a_patient(), an_hba1c()):
        assert client.put(f"/fhir/{one['resourceType']}/{one['id']}", one).status_code == 201
    genders = "http://hl7.org/fhir/administrative-gender"
    for one in (a_value_set(HBA1C, LOINC, "59261-8"), a_value_set(WOMEN, genders, "female")):
        assert client.post("/fhir/ValueSet", one).status_code == 201


@pytest.mark.check(64, 112)
def test_a_conditional_create_finds_what_has_a_code_of_the_set(client) -> None:
    query = f"code:in={HBA1C}&patient=p1"
    answer = client.post("/fhir/Observation", without(an_hba1c(), "id"), If_None_Exist=query)
    assert answer.status_code == 200
    assert "/Observation/o1/" in answer.headers["Location"]


@pytest.mark.check(61, 112)
def test_a_conditional_update_finds_it_too(client) -> None:
    changed = without(an_hba1c(value=61), "id")
    answer = client.put(f"/fhir/Observation?code:in={HBA1C}&patient=p1", changed)
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')


@pytest.mark.check(112)
def test_a_conditional_deletion_finds_it_too(client) -> None:
    assert client.delete(f"/fhir/Observation?code:in={HBA1C}&patient=p1").status_code == 204
    assert client.get("/fhir/Observation/o1").status_code == 410


@pytest.mark.check(75, 112)
def test_a_conditional_reference_finds_whom_the_set_has(client) -> None:
    reference = f"Patient?gender:in={WOMEN}"
    result = without(an_hba1c(), "id") | {"subject": {"reference": reference}}
    entry = {"resource": result, "request": {"method": "POST", "url": "Observation"}}
    assert client.post("/fhir", a_bundle("transaction", entry)).status_code == 200
    assert client.get("/fhir/Observation?patient=p1&_summary=count").json["total"] == 2


@pytest.mark.check(112)
def test_a_set_that_nobody_knows_is_refused(client) -> None:
    query = f"code:in={SETS}/none"
    answer = client.post("/fhir/Observation", without(an_hba1c(), "id"), If_None_Exist=query)
    assert answer.status_code == 400
