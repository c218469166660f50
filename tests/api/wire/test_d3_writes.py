"""Wire checklist D3: create, update, delete and their conditions (R4 http.html)."""

from email.utils import parsedate_to_datetime

import orjson
import pytest

from tests.api.wire import bundles
from tests.fhir.resources import a_patient, without
from tests.receiving import an_hba1c

BASE = "http://127.0.0.1:8000/fhir"
SYSTEM = "urn:oid:1.2.3"
BY_IDENTIFIER = f"/fhir/Observation?identifier={SYSTEM}|a7"


def a_result(value: float = 50, code: str = "a7", **more) -> dict:
    """An HbA1c with a business identifier and no id."""
    named = [{"system": SYSTEM, "value": code}]
    return without(an_hba1c(value=value, identifier=named), "id") | more


def code_of(answer) -> str:
    """The code of the first issue."""
    return str(answer.json["issue"][0]["code"])


def total(client, query: str = "") -> int:
    """How many results there are."""
    return int(client.get(f"/fhir/Observation?_summary=count&{query}").json["total"])


@pytest.mark.check(35, 36)
def test_a_create_says_where_the_first_version_is_and_keeps_what_the_client_says_of_it(
    client,
) -> None:
    tag = {"system": "urn:x", "code": "t"}
    meta = {"versionId": "7", "lastUpdated": "2001-01-01T00:00:00Z", "tag": [tag]}
    created = client.post("/fhir/Patient", a_patient(id="mine", meta=meta))
    assert created.status_code == 201
    stored = created.json
    assert created.headers["Location"] == f"{BASE}/Patient/{stored['id']}/_history/1"
    assert created.headers["ETag"] == 'W/"1"'
    assert parsedate_to_datetime(created.headers["Last-Modified"]).year >= 2026
    assert stored["id"] != "mine"
    assert (stored["meta"]["versionId"], stored["meta"]["tag"]) == ("1", [tag])
    assert stored["meta"]["lastUpdated"] > "2026"


@pytest.mark.check(37)
def test_the_type_of_the_address_is_that_of_the_resource(client) -> None:
    refused = client.post("/fhir/Observation", a_patient())
    assert (refused.status_code, code_of(refused)) == (400, "value")


@pytest.mark.check(13, 38)
def test_what_breaks_the_standard_is_refused_and_told_once(client) -> None:
    for body, codes in (
        (b'{"resourceType":"Patient",', ["structure"]),
        (b"[]", ["structure"]),
        (b'{"resourceType":"Observation"}', ["required", "required"]),
        (orjson.dumps(an_hba1c(status="finaly")), ["code-invalid"]),
        (orjson.dumps(an_hba1c(dataAbsentReason={"text": "x"})), ["invariant"]),
        (orjson.dumps(an_hba1c(subjectCanonical="x")), ["structure"]),
    ):
        refused = client.post("/fhir/Observation", body)
        assert refused.status_code == 400
        assert [one["code"] for one in refused.json["issue"]] == codes
    assert total(client) == 0


PATCHED = b'[{"op":"replace","path":"/status","value":"amended"}]'
WRITES = {
    "POST": ("/fhir/Observation", orjson.dumps(an_hba1c(value=60)), "application/fhir+json"),
    "PUT": ("/fhir/Observation/o1", orjson.dumps(an_hba1c(value=60)), "application/fhir+json"),
    "PATCH": ("/fhir/Observation/o1", PATCHED, "application/json-patch+json"),
    "DELETE": ("/fhir/Observation/o1", b"", "application/fhir+json"),
}


def type_of(answer) -> str | None:
    """The type of what was sent back, if anything was."""
    return str(orjson.loads(answer.data)["resourceType"]) if answer.data else None


