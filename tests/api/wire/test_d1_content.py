"""Wire checklist D1: content types, headers, errors (R4 http.html)."""

import gzip
from typing import Any

import orjson
import pytest

from service.app import create_app
from service.domain.access import Role
from service.fhir.definitions import codes
from service.tokens import Grant, Issuer
from tests.api.conftest import Client
from tests.fhir.resources import a_patient
from tests.house import LATER, house
from tests.receiving import an_hba1c

P1 = "/fhir/Patient/1"
JSON = "application/fhir+json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def stored(client):
    """Patient 1."""
    assert client.put(P1, a_patient()).status_code == 201


def code_of(answer: Any) -> str:
    """The code of the first issue."""
    return str(answer.json["issue"][0]["code"])


def kind_of(client, accept: str = "", address: str = P1) -> str:
    """The content type of an answer."""
    headers = {"Accept": accept} if accept else {}
    return str(client.get(address, **headers).headers["Content-Type"])


@pytest.mark.check(1, 2, 3, 6, 8)
def test_an_answer_has_the_type_that_is_asked_for(client, stored) -> None:
    assert client.get(P1).data.decode("utf-8").count("Räsänen") == 1
    for accept, kind in (
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/fhir+json", JSON),
        ("application/json+fhir", JSON),
        ("application/fhir+xml;q=0.9, application/fhir+json;q=0.5", JSON),
        ("text/html, application/json;q=0.9", "application/json; charset=utf-8"),
        ("text/json", "text/json; charset=utf-8"),
        ("text/*", "text/json; charset=utf-8"),
        ("application/fhir+json;q=0, */*", "application/json; charset=utf-8"),
        ("application/*;q=0, */*;q=0.1", "text/json; charset=utf-8"),
        ("*/*;q=0, application/fhir+json", JSON),
        ("application/fhir+json;q=0.1, application/*;q=0, */*", "text/json; charset=utf-8"),
    ):
        assert (accept, kind_of(client, accept)) == (accept, kind)
    for given in ("json", "application/json", "application/fhir%2Bjson", "application/fhir+json"):
        assert "json" in kind_of(client, "application/fhir+xml", f"{P1}?_format={given}")


@pytest.mark.check(4, 6)
def test_what_cannot_be_answered_so_is_not_acceptable_and_not_carried_out(client) -> None:
    nothing = "application/fhir+json;q=0, application/json;q=0, text/json;q=0, */*"
    for accept in ("application/fhir+xml", "text/html", "application/fhir+json;q=0", nothing):
        refused = client.put(P1, a_patient(), Accept=accept)
        assert (refused.status_code, refused.json["issue"][0]["code"]) == (406, "not-supported")
    assert client.get(f"{P1}?_format=xml").status_code == 406
    assert client.get(P1).status_code == 404


@pytest.mark.check(5, 6, 8)
def test_what_is_sent_in_another_type_is_not_taken(client) -> None:
    body = orjson.dumps(a_patient())
    for kind in ("application/fhir+xml", "text/plain", "application/x-www-form-urlencoded", "*/*"):
        for address, method in (
            (P1, "PUT"),
            ("/fhir/Patient?_format=json", "POST"),
            ("/fhir", "POST"),
        ):
            refused = client.send(method, address, body, Content_Type=kind)
            assert (kind, refused.status_code) == (kind, 415)
    for kind in ("application/fhir+json", "application/json", "application/json+fhir", "text/json"):
        assert client.send("PUT", P1, body, Content_Type=kind).status_code in {200, 201}


@pytest.mark.check(7)
def test_the_version_of_the_standard_can_be_said_and_is_4_0(client, stored) -> None:
    for version in ("4.0", "4.0.1"):
        accept = f"application/fhir+json; fhirVersion={version}"
        assert (
            kind_of(client, accept)
            == f"application/fhir+json; fhirVersion={version}; charset=utf-8"
        )
        sent = client.send("PUT", P1, orjson.dumps(a_patient()), Content_Type=accept)
        assert sent.status_code == 200
    other = "application/fhir+json; fhirVersion=3.0"
    assert client.get(P1, Accept=other).status_code == 406
    assert client.put(P1, a_patient(), Content_Type=other).status_code == 415
    both = {"Accept": "application/fhir+json; fhirVersion=5.0", "Content_Type": JSON}
    assert client.put(P1, a_patient(), **both).status_code == 406


