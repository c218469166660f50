"""Batches and transactions as requests."""

from typing import Any

import orjson
import pytest

from service.domain.errors import Invalid, Malformed, NotSupported, TooLarge
from service.fhir.bundle import Requests, expect_each_once, read_bundle
from tests.fhir.examples import synthea
from tests.fhir.resources import a_bundle, a_create, a_patient, an_observation


def requests_of(*entries: dict[str, Any], kind: str = "transaction") -> Requests:
    return read_bundle(orjson.dumps(a_bundle(kind, *entries)))


def a_request(method: str, url: str, **resource: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"request": {"method": method, "url": url}}
    return entry | ({"resource": resource} if resource else {})


def test_requests_keep_their_order_and_their_bytes() -> None:
    body = (
        b'{"resourceType":"Bundle","type":"batch","entry":['
        b'{"resource":{ "resourceType" : "Basic", "x":1.00 },'
        b'"request":{"method":"POST","url":"Basic","ifNoneExist":"?identifier=7"}},'
        b'{"request":{"method":"GET","url":"Patient?name=x"}}]}'
    )
    requests = read_bundle(body)
    first, second = requests.entries
    assert not requests.is_transaction
    assert first.body == b'{ "resourceType" : "Basic", "x":1.00 }'
    assert (first.type, first.if_none_exist) == ("Basic", "identifier=7")
    assert (second.type, second.query, second.body) == ("Patient", "name=x", b"")
    assert second.expression == "Bundle.entry[1]"


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("Patient/1", ("Patient", "1", "", "")),
        ("/Patient/1", ("Patient", "1", "", "")),
        ("Patient/1/_history/3", ("Patient", "1", "3", "")),
        ("Patient?identifier=http://x.y|7", ("Patient", "", "", "identifier=http://x.y|7")),
        ("https://a.example/fhir/Patient/1", ("Patient", "1", "", "")),
        ("https://a.example/Fhir/Patient/Patient", ("Patient", "Patient", "", "")),
        ("metadata", ("", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_what_an_address_names(url: str, named: tuple[str, str, str, str]) -> None:
    (entry,) = requests_of(a_request("GET", url or "/")).entries
    assert (entry.type, entry.id, entry.version, entry.query) == named


def test_requests_are_done_in_the_standards_order() -> None:
    requests = requests_of(
        a_request("GET", "Patient/1"),
        a_request("PUT", "Patient/1", resourceType="Patient", id="1"),
        a_create(an_observation()),
        a_request("DELETE", "Patient/2"),
        a_create(a_patient()),
    )
    done = [(entry.method, entry.number) for entry in requests.in_turn()]
    assert done == [("DELETE", 3), ("POST", 2), ("POST", 4), ("PUT", 1), ("GET", 0)]


@pytest.mark.parametrize(
    ("entry", "at", "words"),
    [
        (a_request("POST", "Patient"), "resource", "missing"),
        (
            a_request("POST", "Patient", resourceType="Basic"),
            "resource",
            "type Patient is expected",
        ),
        (a_request("POST", "Patient/1", resourceType="Patient"), "request.url", "without an id"),
        (a_request("PUT", "Patient", resourceType="Patient"), "request.url", "`Type/id`"),
        (a_request("PUT", "Patient/1", resourceType="Patient"), "resource.id", "the same as"),
        (a_request("PUT", "Patient/1", resourceType="Patient", id="2"), "resource.id", "the same"),
        (a_request("DELETE", "Patient"), "request.url", "`Type/id`"),
        (a_request("DELETE", "Elephant/1"), "request.url", "no resource type"),
        (a_request("POST", "Substance", resourceType="Substance"), "request.url", "is served"),
        (a_request("PATCH", "Patient/1", resourceType="Binary"), "resource.contentType", "alone"),
        (a_request("POST", "Patient/$match", resourceType="Parameters"), "request", "operations"),
    ],
)
def test_the_faults_of_a_request_stand_in_its_entry(
    entry: dict[str, Any], at: str, words: str
) -> None:
    requests = requests_of(a_create(a_patient()), entry)
    (issue,) = requests.issues
    assert requests.entries[0].issues == ()
    assert issue.expression == f"Bundle.entry[1].{at}"
    assert words in issue.words


@pytest.mark.parametrize("url", ["Patient/1", "Patient?identifier=7"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_plain_and_conditional_changes_are_sound(method: str, url: str) -> None:
    entry = a_request(method, url, resourceType="Patient", id="1")
    assert requests_of(entry).issues == ()


def test_an_empty_transaction_is_sound() -> None:
    assert read_bundle(b'{"resourceType":"Bundle","type":"transaction"}').entries == ()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", Malformed),
        (b'{"resourceType":"Patient"}', Invalid),
        (b'{"resourceType":"Bundle","type":"collection"}', Invalid),
        (b'{"resourceType":"Bundle","type":"batch","entry":[{}]}', Invalid),
        (b'{"resourceType":"Bundle","type":"batch","entry":{}}', Invalid),
        (b'{"resourceType":"Bundle","type":"batch","entry":null}', Invalid),
        (b'{"resourceType":"Bundle","type":"batch","entry":[7]}', Invalid),
        (
            b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"X"}}]}',
            NotSupported,
        ),
    ],
)
def test_what_is_no_batch_or_transaction_is_refused(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_bundle(body)


def test_entries_of_a_batch_cannot_refer_to_each_other() -> None:
    urn = "urn:uuid:0b0c4e7e-4b5b-4a51-8d4a-7d6f3f2a9c11"
    pointing = an_observation(subject={"reference": urn})
    entries = [a_create(a_patient(), urn), a_create(pointing)]
    (issue,) = requests_of(*entries, kind="batch").issues
    assert issue.expression == "Bundle.entry[1].resource"
    assert "send a transaction" in issue.words
    assert requests_of(*entries).issues == ()


def test_a_request_whose_url_is_an_extension_only_leaves_nothing_to_do() -> None:
    reason = {"extension": [{"url": "http://x.y", "valueCode": "unknown"}]}
    requests = requests_of({"request": {"method": "GET", "_url": reason}})
    (issue,) = requests.issues
    assert issue.code == "required"
    assert [entry.number for entry in requests.in_turn()] == [0]


def test_an_address_that_is_none_names_nothing() -> None:
    (issue,) = requests_of(a_request("DELETE", "http://[Patient/1")).issues
    assert issue.expression == "Bundle.entry[0].request.url"


def test_a_request_is_mandatory() -> None:
    with pytest.raises(Invalid) as refused:
        requests_of({"resource": a_patient()})
    assert "bdl-3" in refused.value.issues[0].words


def test_a_bundle_has_an_upper_limit_that_it_tells() -> None:
    body = orjson.dumps(a_bundle("batch", *[a_request("GET", "Patient/1")] * 3))
    assert len(read_bundle(body, most_entries=3).entries) == 3
    with pytest.raises(TooLarge, match="2 entries at most"):
        read_bundle(body, most_entries=2)


def test_the_same_identity_twice_is_refused() -> None:
    requests = requests_of(
        a_request("PUT", "Patient/1", resourceType="Patient", id="1"),
        a_request("DELETE", "Observation/1"),
        a_request("DELETE", "Patient/1"),
    )
    identities = [(entry, entry.type, entry.id) for entry in requests.entries]
    expect_each_once(identities[:2])
    with pytest.raises(Invalid) as refused:
        expect_each_once(identities)
    (issue,) = refused.value.issues
    assert issue.words == "entry 0 already changes the same Patient"
    assert issue.expression == "Bundle.entry[2].request.url"


def test_simulated_patients_are_transactions_of_creates() -> None:
    for line in synthea():
        requests = read_bundle(line)
        assert requests.is_transaction
        assert requests.issues == ()
        assert {entry.method for entry in requests.entries} == {"POST"}