@pytest.mark.check(39, 40)
def test_every_write_gives_back_what_the_client_prefers(client) -> None:
    for preferred, type_ in (
        ("minimal", None),
        ("representation", "Observation"),
        ("OperationOutcome", "OperationOutcome"),
    ):
        client.put("/fhir/Observation/o1", an_hba1c())
        given = {}
        for method, (address, body, kind) in WRITES.items():
            wanted = {"Prefer": f"return={preferred}", "Content_Type": kind}
            done = client.send(method, address, body, **wanted)
            assert done.headers["Preference-Applied"] == f"return={preferred}"
            given[method] = type_of(done)
        gone = None if type_ == "Observation" else type_
        assert given == dict.fromkeys(WRITES, type_) | {"DELETE": gone}


@pytest.mark.check(41)
def test_an_update_brings_the_id_of_its_address(client) -> None:
    for body in (an_hba1c("other"), without(an_hba1c(), "id")):
        refused = client.put("/fhir/Observation/o1", body)
        assert refused.status_code == 400
        assert refused.json["issue"][0]["expression"] == ["Observation.id"]


@pytest.mark.check(42, 43)
def test_an_update_creates_what_is_not_there_and_says_so(client) -> None:
    created = client.put("/fhir/Observation/o1", an_hba1c())
    updated = client.put("/fhir/Observation/o1", an_hba1c(value=60))
    assert (created.status_code, updated.status_code) == (201, 200)
    assert created.headers["Location"] == f"{BASE}/Observation/o1/_history/1"
    for answer, tag in ((created, 'W/"1"'), (updated, 'W/"2"')):
        assert answer.headers["ETag"] == tag
        assert parsedate_to_datetime(answer.headers["Last-Modified"]).year >= 2026


@pytest.mark.check(44, 55, 57)
def test_what_is_deleted_is_gone_until_an_update_brings_it_back(client) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    deleted = client.delete("/fhir/Observation/o1")
    assert (deleted.status_code, deleted.headers["ETag"]) == (204, 'W/"2"')
    assert client.delete("/fhir/Observation/o1").status_code == 204
    assert client.delete("/fhir/Observation/never").status_code == 204
    assert (client.get("/fhir/Observation/o1").status_code, total(client)) == (410, 0)
    assert len(client.get("/fhir/Observation/o1/_history").json["entry"]) == 2
    back = client.put("/fhir/Observation/o1", an_hba1c())
    assert (back.status_code, back.headers["ETag"]) == (201, 'W/"3"')
    assert client.put("/fhir/Observation/o1", an_hba1c(value=51)).status_code == 200
    for history in ("/fhir/Observation/o1/_history", "/fhir/Observation/_history"):
        told = [entry["response"]["status"] for entry in client.get(history).json["entry"]]
        assert told == ["200 OK", "201 Created", "204 No Content", "201 Created"]


@pytest.mark.check(45, 48, 49)
def test_another_version_than_expected_is_a_conflict(client) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    changing = {method: sent for method, sent in WRITES.items() if method != "POST"}
    for tag in ('W/"9"', '"9"', "garbage", 'W/""', '""', 'W/"x"', '"1", "2"', "", "  "):
        for method, (address, body, kind) in changing.items():
            refused = client.send(method, address, body, If_Match=tag, Content_Type=kind)
            assert (refused.status_code, code_of(refused)) == (412, "conflict")
    for number, (method, (address, body, kind)) in enumerate(changing.items(), start=1):
        expected = ('"{}"', 'W/"{}"', '"{}"')[number - 1].format(number)
        done = client.send(method, address, body, If_Match=expected, Content_Type=kind)
        assert done.status_code < 300


@pytest.mark.check(45)
def test_any_version_is_expected_by_a_star_and_none_by_if_none_match(client) -> None:
    missing = client.put("/fhir/Observation/o1", an_hba1c(), If_Match="*")
    assert missing.status_code == 412
    assert client.put("/fhir/Observation/o1", an_hba1c(), If_None_Match="*").status_code == 201
    assert client.put("/fhir/Observation/o1", an_hba1c(), If_Match="*").status_code == 200
    again = client.put("/fhir/Observation/o1", an_hba1c(), If_None_Match="*")
    assert (again.status_code, code_of(again)) == (412, "conflict")
    other = client.put("/fhir/Observation/o1", an_hba1c(), If_None_Match='W/"1"')
    assert (other.status_code, code_of(other)) == (400, "not-supported")


