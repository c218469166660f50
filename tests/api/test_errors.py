"""What bad input gets: a clear answer that names the element, and nothing half-stored."""

import logging

import pytest

from service.api.errors import status_of
from service.domain import errors
from service.domain.errors import Collision, SeurantaError
from service.storage.database import Storage
from tests.fhir.resources import a_bundle, a_create, a_patient, an_observation
from tests.receiving import an_hba1c

HETU = "010190-901R"


def issue(answer) -> dict:
    """The first issue of an outcome."""
    assert answer.json["resourceType"] == "OperationOutcome"
    assert answer.content_type == "application/fhir+json; charset=utf-8"
    first: dict = answer.json["issue"][0]
    return first


@pytest.mark.parametrize(
    ("body", "code", "expression"),
    [
        (b"{", "structure", None),
        (b"", "structure", None),
        (b"[]", "structure", None),
        (b'{"a":1}', "structure", "Resource.resourceType"),
        (b'{"resourceType":"Nonsense"}', "not-supported", "Resource"),
        (b"<Observation xmlns='http://hl7.org/fhir'/>", "structure", None),
        (an_observation(status="finaly"), "code-invalid", "Observation.status"),
        (an_observation(nonsense=1), "structure", "Observation.nonsense"),
        (an_observation(effectiveDateTime="2026-02-31"), "value", "Observation.effective"),
        (
            an_observation(subject={"reference": "Practitioner/1"}),
            "value",
            "Observation.subject.reference",
        ),
        ({"resourceType": "Observation", "status": "final"}, "required", "Observation.code"),
        (a_patient(), "value", "resourceType"),
    ],
)
def test_what_is_no_right_resource_is_refused_by_its_element(
    client, body, code, expression
) -> None:
    refused = client.post("/fhir/Observation", body)
    assert refused.status_code == 400
    told = issue(refused)
    assert (told["code"], told.get("expression", [None])[0]) == (code, expression)
    assert "entry" not in client.get("/fhir/Observation").json


def test_every_fault_is_named_at_once(client) -> None:
    refused = client.post("/fhir/Observation", an_observation(status="finaly", nonsense=1))
    named = {told["expression"][0] for told in refused.json["issue"]}
    assert {"Observation.status", "Observation.nonsense"} <= named


def test_nothing_is_stored_where_the_third_entry_of_a_transaction_is_bad(client) -> None:
    bad = an_hba1c(patient="1", status="finaly")
    entries = [a_create(a_patient()), a_create(an_hba1c(patient="1")), a_create(bad)]
    refused = client.post("/fhir", a_bundle("transaction", *entries))
    assert refused.status_code == 400
    assert issue(refused)["expression"] == ["Bundle.entry[2].resource.status"]
    for type_ in ("Patient", "Observation"):
        assert "entry" not in client.get(f"/fhir/{type_}").json


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_type_is_not_found(client, method) -> None:
    refused = client.send(method, "/fhir/Nonsense", an_observation())
    assert (refused.status_code, issue(refused)["code"]) == (404, "not-supported")


@pytest.mark.parametrize("address", ["/fhir/a/b/c/d/e", "/fhir/Patient/1/Nonsense", "/fhir/x/y"])
def test_an_unknown_address_below_fhir_is_an_outcome(client, address) -> None:
    refused = client.get(address)
    assert refused.status_code == 404
    issue(refused)


def test_an_unknown_address_elsewhere_is_a_problem(client) -> None:
    refused = client.get("/worklist/v1/nothing")
    assert (refused.status_code, refused.content_type) == (404, "application/problem+json")
    assert refused.json["status"] == 404


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("POST", "/fhir/Patient/1", {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}),
        ("PUT", "/fhir", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("POST", "/fhir/Patient/1/_history", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_an_address_does_not_take_is_named_with_those_it_does(
    client, method, address, allowed
) -> None:
    refused = client.send(method, address)
    assert (refused.status_code, issue(refused)["code"]) == (405, "not-supported")
    assert set(refused.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "content_type",
    ["application/fhir+xml", "text/plain", "application/fhir+json; fhirVersion=3.0", "json"],
)
def test_a_body_of_another_content_type_is_refused(client, content_type) -> None:
    refused = client.post("/fhir/Patient", a_patient(), Content_Type=content_type)
    assert (refused.status_code, issue(refused)["code"]) == (415, "not-supported")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/fhir+json;charset=UTF-8",
        "application/json",
        "application/fhir+json;fhirVersion=4.0",
    ],
)
def test_fhir_json_may_be_named_in_several_ways(client, content_type) -> None:
    assert client.post("/fhir/Patient", a_patient(), Content_Type=content_type).status_code == 201


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("?_format=xml", "*/*"),
        ("?_format=application/fhir%2Bxml", "application/fhir+json"),
        ("", "application/fhir+xml"),
        ("", "application/fhir+json; fhirVersion=5.0"),
    ],
)
def test_an_answer_that_is_not_to_be_had_is_406(client, query, accept) -> None:
    client.put("/fhir/Patient/1", a_patient())
    refused = client.get(f"/fhir/Patient/1{query}", Accept=accept)
    assert (refused.status_code, issue(refused)["code"]) == (406, "not-supported")


