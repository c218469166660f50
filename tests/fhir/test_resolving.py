"""References of a transaction in the bytes of its bodies."""

from collections.abc import Mapping

import orjson
import pytest

from service.fhir.addresses import Addresses
from service.fhir.bundle import Entry, read_bundle
from service.fhir.references import Target
from service.fhir.resolving import addresses_in, conditions_in, resolve
from tests.fhir.examples import synthea

URN = "urn:uuid:0b0c4e7e-4b5b-4a51-8d4a-7d6f3f2a9c11"
ELSEWHERE = "https://other.example/fhir/Patient/9"
CONDITION = "Patient?identifier=http://x.y|7"
KNOWN: Mapping[str, Target] = {
    URN: Target("Patient", "p1", "3"),
    ELSEWHERE: Target("Patient", "p9", "2"),
    CONDITION: Target("Patient", "p7", "1"),
}


def resolved(body: str) -> str:
    return resolve(body.encode(), KNOWN).decode()


def an_observation(member: str) -> str:
    return '{ "resourceType" : "Observation",\n' + member + ', "x" : 1.00 }'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'"subject":{{"reference":"{URN}"}}', '"subject":{"reference":"Patient/p1"}'),
        (f'"subject": {{"reference" :  "{URN}"}}', '"subject": {"reference" :  "Patient/p1"}'),
        (f'"subject":{{"reference":"{ELSEWHERE}"}}', '"subject":{"reference":"Patient/p9"}'),
        (
            f'"subject":{{"reference":"{ELSEWHERE}/_history/7"}}',
            '"subject":{"reference":"Patient/p9/_history/2"}',
        ),
        (f'"subject":{{"reference":"{CONDITION}"}}', '"subject":{"reference":"Patient/p7"}'),
        (
            f'"focus":[{{"reference":"Patient/p1"}},{{"reference":"{URN}"}}]',
            '"focus":[{"reference":"Patient/p1"},{"reference":"Patient/p1"}]',
        ),
        (
            f'"extension":[{{"url":"http://x.y","valueUri":"{URN}"}}]',
            '"extension":[{"url":"http://x.y","valueUri":"Patient/p1"}]',
        ),
        (
            f'"implicitRules":"{URN}"',
            '"implicitRules":"Patient/p1"',
        ),
        (
            '"subject":{"reference":"' + URN.replace(":", "\\u003a") + '"}',
            '"subject":{"reference":"Patient/p1"}',
        ),
        (
            '"subject":{"reference":"' + ELSEWHERE.replace("/", "\\/") + '"}',
            '"subject":{"reference":"Patient/p9"}',
        ),
        (
            '"text":{"status":"additional","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">'
            f'<a href=\\"{URN}\\">a</a><img src=\'{ELSEWHERE}\'/> {URN}</div>"}}',
            '"text":{"status":"additional","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">'
            f'<a href=\\"Patient/p1\\">a</a><img src=\'Patient/p9\'/> {URN}</div>"}}',
        ),
    ],
)
def test_addresses_are_written_as_type_and_id(before: str, after: str) -> None:
    assert resolved(an_observation(before)) == an_observation(after)


@pytest.mark.parametrize(
    "member",
    [
        f'"identifier":[{{"system":"urn:ietf:rfc:3986","value":"{URN}"}}]',
        f'"instantiatesCanonical":["{URN}"]',
        f'"extension":[{{"url":"http://x.y","valueCanonical":"{URN}"}}]',
        f'"extension":[{{"url":"http://x.y","valueString":"{URN}"}}]',
        f'"note":[{{"text":"see {URN}"}}]',
        f'"note":[{{"text":"{URN}"}}]',
        '"subject":{"reference":"Patient/9"}',
        '"subject":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000000"}',
        '"subject":{"reference":"https://other.example/fhir/Patient/99"}',
    ],
)
def test_everything_else_stays_byte_for_byte(member: str) -> None:
    assert resolved(an_observation(member)) == an_observation(member)


def test_contained_resources_are_resolved_too() -> None:
    inner = '{"resourceType":"Provenance","target":[{"reference":"%s"}]}'
    body = an_observation('"contained":[' + inner % URN + "]")
    assert resolved(body) == an_observation('"contained":[' + inner % "Patient/p1" + "]")


def test_a_simulated_bundle_is_resolved_without_rest() -> None:
    for line in synthea():
        requests = read_bundle(line)
        addresses = Addresses(
            {entry: Target(entry.type, f"i{entry.number}") for entry in requests.entries}
        )
        for entry in requests.entries:
            body = resolve(entry.body, addresses.seen_from(entry))
            assert b"urn:uuid:" not in body
            assert orjson.loads(body).keys() == orjson.loads(entry.body).keys()


def test_conditional_references_are_told_once() -> None:
    twice = f'"focus":[{{"reference":"{CONDITION}"}},{{"reference":"{CONDITION}"}}]'
    assert conditions_in(an_observation(twice).encode()) == (CONDITION,)
    assert conditions_in(an_observation('"status":"final"').encode()) == ()
    assert conditions_in(an_observation(f'"note":[{{"text":"{CONDITION}"}}]').encode()) == ()


def test_references_to_other_entries_are_told() -> None:
    body = an_observation(f'"subject":{{"reference":"{URN}"}}').encode()
    assert addresses_in(body, KNOWN) == (URN,)
    assert addresses_in(body, ()) == ()


def an_entry(number: int, full_url: str) -> Entry:
    return Entry(number=number, method="POST", url="Patient", full_url=full_url)


def test_relative_references_are_read_against_their_own_entrys_base() -> None:
    here, there = (
        an_entry(0, "https://a.example/Patient/1"),
        an_entry(1, "https://b.example/Patient/1"),
    )
    addresses = Addresses({here: Target("Patient", "x"), there: Target("Patient", "y")})
    assert addresses.seen_from(here)["Patient/1"] == Target("Patient", "x")
    assert addresses.seen_from(there)["Patient/1"] == Target("Patient", "y")
    assert addresses.seen_from(here)["https://b.example/Patient/1"] == Target("Patient", "y")
    assert "Patient/1" not in addresses.seen_from(an_entry(2, URN))


def test_what_conditional_references_found_is_seen_from_everywhere() -> None:
    entry = an_entry(0, URN)
    addresses = Addresses({entry: Target("Patient", "x")}, {CONDITION: Target("Patient", "z")})
    assert addresses.seen_from(entry)[CONDITION] == Target("Patient", "z")