@pytest.mark.check(9)
def test_parameters_of_the_format_are_known_everywhere(client, stored) -> None:
    for parameter in ("_pretty=true", "_pretty=false", "_summary=false", "_format=json"):
        for address in (
            P1,
            f"{P1}/_history",
            f"{P1}/_history/1",
            "/fhir/Patient",
            "/fhir/metadata",
        ):
            assert client.get(f"{address}?{parameter}").status_code == 200
        assert client.put(f"{P1}?{parameter}", a_patient()).status_code == 200


@pytest.mark.check(10)
def test_head_is_answered_wherever_get_is(client, stored) -> None:
    for address in (
        P1,
        f"{P1}/_history",
        f"{P1}/_history/1",
        "/fhir/Patient?name=x",
        "/fhir/metadata",
    ):
        got, head = client.get(address), client.send("HEAD", address)
        assert (head.status_code, head.data) == (got.status_code, b"")
        same = ("Content-Type", "ETag", "Last-Modified", "Cache-Control")
        assert [head.headers.get(one) for one in same] == [got.headers.get(one) for one in same]
    missing = client.send("HEAD", "/fhir/Patient/none")
    assert (missing.status_code, missing.data) == (404, b"")


@pytest.mark.check(11, 12, 20, 21, 22)
def test_every_refusal_is_an_outcome_with_a_code_of_the_standard(client, anonymous, stored) -> None:
    for status, code, answer in (
        (404, "not-found", client.get("/fhir/Patient/none")),
        (404, "not-supported", client.get("/fhir/Elephant/1")),
        (404, "not-supported", client.get("/fhir/patient/1")),
        (404, "not-supported", client.post("/fhir/Elephant", a_patient())),
        (404, "not-found", client.get("/fhir/Patient/1/nowhere/at/all")),
        (404, "not-found", client.get("/fhir/Patient/A")),
        (400, "value", client.get("/fhir/Patient/a_b")),
        (400, "value", client.get(f"/fhir/Patient/{'a' * 65}")),
        (400, "value", client.put("/fhir/Patient/a_b", a_patient(id="a_b"))),
        (400, "value", client.delete("/fhir/Patient/a_b")),
        (405, "not-supported", client.delete("/fhir")),
        (405, "not-supported", client.send("PUT", f"{P1}/_history/1")),
        (401, "login", anonymous.get(P1)),
    ):
        [issue] = answer.json["issue"]
        assert answer.json["resourceType"] == "OperationOutcome"
        assert (answer.status_code, issue["code"], issue["severity"]) == (status, code, "error")
        assert issue["code"] in next(iter(codes()["issue-type"].values()))


@pytest.mark.check(22)
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(client) -> None:
    assert set(client.delete("/fhir").headers["Allow"].split(", ")) >= {"POST", "OPTIONS"}
    instance = client.send("POST", P1).headers["Allow"].split(", ")
    assert set(instance) == {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}


@pytest.mark.check(14)
def test_a_fault_is_told_with_its_place(client) -> None:
    wrong = an_hba1c(code={"coding": [{"system": "http://loinc.org", "code": 5}]})
    [issue] = client.post("/fhir/Observation", wrong).json["issue"]
    assert issue["expression"] == ["Observation.code.coding[0].code"]


@pytest.mark.check(16)
def test_the_client_finds_its_ids_in_the_answer(client) -> None:
    answer = client.get("/fhir/metadata", X_Request_Id="r-1", X_Correlation_Id="c-1")
    assert (answer.headers["X-Request-Id"], answer.headers["X-Correlation-Id"]) == ("r-1", "c-1")
    for sent in ("a b", "x" * 65, "010190-901R"):
        answer = client.get("/fhir/metadata", X_Request_Id=sent, X_Correlation_Id=sent)
        assert answer.headers["X-Request-Id"] not in {"", sent}
        assert "X-Correlation-Id" not in answer.headers


