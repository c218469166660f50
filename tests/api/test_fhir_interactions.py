"""Read, vread, update, delete and history over HTTP (R4 http.html)."""

from email.utils import parsedate_to_datetime

import orjson
import pytest

from tests.fhir.resources import a_patient, an_observation
from tests.receiving import an_hba1c


@pytest.fixture
def stored(client):
    """Patient 1 with an HbA1c `o1`."""
    assert client.put("/fhir/Patient/1", a_patient()).status_code == 201
    assert client.put("/fhir/Observation/o1", an_hba1c(patient="1")).status_code == 201


def corrected(value: float = 51) -> dict:
    return an_hba1c(patient="1", value=value, status="corrected")


def test_the_headers_of_a_read_are_those_of_its_meta(client, stored) -> None:
    read = client.get("/fhir/Observation/o1")
    meta = read.json["meta"]
    assert read.headers["ETag"] == f'W/"{meta["versionId"]}"'
    instant = parsedate_to_datetime(read.headers["Last-Modified"])
    assert instant.strftime("%Y-%m-%dT%H:%M:%S") == meta["lastUpdated"][:19]
    assert read.headers["Content-Type"] == "application/fhir+json; charset=utf-8"


def test_a_create_names_the_version_it_made_and_takes_no_id_of_the_client(client) -> None:
    created = client.post("/fhir/Patient", a_patient(id="mine"))
    place = created.headers["Location"].removeprefix("http://127.0.0.1:8000")
    assert "mine" not in place
    assert place.endswith("/_history/1")
    assert client.get(place).data == created.data


def test_what_comes_back_differs_only_in_id_and_meta(client, stored) -> None:
    body = b'{ "resourceType":"Observation", "status" : "final", "code":{"text":"x"},' + (
        b'"valueQuantity":{"value":1.500}}'
    )
    created = client.post("/fhir/Observation", body)
    assert b'"valueQuantity":{"value":1.500}' in created.data
    assert created.data.startswith(b'{ "resourceType":"Observation"')


def test_an_update_makes_the_next_version_and_the_old_one_can_be_read(client, stored) -> None:
    updated = client.put("/fhir/Observation/o1", corrected(), If_Match='W/"1"')
    assert (updated.status_code, updated.headers["ETag"]) == (200, 'W/"2"')
    assert client.get("/fhir/Observation/o1").json["valueQuantity"]["value"] == 51
    assert client.get("/fhir/Observation/o1/_history/1").json["valueQuantity"]["value"] == 50


def test_the_same_update_again_makes_no_version(client, stored) -> None:
    again = client.put("/fhir/Observation/o1", an_hba1c(patient="1"))
    assert (again.status_code, again.headers["ETag"]) == (200, 'W/"1"')


@pytest.mark.parametrize("tag", ['W/"2"', '"7"', "rubbish", '""'])
def test_an_update_of_another_version_is_refused(client, stored, tag) -> None:
    refused = client.put("/fhir/Observation/o1", corrected(), If_Match=tag)
    assert refused.status_code == 412
    assert refused.json["issue"][0]["code"] == "conflict"
    assert client.get("/fhir/Observation/o1").headers["ETag"] == 'W/"1"'


def test_a_strong_tag_of_the_version_does_too(client, stored) -> None:
    assert client.put("/fhir/Observation/o1", corrected(), If_Match='"1"').status_code == 200


@pytest.mark.parametrize("body", [a_patient(), an_observation(), an_observation(id="other")])
def test_an_update_needs_the_type_and_id_of_its_address(client, body) -> None:
    refused = client.put("/fhir/Observation/o1", body)
    assert refused.status_code == 400
    assert client.get("/fhir/Observation/o1").status_code == 404


def test_what_was_deleted_is_gone_but_its_history_stays(client, stored) -> None:
    assert client.delete("/fhir/Observation/o1").status_code == 204
    assert client.delete("/fhir/Observation/o1").status_code == 204
    gone = client.get("/fhir/Observation/o1")
    assert (gone.status_code, gone.json["issue"][0]["code"]) == (410, "deleted")
    assert client.get("/fhir/Observation/o1/_history/2").status_code == 410
    assert client.get("/fhir/Observation/o1/_history/1").status_code == 200
    assert "entry" not in client.get("/fhir/Observation?patient=1").json


def test_what_was_deleted_comes_back_by_an_update(client, stored) -> None:
    client.delete("/fhir/Observation/o1")
    back = client.put("/fhir/Observation/o1", corrected())
    assert (back.status_code, back.headers["ETag"]) == (201, 'W/"3"')


def test_a_deletion_of_another_version_is_refused(client, stored) -> None:
    assert client.delete("/fhir/Observation/o1", If_Match='W/"9"').status_code == 412
    assert client.get("/fhir/Observation/o1").status_code == 200


def test_what_was_never_there_can_be_deleted_and_not_read(client) -> None:
    assert client.delete("/fhir/Observation/none").status_code == 204
    for address in ("none", "none/_history", "none/_history/1", "none/_history/x"):
        refused = client.get(f"/fhir/Observation/{address}")
        assert (refused.status_code, refused.json["issue"][0]["code"]) == (404, "not-found")


