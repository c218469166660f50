"""fhirpy, a client for R4 in Python, does all that a program needs of a record."""

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import (
    MultipleResourcesFound,
    OperationOutcome,
    ResourceNotFound,
)

from tests.clients.conftest import Serving
from tests.clients.resources import CROWD, NAMESPACE, a_crowd, a_person, a_temperature, locations


@pytest.fixture
def client(serving: Serving) -> SyncFHIRClient:
    return SyncFHIRClient(serving.base, authorization=f"Bearer {serving.token}")


def test_a_person_is_created_read_changed_and_deleted(client: SyncFHIRClient) -> None:
    person = client.resource(**_typed(a_person("fhirpy-1")))
    person.save()
    assert person["meta"]["versionId"] == "1"
    person["name"][0]["family"] = "Virtanen"
    person.save()
    again = client.reference("Patient", person.id).to_resource()
    assert (again["name"][0]["family"], again["meta"]["versionId"]) == ("Virtanen", "2")
    again.refresh()
    history = client.execute(f"Patient/{person.id}/_history", method="get")
    assert [one["request"]["method"] for one in history["entry"]] == ["PUT", "POST"]
    again.delete()
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", person.id).to_resource()
    assert client.resources("Patient").search(_id=person.id).fetch() == []


def _typed(resource: dict) -> dict:
    return {"resource_type": resource.pop("resourceType"), **resource}


def test_what_may_exist_already_is_created_once(client: SyncFHIRClient) -> None:
    people = client.resources("Patient").search(identifier=f"{NAMESPACE}|fhirpy-2")
    wanted = client.resource(**_typed(a_person("fhirpy-2")))
    person, created = people.get_or_create(wanted)
    again, created_again = people.get_or_create(wanted)
    assert (created, created_again, again.id) == (True, False, person.id)
    renamed = client.resource(**_typed(a_person("fhirpy-2", family="Mäkinen")))
    changed, is_new = people.update(renamed)
    assert (is_new, changed.id, changed["name"][0]["family"]) == (False, person.id, "Mäkinen")


def test_a_change_of_what_has_changed_since_is_refused(serving: Serving) -> None:
    headers = {"If-Match": 'W/"1"'}
    client = SyncFHIRClient(
        serving.base, authorization=f"Bearer {serving.token}", extra_headers=headers
    )
    person = client.resource(**_typed(a_person("fhirpy-3"))).create()
    person["gender"] = "other"
    person.save()
    person["gender"] = "male"
    with pytest.raises(MultipleResourcesFound, match="conflict"):  # its name for every 412
        person.save()


def test_a_transaction_stores_all_or_nothing(client: SyncFHIRClient) -> None:
    crowd = a_crowd("fhirpy-4")
    crowd["entry"] = crowd["entry"][:3]
    person, first, second = locations(client.execute("", data=crowd))
    found = client.resources("Observation").search(patient=person.partition("/")[2]).fetch()
    assert {f"Observation/{one.id}" for one in found} == {first, second}
    del crowd["entry"][1]["resource"]["status"]
    with pytest.raises(OperationOutcome, match="status"):
        client.execute("", data=crowd)
    people = client.resources("Patient").search(identifier="fhirpy-4")
    assert people.count() == 1


def test_a_thousand_results_are_paged_through(client: SyncFHIRClient, crowd: list[str]) -> None:
    person, *rest = crowd
    results = client.resources("Observation").search(patient=person.partition("/")[2])
    found = results.sort("-date").limit(120).fetch_all()
    assert sorted(f"Observation/{one.id}" for one in found) == sorted(rest)
    days = [one["effectiveDateTime"] for one in found]
    assert (len(found), days) == (CROWD, sorted(days, reverse=True))
    assert results.count() == CROWD


def test_results_are_found_with_the_person_they_are_of(client: SyncFHIRClient) -> None:
    person = client.resource(**_typed(a_person("fhirpy-6"))).create()
    result = client.resource(**_typed(a_temperature(f"Patient/{person.id}", 1))).create()
    found = client.resources("Observation").search(_id=result.id).include("Observation", "subject")
    bundle = found.fetch_raw()
    assert {one.resource["resourceType"] for one in bundle["entry"]} == {"Observation", "Patient"}
    assert client.resource(**_typed(a_temperature(f"Patient/{person.id}", 2))).is_valid()
    with_reverse = client.resources("Patient").has("Observation", "patient", _id=result.id)
    assert [one.id for one in with_reverse.fetch()] == [person.id]