@pytest.fixture
def behind_proxy(database_url, tmp_path):
    """A client of a house that trusts its proxy and lets pages of one other origin call."""
    settings = {
        "SEURANTA_TRUST_FORWARDED": "yes",
        "SEURANTA_CORS_ORIGINS": "https://portal.example",
    }
    with house(database_url, tmp_path, **settings) as runtime:
        at = runtime.clock.now()
        grant = Grant(Role.SYSTEM, "tests", at + LATER, scopes=("system/*.cruds",))
        token = Issuer.opened(runtime.settings).issue(grant, at=at)
        yield Client(create_app(runtime).test_client(), token)


def cors(client: Client) -> Any:
    """Whether the CapabilityStatement says that pages of other origins may call."""
    statement: Any = client.get("/fhir/metadata").json
    return statement["rest"][0]["security"]["cors"]


FORWARDED = {"X_Forwarded_Host": "care.example:8443", "X_Forwarded_Proto": "https"}


@pytest.mark.check(17)
def test_links_follow_a_proxy_only_where_it_is_trusted(client, behind_proxy) -> None:
    plain = client.put(P1, a_patient(), **FORWARDED)
    assert plain.headers["Location"].startswith("http://127.0.0.1:8000/fhir/Patient/1/")
    moved = behind_proxy.put("/fhir/Patient/2", a_patient(id="2"), **FORWARDED)
    assert moved.headers["Location"].startswith("https://care.example:8443/fhir/Patient/2/")
    found = behind_proxy.get("/fhir/Patient?_id=2", **FORWARDED).json
    assert found["link"][0]["url"].startswith("https://care.example:8443/fhir/Patient?")
    assert found["entry"][0]["fullUrl"] == "https://care.example:8443/fhir/Patient/2"
    for wrong in ("care.example/x", "a b", "<x>", ""):
        sent = FORWARDED | {"X_Forwarded_Host": wrong}
        answer = behind_proxy.put("/fhir/Patient/2", a_patient(id="2"), **sent)
        assert answer.headers["Location"].startswith("http://127.0.0.1:8000/fhir/")


@pytest.mark.check(19)
def test_pages_of_a_named_origin_may_call_and_see_the_headers_they_need(behind_proxy) -> None:
    origin = {"Origin": "https://portal.example"}
    asked = origin | {
        "Access_Control_Request_Method": "PUT",
        "Access_Control_Request_Headers": "authorization,if-match,content-type",
    }
    preflight = Client(behind_proxy.http).send("OPTIONS", P1, b"", **asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://portal.example"
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "If-Match", "Content-Type", "Prefer"} <= set(
        preflight.headers["Access-Control-Allow-Headers"].split(", ")
    )
    answer = behind_proxy.put(P1, a_patient(), **origin)
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Location", "Content-Location", "Last-Modified", "X-Request-Id"} <= set(exposed)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.vary
    assert cors(behind_proxy) is True


@pytest.mark.check(19)
def test_pages_of_other_origins_may_not_call(behind_proxy, client) -> None:
    for one, origin in ((behind_proxy, "https://evil.example"), (client, "https://portal.example")):
        for method in ("GET", "OPTIONS"):
            answer = one.send(method, P1, Origin=origin, Access_Control_Request_Method="PUT")
            assert "Access-Control" not in str(answer.headers)
    assert cors(client) is False


@pytest.mark.check(18)
def test_who_has_no_token_is_asked_for_one_and_who_may_not_is_told(anonymous, signed_in) -> None:
    for token, code in (("", "login"), ("rubbish", "login")):
        refused = Client(anonymous.http, token).get(P1)
        assert (refused.status_code, code_of(refused)) == (401, code)
        assert refused.headers["WWW-Authenticate"].startswith("Bearer ")
    narrow = signed_in("system", scope="system/Patient.rs").put(P1, a_patient())
    assert (narrow.status_code, code_of(narrow)) == (403, "forbidden")