@pytest.mark.check(46)
def test_no_version_needs_to_be_expected(client) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    assert client.put("/fhir/Observation/o1", an_hba1c(value=60)).status_code == 200
    [rest] = client.get("/fhir/metadata").json["rest"]
    assert {one["versioning"] for one in rest["resource"]} == {"versioned"}


@pytest.mark.check(56)
def test_what_refers_to_a_resource_does_not_keep_it_from_being_deleted(client) -> None:
    client.put("/fhir/Patient/p1", a_patient(id="p1"))
    client.put("/fhir/Observation/o1", an_hba1c())
    assert client.delete("/fhir/Patient/p1").status_code == 204
    [rest] = client.get("/fhir/metadata").json["rest"]
    policies = {policy for one in rest["resource"] for policy in one["referencePolicy"]}
    assert "enforced" not in policies


@pytest.mark.check(59, 60)
def test_a_conditional_create_stores_once_and_says_what_stands(client) -> None:
    condition = f"identifier={SYSTEM}|a7"
    created = client.post("/fhir/Observation", a_result(), If_None_Exist=condition)
    again = client.post("/fhir/Observation", a_result(60), If_None_Exist=condition)
    assert (created.status_code, again.status_code) == (201, 200)
    for header in ("Location", "ETag", "Last-Modified"):
        assert again.headers[header] == created.headers[header]
    assert again.json["valueQuantity"]["value"] == 50
    client.post("/fhir/Observation", a_result())
    many = client.post("/fhir/Observation", a_result(), If_None_Exist=condition)
    assert (many.status_code, code_of(many), total(client)) == (412, "multiple-matches", 2)


@pytest.mark.check(61)
def test_a_conditional_update_creates_updates_and_refuses(client) -> None:
    created = client.put(BY_IDENTIFIER, a_result())
    assert created.status_code == 201
    id_ = created.json["id"]
    updated = client.put(BY_IDENTIFIER, a_result(60))
    assert (updated.status_code, updated.json["id"]) == (200, id_)
    same = client.put(BY_IDENTIFIER, a_result(61, id=id_), If_Match='W/"2"')
    assert (same.status_code, same.headers["ETag"]) == (200, 'W/"3"')
    other = client.put(BY_IDENTIFIER, a_result(62, id="other"))
    assert (other.status_code, other.json["issue"][0]["expression"]) == (400, ["Observation.id"])
    client.post("/fhir/Observation", a_result())
    many = client.put(BY_IDENTIFIER, a_result(63))
    assert (many.status_code, code_of(many), total(client)) == (412, "multiple-matches", 2)


@pytest.mark.check(61)
def test_a_conditional_update_that_finds_nothing_takes_the_id_it_brings(client) -> None:
    created = client.put(BY_IDENTIFIER, a_result(id="mine"))
    assert (created.status_code, created.json["id"]) == (201, "mine")
    client.put("/fhir/Observation/taken", a_result(code="b8", id="taken"))
    refused = client.put(f"/fhir/Observation?identifier={SYSTEM}|c9", a_result(id="taken"))
    assert (refused.status_code, code_of(refused)) == (409, "conflict")


@pytest.mark.check(58)
def test_a_conditional_delete_takes_one_and_never_several(client) -> None:
    assert client.delete(BY_IDENTIFIER).status_code == 204
    client.put(BY_IDENTIFIER, a_result())
    assert (client.delete(BY_IDENTIFIER).status_code, total(client)) == (204, 0)
    client.post("/fhir/Observation", a_result())
    client.post("/fhir/Observation", a_result())
    many = client.delete(BY_IDENTIFIER)
    assert (many.status_code, code_of(many), total(client)) == (412, "multiple-matches", 2)
    [rest] = client.get("/fhir/metadata").json["rest"]
    assert {one["conditionalDelete"] for one in rest["resource"]} == {"single"}


