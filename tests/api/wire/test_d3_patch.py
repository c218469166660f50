"""Wire checklist D3: JSON Patch and FHIRPath Patch (R4 http.html#patch, fhirpatch.html)."""

import base64
from typing import Any

import orjson
import pytest

from tests.fhir.resources import a_bundle, with_narrative
from tests.receiving import a_patient, an_hba1c

JSON_PATCH = "application/json-patch+json"
O1 = "/fhir/Observation/o1"


@pytest.fixture
def stored(client):
    """An HbA1c `o1` of 50.10, written with two decimals, and a patient."""
    body = orjson.dumps(an_hba1c()).replace(b'"value":50', b'"value":50.10')
    assert client.put(O1, body).status_code == 201
    assert client.put("/fhir/Patient/p1", a_patient()).status_code == 201


def patched(client, *operations: dict[str, Any], address: str = O1, **headers: str):
    """What becomes of a JSON Patch."""
    return client.send(
        "PATCH", address, orjson.dumps(operations), Content_Type=JSON_PATCH, **headers
    )


def an_operation(kind: str, path: str, **parts: dict[str, Any]) -> dict[str, Any]:
    """An operation of a FHIRPath Patch; a part is what stands beside its name."""
    told = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    return {"name": "operation", "part": told + [{"name": n} | one for n, one in parts.items()]}


def parameters(*operations: dict[str, Any]) -> dict[str, Any]:
    """A FHIRPath Patch."""
    return {"resourceType": "Parameters", "parameter": list(operations)}


def version(client, address: str = O1) -> str:
    """The entity tag of the current version."""
    return str(client.get(address).headers["ETag"])


@pytest.mark.check(50, 51)
def test_a_json_patch_makes_the_next_version_and_keeps_the_digits_of_numbers(
    client, stored
) -> None:
    done = patched(
        client,
        {"op": "test", "path": "/valueQuantity/value", "value": 50.1},
        {"op": "replace", "path": "/status", "value": "amended"},
        {"op": "add", "path": "/note", "value": [{"text": "checked"}]},
        {"op": "move", "from": "/note", "path": "/note"},
    )
    assert (done.status_code, done.headers["ETag"]) == (200, 'W/"2"')
    assert done.headers["Location"].endswith("/Observation/o1/_history/2")
    assert (done.json["status"], done.json["note"]) == ("amended", [{"text": "checked"}])
    assert done.json["meta"]["versionId"] == "2"
    assert b'"value":50.10' in done.data
    assert client.get(O1).data == done.data
    number = {"op": "replace", "path": "/valueQuantity/value", "value": 0}
    body = orjson.dumps([number]).replace(b'"value":0', b'"value":51.00')
    done = client.send("PATCH", O1, body, Content_Type=JSON_PATCH)
    assert b'"value":51.00' in done.data


@pytest.mark.check(50, 51)
def test_a_fhirpath_patch_adds_inserts_deletes_replaces_and_moves(client, stored) -> None:
    name = {"family": "Virtanen", "use": "maiden"}
    done = client.send(
        "PATCH",
        "/fhir/Patient/p1",
        parameters(
            an_operation(
                "add", "Patient", name={"valueString": "name"}, value={"valueHumanName": name}
            ),
            an_operation("replace", "Patient.birthDate", value={"valueDate": "1961-03-14"}),
            an_operation(
                "insert",
                "Patient.name.where(use = 'maiden').given",
                index={"valueInteger": 0},
                value={"valueString": "Aino"},
            ),
            an_operation(
                "add",
                "Patient",
                name={"valueString": "contact"},
                value={"part": [{"name": "name", "valueHumanName": {"text": "N"}}]},
            ),
            an_operation(
                "move", "Patient.name", source={"valueInteger": 1}, destination={"valueInteger": 0}
            ),
            an_operation("delete", "Patient.gender"),
            an_operation("delete", "Patient.maritalStatus"),
        ),
    )
    found = done.json
    assert (done.status_code, found["meta"]["versionId"]) == (200, "2")
    assert found["name"][0] == name | {"given": ["Aino"]}
    assert found["name"][1]["family"] == "Nieminen"
    assert (found["birthDate"], found["contact"]) == ("1961-03-14", [{"name": {"text": "N"}}])
    assert "gender" not in found