def test_what_cannot_be_answered_is_not_stored_either(client) -> None:
    assert client.put("/fhir/Patient/1", a_patient(), Accept="text/html").status_code == 406
    entry = {"resource": a_patient(), "request": {"method": "PUT", "url": "Patient/1"}}
    sent = a_bundle("transaction", entry)
    assert client.post("/fhir", sent, Accept="text/html").status_code == 406
    assert client.get("/fhir/Patient/1").status_code == 404


@pytest.mark.parametrize(
    ("query", "accept", "answered"),
    [
        ("", "application/json", "application/json; charset=utf-8"),
        ("", "text/html, application/fhir+json;q=0.9", "application/fhir+json; charset=utf-8"),
        ("?_format=json", "application/fhir+xml", "application/fhir+json; charset=utf-8"),
        ("?_format=application/fhir+json", "*/*", "application/fhir+json; charset=utf-8"),
        (
            "",
            "application/fhir+json; fhirVersion=4.0",
            "application/fhir+json; fhirVersion=4.0; charset=utf-8",
        ),
    ],
)
def test_the_answer_is_of_the_type_that_was_asked_for(client, query, accept, answered) -> None:
    client.put("/fhir/Patient/1", a_patient())
    read = client.get(f"/fhir/Patient/1{query}", Accept=accept)
    assert (read.status_code, read.content_type) == (200, answered)


def test_a_body_that_is_too_large_is_413_with_the_limit(client, app) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    refused = client.post("/fhir/Patient", a_patient(text={"status": "x" * 200}))
    assert (refused.status_code, issue(refused)["code"]) == (413, "too-costly")
    many = [a_create(a_patient())] * 5_001
    app.config["MAX_CONTENT_LENGTH"] = 10_000_000
    refused = client.post("/fhir", a_bundle("batch", *many))
    assert refused.status_code == 413
    assert "5000" in refused.json["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    "address",
    [
        f"/fhir/Patient?identifier=urn:oid:1.2.246.21|{HETU}",
        f"/fhir/Patient?identifier={HETU.lower()}",
        f"/fhir/Patient/{HETU}",
        f"/worklist/v1/follow-ups?unit={HETU}",
        "/fhir/Patient?identifier=010190%2D901R",
    ],
)
def test_an_identity_code_in_an_address_is_refused_and_not_repeated(
    client, address, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    refused = client.get(address)
    assert refused.status_code == 400
    assert "_search" in refused.text
    assert HETU.lower() not in (refused.text + str(refused.headers) + caplog.text).lower()


def test_an_identity_code_in_a_condition_is_refused(client) -> None:
    condition = f"identifier=urn:oid:1.2.246.21|{HETU}"
    refused = client.post("/fhir/Patient", a_patient(), If_None_Exist=condition)
    assert refused.status_code == 400
    assert HETU not in refused.text


def test_a_failure_names_the_request_and_nothing_else(client, runtime, monkeypatch, caplog) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a table, a path, a secret")

    monkeypatch.setattr(Storage, "current", fail)
    failed = client.get("/fhir/Patient/1", X_Request_Id="r-17")
    assert failed.status_code == 500
    assert issue(failed)["code"] == "exception"
    assert "r-17" in failed.text
    assert "secret" not in failed.text
    assert "RuntimeError" not in failed.text
    assert "a secret" in caplog.text


def test_what_another_change_holds_is_to_be_sent_again(client, monkeypatch) -> None:
    def collide(*_: object, **__: object) -> None:
        raise Collision

    monkeypatch.setattr(Storage, "carry_out", collide)
    refused = client.post("/fhir/Patient", a_patient())
    assert (refused.status_code, issue(refused)["code"]) == (503, "lock-error")
    assert refused.headers["Retry-After"] == "1"


def test_every_error_of_the_domain_stands_in_the_table() -> None:
    ours = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    kinds = {kind for kind in ours if issubclass(kind, SeurantaError)} - {SeurantaError}
    assert {kind.__name__ for kind in kinds if status_of(kind()) == 500} == set()