@pytest.mark.check(6, 9, 86)
def test_the_form_of_a_search_says_how_to_answer_as_an_address_does(client, stored) -> None:
    def sought(form: bytes, address: str = "/fhir/Patient/_search") -> Any:
        return client.post(address, form, Content_Type="application/x-www-form-urlencoded")

    for form in (b"_id=1&_format=application%2Fjson", b"_format=json&_id=1&_pretty=true"):
        answer = sought(form)
        assert answer.json["entry"][0]["resource"]["id"] == "1"
        assert ("application/json" in answer.headers["Content-Type"]) == (b"%2F" in form)
        assert (b"\n  " in answer.data) == (b"_pretty" in form)
    assert sought(b"_format=xml").status_code == 406
    assert sought(b"_format=xml", "/fhir/Patient/_search?_format=json").status_code == 200
    counted = sought(b"_id=1&_summary=count").json
    assert (counted["total"], "entry" in counted) == (1, False)


@pytest.mark.check(5)
def test_a_packed_body_is_refused_in_words_that_say_so_and_is_not_taken_for_broken_json(
    client,
) -> None:
    packed = gzip.compress(orjson.dumps(a_patient()))
    for method, address, kind in (
        ("PUT", P1, "application/fhir+json"),
        ("POST", "/fhir", "application/fhir+json"),
        ("PATCH", P1, "application/json-patch+json"),
        ("POST", "/fhir/Patient/_search", FORM),
    ):
        refused = client.send(method, address, packed, Content_Type=kind, Content_Encoding="gzip")
        assert (refused.status_code, code_of(refused)) == (415, "not-supported")
        assert "Content-Encoding" in refused.json["issue"][0]["diagnostics"]
        assert refused.headers["Accept-Encoding"] == "identity"
    plain = client.put(P1, a_patient(), Content_Encoding="identity")
    assert plain.status_code == 201


@pytest.mark.check(5, 86)
def test_the_type_of_a_form_counts_in_any_case(client, stored) -> None:
    found = client.post("/fhir/Patient/_search", b"_id=1", Content_Type=FORM.title())
    assert [entry["resource"]["id"] for entry in found.json["entry"]] == ["1"]


@pytest.mark.check(22)
def test_an_address_that_another_method_is_for_says_which(client) -> None:
    for method, address, allowed in (
        ("PUT", "/fhir/metadata", {"GET", "HEAD"}),
        ("DELETE", "/fhir/metadata", {"GET", "HEAD"}),
        ("DELETE", "/fhir/_history", {"GET", "HEAD"}),
        ("DELETE", "/fhir/Patient/_history", {"GET", "HEAD"}),
        ("GET", "/fhir/Patient/_search?name=a", {"POST"}),
        ("GET", "/fhir/_search?_type=Patient", {"POST"}),
    ):
        refused = client.send(method, address, a_patient() if method == "PUT" else b"")
        assert (address, refused.status_code) == (address, 405)
        assert set(refused.headers["Allow"].split(", ")) == allowed
        assert code_of(refused) == "not-supported"


@pytest.mark.check(21)
@pytest.mark.parametrize("address", ["/fhir//Patient", "/fhir/Patient//1", "/fhir//"])
def test_a_doubled_slash_leads_nowhere(client, stored, address) -> None:
    missing = client.get(address, Host="elsewhere.example")
    assert (missing.status_code, code_of(missing)) == (404, "not-found")
    assert "Location" not in missing.headers


@pytest.mark.check(21)
def test_an_operation_that_is_not_there_is_not_taken_for_an_id(client, stored) -> None:
    for address in ("/fhir/Patient/$foo", f"{P1}/$foo", "/fhir/$foo"):
        unknown = client.get(address)
        assert (address, unknown.status_code, code_of(unknown)) == (address, 404, "not-supported")


@pytest.mark.check(9)
def test_the_capabilities_are_laid_out_for_people_too(client) -> None:
    assert b"\n  " in client.get("/fhir/metadata?_pretty=true").data
    assert b"\n  " not in client.get("/fhir/metadata").data