@pytest.mark.check(62, 63)
def test_a_condition_that_asks_nothing_never_finds_everything(client) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    changing = {method: sent for method, sent in WRITES.items() if method != "POST"}
    for asked in ("", "rubbish=1", "identifir=x|y", "identifier=", "_count=1", "status:no=x"):
        for method, (_, body, kind) in changing.items():
            refused = client.send(method, f"/fhir/Observation?{asked}", body, Content_Type=kind)
            assert (asked, refused.status_code) == (asked, 400)
    for asked in ("rubbish=1", "?", "identifier=", "_sort=date"):
        refused = client.post("/fhir/Observation", a_result(), If_None_Exist=asked)
        assert (asked, refused.status_code) == (asked, 400)
    assert client.get("/fhir/Observation/o1").headers["ETag"] == 'W/"1"'
    assert total(client) == 1


@pytest.mark.check(65)
def test_an_update_that_changes_nothing_makes_no_version(client) -> None:
    client.put("/fhir/Observation/o1", an_hba1c())
    read = client.get("/fhir/Observation/o1")
    spaced = orjson.dumps(read.json, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    for body in (an_hba1c(), read.data, spaced):
        again = client.put("/fhir/Observation/o1", body)
        assert (again.status_code, again.headers["ETag"]) == (200, 'W/"1"')
    precise = read.data.replace(b'"value":50', b'"value":50.0')
    assert client.put("/fhir/Observation/o1", precise).headers["ETag"] == 'W/"2"'


def test_a_condition_needs_the_scope_of_a_search(signed_in) -> None:
    narrow = signed_in("system", scope="system/Observation.cud")
    refused = [
        narrow.post("/fhir/Observation", a_result(), If_None_Exist="status=final"),
        narrow.put(BY_IDENTIFIER, a_result()),
        narrow.delete(BY_IDENTIFIER),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3


@pytest.mark.check(59, 76)
def test_a_condition_may_have_its_type_or_the_whole_address_before_it(client) -> None:
    """HAPI's client writes the address into the header; its Bundles have the type in `ifNoneExist`."""
    search = f"identifier={SYSTEM}|a7"
    client.post("/fhir/Observation", a_result())
    for before in (
        "",
        "?",
        "Observation?",
        f"{BASE}/Observation?",
        "https://by.name/fhir/Observation?",
    ):
        one = client.post("/fhir/Observation", a_result(), If_None_Exist=before + search)
        entry = bundles.an_entry("POST", "Observation", a_result(), ifNoneExist=before + search)
        several = bundles.sent(client, entry)
        assert (before, one.status_code, bundles.statuses(several)) == (before, 200, ["200"])
    for before in ("Patient?", f"{BASE}/Patient?", "Observation/o1?"):
        one = client.post("/fhir/Observation", a_result(), If_None_Exist=before + search)
        assert (before, one.status_code) == (before, 400)
        entry = bundles.an_entry("POST", "Observation", a_result(), ifNoneExist=before + search)
        assert bundles.refused(
            bundles.sent(client, entry), 400, "Bundle.entry[0].request.ifNoneExist"
        )
    assert total(client) == 1


@pytest.mark.check(63)
def test_an_empty_condition_is_refused_and_stores_nothing(client) -> None:
    for empty in ("", "  "):
        answer = client.post("/fhir/Observation", a_result(), If_None_Exist=empty)
        assert (answer.status_code, code_of(answer)) == (400, "value")
    assert total(client) == 0


@pytest.mark.check(39, 40)
def test_preferences_count_in_any_case_and_in_quotation_marks(client) -> None:
    for asked in ("Return=minimal", 'return="minimal"', "RETURN = minimal; wait=1"):
        created = client.post("/fhir/Observation", a_result(), Prefer=asked)
        assert (created.status_code, created.data) == (201, b"")
        assert created.headers["Preference-Applied"] == "return=minimal"
