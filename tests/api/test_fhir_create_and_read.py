"""Create and read over HTTP: statuses, headers, bytes (R4 http.html#create, #read)."""

from tests.fhir.resources import a_patient, an_observation


def test_what_was_created_is_read_with_its_version_and_instant(client) -> None:
    created = client.post("/fhir/Patient", a_patient())
    assert created.status_code == 201
    read = client.get(created.headers["Location"].partition("/_history")[0])
    assert read.status_code == 200
    assert read.headers["ETag"] == 'W/"1"'
    assert read.data == created.data


def test_a_result_of_an_unknown_patient_is_stored(client) -> None:
    assert client.post("/fhir/Observation", an_observation()).status_code == 201