@pytest.mark.check(51, 52)
def test_a_patch_that_cannot_be_done_is_refused_whole(client, stored) -> None:
    first = {"op": "replace", "path": "/status", "value": "amended"}
    for last, at in (
        ({"op": "test", "path": "/status", "value": "final"}, "Observation.status"),
        ({"op": "remove", "path": "/note/0"}, "Observation.note[0]"),
        ({"op": "add", "path": "/code/coding/7", "value": {}}, "Observation.code.coding[7]"),
        ({"op": "replace", "path": "/id", "value": "o2"}, "Observation.id"),
        ({"op": "remove", "path": "/resourceType"}, "Observation.resourceType"),
        ({"op": "replace", "path": "/status", "value": "finaly"}, "Observation.status"),
        ({"op": "remove", "path": "/code"}, "Observation.code"),
        ({"op": "replace", "path": "", "value": []}, "Observation"),
    ):
        refused = patched(client, first, last)
        assert (refused.status_code, last) == (422, last)
        assert refused.json["issue"][0]["expression"] == [at]
        assert version(client) == 'W/"1"'


@pytest.mark.check(52)
def test_a_fhirpath_patch_that_cannot_be_done_is_refused_whole(client, stored) -> None:
    first = an_operation("replace", "Patient.gender", value={"valueCode": "other"})
    value = {"valueString": "x"}
    for last, words in (
        (an_operation("replace", "Patient.maritalStatus.text", value=value), "no element"),
        (an_operation("replace", "Patient.gender", value={"valueBoolean": True}), "type code"),
        (an_operation("add", "Patient", name={"valueString": "colour"}, value=value), "no element"),
        (
            an_operation(
                "add", "Patient", name={"valueString": "gender"}, value={"valueCode": "male"}
            ),
            "already",
        ),
        (an_operation("delete", "Patient.name | Patient.contact"), "names elements"),
        (an_operation("delete", "Patient"), "whole resource"),
        (an_operation("replace", "Patient.id", value={"valueId": "p2"}), "`id`"),
        (
            an_operation(
                "move", "Patient.name", source={"valueInteger": 5}, destination={"valueInteger": 0}
            ),
            "1 items",
        ),
        (an_operation("replace", "Patient.name.matches('x')", value=value), "not supported"),
    ):
        refused = client.send("PATCH", "/fhir/Patient/p1", parameters(first, last))
        assert (refused.status_code, words) == (422, words)
        assert words in refused.json["issue"][0]["diagnostics"]
        assert version(client, "/fhir/Patient/p1") == 'W/"1"'


@pytest.mark.check(5, 52)
def test_what_is_no_patch_is_refused(client, stored) -> None:
    for body in (b"{", b"[]", b"{}", b'["x"]', b'[{"op":"add"}]', b'[{"op":"x","path":"/a"}]'):
        refused = client.send("PATCH", O1, body, Content_Type=JSON_PATCH)
        assert (body, refused.status_code) == (body, 400)
    for resource in (
        a_patient(),
        parameters(),
        parameters({"name": "x"}),
        parameters(an_operation("grow", "Patient")),
        parameters(an_operation("replace", "Patient.gender")),
        parameters(an_operation("delete", "Patient..x")),
    ):
        refused = client.send("PATCH", "/fhir/Patient/p1", resource)
        assert (resource, refused.status_code) == (resource, 400)
        assert refused.json["issue"][0]["expression"]
    for kind in ("application/xml-patch+xml", "text/plain"):
        refused = client.send("PATCH", O1, b"<diff/>", Content_Type=kind)
        assert refused.status_code == 415
        assert refused.headers["Accept-Patch"] == f"{JSON_PATCH}, application/fhir+json"
    assert version(client) == 'W/"1"'


@pytest.mark.check(51)
def test_a_patch_that_changes_nothing_makes_no_version(client, stored) -> None:
    same = patched(client, {"op": "replace", "path": "/status", "value": "final"})
    assert (same.status_code, same.headers["ETag"]) == (200, 'W/"1"')
    assert patched(client, {"op": "test", "path": "/id", "value": "o1"}).status_code == 200
    assert version(client) == 'W/"1"'


