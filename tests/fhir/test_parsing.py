"""Bytes that come in: what is read, what is refused before anything looks at it."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid, Malformed, NotSupported
from service.fhir.parsing import DEEPEST, expect_served, parse

PATIENT = b'{"resourceType":"Patient","id":"a"}'


def nested(levels: int) -> bytes:
    inside = levels - 1
    return b'{"resourceType":"Basic","x":' + b"[" * inside + b"1" + b"]" * inside + b"}"


def test_a_resource_is_read() -> None:
    assert parse(PATIENT) == {"resourceType": "Patient", "id": "a"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"resourceType":"Patient"} x',
        b'{"resourceType":"Patient","multipleBirthInteger":NaN}',
        b'{"resourceType":"Patient","multipleBirthInteger":1e999}',
        b'{"resourceType":"Patient","id":"\xff"}',
        b'{"resourceType":"Patient","id":"\\ud800"}',
        b"\xef\xbb\xbf" + PATIENT,
    ],
)
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        parse(body)
    assert refused.value.issues[0].code == "structure"


def test_depth_is_bounded() -> None:
    assert parse(nested(DEEPEST))
    with pytest.raises(Malformed, match="100 levels"):
        parse(nested(DEEPEST + 1))


@pytest.mark.parametrize("levels", [250, 260, 1000, 5000])
def test_any_depth_is_refused_without_harm(levels: int) -> None:
    with pytest.raises(Malformed):
        parse(nested(levels))


@pytest.mark.parametrize(
    "body",
    [
        b'{"resourceType":"Patient","id":"a","id":"b"}',
        b'{"resourceType":"Patient","name":[{"family":"a"},{"family":"b","family":"b"}]}',
        b'{"resourceType":"Patient","name":[{"text":":"}],"name":[]}',
        b'{"resourceType":"Patient","id":"a","id" : "b","x":"\\u003a"}',
    ],
)
def test_a_key_that_stands_twice_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(Invalid, match="stands twice"):
        parse(body)


def test_escaped_colons_are_no_keys() -> None:
    body = b'{"resourceType":"Patient","name":[{"text":"a\\u003ab"}]}'
    assert parse(body)["name"][0]["text"] == "a:b"


def test_a_resource_without_its_type_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        parse(b'{"id":"a"}')
    assert refused.value.issues[0].expression == "Resource.resourceType"


def test_a_number_as_type_is_refused() -> None:
    with pytest.raises(Invalid):
        parse(b'{"resourceType":7}')


def test_a_type_that_is_not_stored_is_refused_as_such() -> None:
    expect_served(parse(PATIENT))
    with pytest.raises(NotSupported, match="does not store") as refused:
        expect_served(parse(b'{"resourceType":"Substance"}'))
    assert refused.value.issues[0].expression == "Substance"


def test_an_unknown_type_inside_is_refused_at_its_place() -> None:
    entry = {"resource": {"resourceType": "Patient", "contained": [{"resourceType": "Pasient"}]}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    with pytest.raises(NotSupported) as refused:
        parse(orjson.dumps(bundle))
    assert refused.value.issues[0].expression == "Bundle.entry[0].resource.contained[0]"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(alphabet=':"\\a{}[],', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet=':"a\\', min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), _VALUES, max_size=4))
def test_no_object_is_taken_for_one_with_a_key_twice(members: dict[str, object]) -> None:
    resource = {"resourceType": "Patient", **members} | {"resourceType": "Patient"}
    resource.pop("contained", None)
    assert parse(orjson.dumps(resource)) == resource


@given(_VALUES, _VALUES)
def test_a_key_twice_is_always_seen(first: object, second: object) -> None:
    one, other = orjson.dumps(first), orjson.dumps(second)
    body = b'{"resourceType":"Patient","x":{"k":%b,"k":%b}}' % (one, other)
    with pytest.raises(Invalid, match="`k` stands twice"):
        parse(body)