def test_a_history_is_newest_first_with_deletions_and_pages(client, stored) -> None:
    client.put("/fhir/Observation/o1", corrected())
    client.delete("/fhir/Observation/o1")
    first = client.get("/fhir/Observation/o1/_history?_count=2").json
    methods = [entry["request"]["method"] for entry in first["entry"]]
    assert (first["type"], methods) == ("history", ["DELETE", "PUT"])
    assert "resource" not in first["entry"][0]
    assert first["entry"][1]["response"]["etag"] == 'W/"2"'
    second = client.get(next_of(first)).json
    assert [entry["resource"]["meta"]["versionId"] for entry in second["entry"]] == ["1"]
    assert [link["relation"] for link in second["link"]] == ["self", "first"]


def test_a_history_since_an_instant_leaves_out_what_came_before(client, stored) -> None:
    client.put("/fhir/Observation/o1", corrected())
    since = client.get("/fhir/Observation/o1").json["meta"]["lastUpdated"]
    found = client.get(f"/fhir/Observation/o1/_history?_since={since}").json
    assert [entry["response"]["etag"] for entry in found["entry"]] == ['W/"2"']


@pytest.mark.parametrize(
    "wrong",
    [
        "_count=0",
        "_count=x",
        f"_count={'9' * 5_000}",
        "_since=2026",
        "_at=today",
        "_count=1&_count=2",
    ],
)
def test_a_history_refuses_what_it_cannot_follow(client, stored, wrong) -> None:
    assert client.get(f"/fhir/Observation/o1/_history?{wrong}").status_code == 400


def test_a_version_that_the_client_has_is_not_sent_again(client, stored) -> None:
    read = client.get("/fhir/Observation/o1")
    known = client.get("/fhir/Observation/o1", If_None_Match=read.headers["ETag"])
    assert (known.status_code, known.data, known.headers["ETag"]) == (304, b"", 'W/"1"')
    since = read.headers["Last-Modified"]
    assert client.get("/fhir/Observation/o1", If_Modified_Since=since).status_code == 304
    client.put("/fhir/Observation/o1", corrected())
    assert client.get("/fhir/Observation/o1", If_None_Match=read.headers["ETag"]).status_code == 200


def test_head_gives_the_headers_alone(client, stored) -> None:
    head = client.send("HEAD", "/fhir/Observation/o1")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", 'W/"1"')


@pytest.mark.parametrize(
    ("preferred", "type_", "applied"),
    [
        ("return=minimal", None, "return=minimal"),
        ("return=representation", "Patient", "return=representation"),
        ("return=OperationOutcome", "OperationOutcome", "return=OperationOutcome"),
        ("return=nonsense", "Patient", None),
    ],
)
def test_what_a_write_gives_back_is_the_clients_preference(
    client, preferred, type_, applied
) -> None:
    created = client.post("/fhir/Patient", a_patient(), Prefer=preferred)
    assert created.status_code == 201
    body = orjson.loads(created.data) if created.data else {}
    assert body.get("resourceType") == type_
    assert created.headers.get("Preference-Applied") == applied


def test_a_conditional_create_stores_once(client, stored) -> None:
    condition = "identifier=urn:oid:1.2.3|a7"
    one = an_hba1c(patient="1", identifier=[{"system": "urn:oid:1.2.3", "value": "a7"}])
    created = client.post("/fhir/Observation", one, If_None_Exist=condition)
    again = client.post("/fhir/Observation", one, If_None_Exist=condition)
    assert (created.status_code, again.status_code) == (201, 200)
    assert again.headers["Location"] == created.headers["Location"]
    client.post("/fhir/Observation", one)
    many = client.post("/fhir/Observation", one, If_None_Exist=condition)
    assert (many.status_code, many.json["issue"][0]["code"]) == (412, "multiple-matches")


@pytest.mark.parametrize("condition", ["rubbish=1", "identifir=x|y", "?"])
def test_a_condition_that_is_not_understood_matches_nothing(client, stored, condition) -> None:
    refused = client.post("/fhir/Observation", an_hba1c(), If_None_Exist=condition)
    assert refused.status_code == 400


def next_of(bundle: dict) -> str:
    """The address of the next page."""
    [url] = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
    return str(url).removeprefix("http://127.0.0.1:8000")


def test_a_create_whose_address_asks_for_something_is_done_only_where_nothing_is_found(
    client,
) -> None:
    person = a_patient(identifier=[{"system": "urn:x", "value": "17"}])
    first = client.post("/fhir/Patient?identifier=urn:x|17&_format=json", person)
    again = client.post("/fhir/Patient?identifier=urn:x|17&_pretty=true", person)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Location"] == first.headers["Location"]
    mistyped = client.post("/fhir/Patient?identfier=urn:x|17", person)
    assert mistyped.status_code == 400
    assert client.post("/fhir/Patient?_pretty=true", person).status_code == 201