def test_what_is_not_there_or_deleted_cannot_be_patched(client, stored) -> None:
    change = {"op": "replace", "path": "/status", "value": "amended"}
    assert patched(client, change, address="/fhir/Observation/none").status_code == 404
    client.delete(O1)
    assert patched(client, change).status_code == 410


@pytest.mark.check(54)
def test_a_conditional_patch_needs_exactly_one(client, stored) -> None:
    change = {"op": "replace", "path": "/status", "value": "amended"}
    by_code = "/fhir/Observation?code=http://loinc.org|59261-8"
    done = patched(client, change, address=by_code, If_Match='W/"1"')
    assert (done.status_code, done.json["id"], done.headers["ETag"]) == (200, "o1", 'W/"2"')
    none = patched(client, change, address="/fhir/Observation?code=none")
    assert (none.status_code, none.json["issue"][0]["code"]) == (404, "not-found")
    client.post("/fhir/Observation", an_hba1c())
    many = patched(client, change, address=by_code)
    assert (many.status_code, many.json["issue"][0]["code"]) == (412, "multiple-matches")


@pytest.mark.check(53)
def test_a_narrative_stays_true_and_safe(client) -> None:
    client.put(O1, with_narrative(an_hba1c(), "<p>HbA1c 50</p>"))
    tagged = {"op": "add", "path": "/meta/tag", "value": [{"code": "t"}]}
    assert "text" in patched(client, tagged).json
    harmful = '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>'
    refused = patched(client, {"op": "replace", "path": "/text/div", "value": harmful})
    assert refused.status_code == 422
    assert refused.json["issue"][0]["expression"] == ["Observation.text.div"]
    change = {"op": "replace", "path": "/valueQuantity/value", "value": 60}
    assert "text" not in patched(client, change).json
    own = with_narrative(an_hba1c(), "<p>said</p>")["text"] | {"status": "additional"}
    client.put(O1, an_hba1c(text=own))
    assert patched(client, change).json["text"] == own


@pytest.mark.check(48, 50, 51, 70)
def test_patches_stand_in_bundles_too(client, stored) -> None:
    operations = orjson.dumps([{"op": "replace", "path": "/status", "value": "amended"}])
    binary = {
        "resourceType": "Binary",
        "contentType": JSON_PATCH,
        "data": base64.b64encode(operations).decode(),
    }
    of_patient = parameters(an_operation("replace", "Patient.gender", value={"valueCode": "other"}))
    by_code = "Observation?code=http://loinc.org|59261-8"

    def entry(url: str, resource: dict[str, Any], **request: str) -> dict[str, Any]:
        return {"resource": resource, "request": {"method": "PATCH", "url": url, **request}}

    bundle = a_bundle("transaction", entry(by_code, binary), entry("Patient/p1", of_patient))
    done = client.post("/fhir", bundle)
    told = [one["response"] for one in done.json["entry"]]
    assert [(one["status"], one["etag"]) for one in told] == [("200 OK", 'W/"2"')] * 2
    assert client.get("/fhir/Patient/p1").json["gender"] == "other"
    stale = entry("Observation/o1", binary, ifMatch='W/"1"')
    wrong = entry("Patient/p1", binary)
    for bad, status, at in ((stale, 412, "Bundle.entry[1]"), (wrong, 422, "Bundle.entry[1]")):
        first = entry("Patient/p1", of_patient)
        twice = a_bundle("transaction", {"request": {"method": "DELETE", "url": "Flag/1"}}, bad)
        refused = client.post("/fhir", twice)
        assert refused.status_code == status
        assert refused.json["issue"][0]["expression"][0].startswith(at)
        batch = client.post("/fhir", a_bundle("batch", first, bad)).json["entry"]
        assert [one["response"]["status"][:3] for one in batch] == ["200", str(status)]


def test_a_patch_closes_and_opens_follow_ups_as_an_update_does(client, signed_in, stored) -> None:
    other = signed_in("clinician", unit="elsewhere")
    change = {"op": "replace", "path": "/status", "value": "entered-in-error"}
    assert patched(other, change).status_code == 404
    assert patched(client, change).json["status"] == "entered-in-error"
