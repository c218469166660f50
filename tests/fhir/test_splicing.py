"""Our stamps in received bodies: what must change is changed, every other byte stays."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.splicing import Edit, edited, members_of, same_content, stamp, without_stamp
from tests.fhir.examples import official, synthea

AT = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
META = '"meta":{"versionId":"3","lastUpdated":"2027-03-12T09:30:00.000Z"}'


def stamped(body: str) -> str:
    return stamp(body.encode(), id="new", version=3, at=AT).decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"resourceType":"Patient"}',
            '{"resourceType":"Patient","id":"new",' + META + "}",
        ),
        (
            '{ "resourceType" : "Patient" ,\n "active" : true }',
            '{ "resourceType" : "Patient","id":"new",' + META + ' ,\n "active" : true }',
        ),
        (
            '{"active":true,"resourceType":"Patient","meta":{"tag":[]},"x":1.00}',
            '{"active":true,"resourceType":"Patient","id":"new","meta":{"tag":[],"versionId":"3",'
            '"lastUpdated":"2027-03-12T09:30:00.000Z"},"x":1.00}',
        ),
        (
            '{"id":"old","resourceType":"Patient","meta" : {"versionId" : "9", "tag":[]}}',
            '{"id":"new","resourceType":"Patient","meta" : {"versionId" : "3", "tag":[],'
            '"lastUpdated":"2027-03-12T09:30:00.000Z"}}',
        ),
        (
            '{"resourceType":"Patient","id":"old","text":"}{\\"meta\\":1"}',
            '{"resourceType":"Patient","id":"new",' + META + ',"text":"}{\\"meta\\":1"}',
        ),
        (
            '{"meta":{},"id":"old","resourceType":"Patient"}',
            "{" + META + ',"id":"new","resourceType":"Patient"}',
        ),
        (
            '{"meta" : {"lastUpdated":"x","versionId":"y"},"resourceType":"Patient"}',
            '{"meta" : {"lastUpdated":"2027-03-12T09:30:00.000Z","versionId":"3"},'
            '"resourceType":"Patient","id":"new"}',
        ),
    ],
)
def test_only_the_stamp_changes(body: str, expected: str) -> None:
    assert stamped(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"resourceType":"Patient","id":"a",' + META + "}", '{"resourceType":"Patient"}'),
        ('{"id":"a","resourceType":"Patient"}', '{"resourceType":"Patient"}'),
        (
            '{"resourceType":"Patient","meta":{"versionId":"1","tag":[]},"active":true}',
            '{"resourceType":"Patient","meta":{"tag":[]},"active":true}',
        ),
        (
            '{ "meta" : { "lastUpdated" : "x" } , "resourceType" : "Patient" , "id" : "a" }',
            '{ "resourceType" : "Patient" }',
        ),
        ('{"resourceType":"Patient"}', '{"resourceType":"Patient"}'),
    ],
)
def test_the_stamp_comes_off(body: str, expected: str) -> None:
    assert without_stamp(body.encode()).decode() == expected


def test_literals_of_numbers_stay() -> None:
    body = '{"resourceType":"Basic","a":1.00,"b":1E-22,"c":-0,"d":12345678901234567890.10}'
    assert stamped(body).endswith(',"a":1.00,"b":1E-22,"c":-0,"d":12345678901234567890.10}')


def test_an_official_example_keeps_its_decimals() -> None:
    (example,) = (example for example in official() if example.name == "Observation/decimal")
    sent = json.loads(example.body, parse_float=Decimal, parse_int=Decimal)
    back = json.loads(
        stamp(example.body, id="a", version=1, at=AT), parse_float=Decimal, parse_int=Decimal
    )
    assert str(back["component"]) == str(sent["component"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"id":"a","x":1}', '{"x":1,"id":"b"}', True),
        ('{"id":"a","meta":{"versionId":"1"},"x":1}', '{"id":"a","x":1}', True),
        ('{"id":"a","meta":{"tag":[1]},"x":1}', '{"id":"a","x":1}', False),
        ('{"id":"a","x":1.0}', '{"id":"a","x":1.00}', False),
        ('{"id":"a","x":1.0}', '{"id":"a","x":"1.0"}', False),
        ('{"id":"a","x":[1,2]}', '{"id":"a","x":[2,1]}', False),
        ('{"id":"a","x":"\\u00e4"}', '{"id":"a","x":"ä"}', True),
    ],
)
def test_what_counts_as_the_same_content(one: str, other: str, *, same: bool) -> None:
    assert same_content(one.encode(), other.encode()) is same


def test_everything_received_comes_back_but_the_stamp() -> None:
    bodies = [example.body for example in official()]
    for body in bodies:
        sent, back = orjson.loads(body), orjson.loads(stamp(body, id="new", version=3, at=AT))
        assert back["id"] == "new"
        assert back["meta"]["versionId"] == "3"
        assert _unstamped(back) == _unstamped(sent)
        assert same_content(body, stamp(body, id="new", version=3, at=AT))


def _unstamped(resource: dict[str, Any]) -> dict[str, Any]:
    meta = dict(resource.get("meta", {}))
    kept = {name: meta[name] for name in meta if name not in {"versionId", "lastUpdated"}}
    return resource | {"id": "", "meta": kept}


def test_stamping_twice_is_stamping_once() -> None:
    for line in synthea():
        for entry in orjson.loads(line)["entry"][:40]:
            body = orjson.dumps(entry["resource"])
            once = stamp(body, id="a", version=1, at=AT)
            assert stamp(once, id="a", version=1, at=AT) == once


_SPACES = st.text(alphabet=" \n\t", max_size=2)
_VALUES = st.sampled_from(['"a"', "1.00", "[ 1 , 2 ]", '{ "x" : "}" }', "true", '",:{"', '"\\""'])
_KEYS = st.sampled_from(["a", "b", "c", 'q"', "\\", "ä", "id", "resourceType"])


@given(st.lists(st.tuples(_KEYS, _VALUES, _SPACES, _SPACES, _SPACES), unique_by=lambda m: m[0]))
def test_members_are_found_where_they_stand(
    members: list[tuple[str, str, str, str, str]],
) -> None:
    written = [
        f"{one}{json.dumps(key, ensure_ascii=False)}{two}:{three}{value}{one}"
        for key, value, one, two, three in members
    ]
    text = ("{" + ",".join(written) + "}").encode()
    found = members_of(text)
    assert list(found) == [key for key, *_ in members]
    for key, value, *_ in members:
        span = found[key]
        assert text[span.value : span.end] == value.encode()
        assert json.loads(text[span.begin : span.value].rstrip().removesuffix(b":")) == key


def test_a_key_that_stands_twice_has_no_one_place() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        members_of(b'{"a":"first","a":1,"b":2}')


def test_edits_of_one_place_stand_in_order() -> None:
    edits = [Edit(1, 1, b"x"), Edit(1, 1, b"y"), Edit(0, 1, b"")]
    assert edited(b"abc", edits[:2]) == b"axybc"
