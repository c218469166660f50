"""Parts of resources: valid by themselves, tagged, cut from the bytes as they were received."""

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.fhir.parsing import parse
from service.fhir.subset import (
    WHOLE,
    Subset,
    Summary,
    known_elements,
    part_of,
    subset_of,
)
from service.fhir.validation import issues_of
from tests.fhir.examples import DEFECTS, official

_SOUND = [one for one in official() if one.name not in DEFECTS and len(one.body) < 20_000]
# The largest of each type.
EXAMPLES = [
    *{
        one.name.partition("/")[0]: one for one in sorted(_SOUND, key=lambda one: len(one.body))
    }.values()
]
PARTS = [Summary.TRUE, Summary.TEXT, Summary.DATA]
NUMBER = re.compile(rb"(?<=:)-?[0-9.]+(?=[,}])")


def part(body: bytes, wanted: Subset) -> bytes:
    """The part of a resource, which must be valid and tagged and hold nothing new.

    A rule that ties an element to another one may be broken: the other one was not asked for.
    """
    whole = orjson.loads(body)
    found = part_of(whole["resourceType"], body, wanted)
    read = orjson.loads(found)
    faults = [one for one in issues_of(parse(found)) if one.code != "invariant"]
    assert faults == []
    assert read["meta"]["tag"][-1]["code"] == "SUBSETTED"
    assert (read.keys() - {"meta"}) <= whole.keys()
    assert set(NUMBER.findall(found)) <= set(NUMBER.findall(body))
    return found


@pytest.mark.parametrize("summary", PARTS)
def test_every_summary_of_every_example_is_sound(summary: Summary) -> None:
    for example in EXAMPLES:
        part(example.body, Subset(summary))


@given(data=st.data())
def test_any_elements_make_a_sound_resource(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(EXAMPLES))
    kind = example.name.partition("/")[0]
    names = data.draw(st.sets(st.sampled_from(sorted(known_elements(kind))), max_size=4))
    wanted = Subset(elements=frozenset({"id", *names}))
    found = orjson.loads(part(example.body, wanted))
    assert found["resourceType"] == kind
    assert {name for name in names if name in example.resource} <= found.keys()


def test_the_whole_stays_as_it_is() -> None:
    body = b'{ "resourceType":"Patient", "birthDate" : "1960" }'
    assert part_of("Patient", body, WHOLE) is body


def test_numbers_and_extensions_of_what_stays_are_as_written() -> None:
    body = (
        b'{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},'
        b'"_issued":{"extension":[{"url":"urn:x","valueString":"y"}]},'
        b'"valueQuantity":{"value": 1.500,"unit":"x"},"note":[{"text":"n"}]}'
    )
    found = part_of("Observation", body, Subset(elements=frozenset({"value", "issued"})))
    assert b'"valueQuantity":{"value": 1.500,"unit":"x"}' in found
    assert b'"_issued":{"extension"' in found
    assert b"note" not in found


def test_what_is_pointed_at_inside_comes_along_and_nothing_else() -> None:
    inside = [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Device", "id": "d"}]
    body = orjson.dumps(
        {
            "resourceType": "Observation",
            "contained": inside,
            "status": "final",
            "code": {"text": "x"},
            "subject": {"reference": "#p"},
            "device": {"reference": "#d"},
        }
    )
    found = orjson.loads(part_of("Observation", body, Subset(Summary.TRUE)))
    assert [one["id"] for one in found["contained"]] == ["p"]
    assert "contained" not in orjson.loads(part_of("Observation", body, Subset(Summary.TEXT)))


def test_a_tag_is_added_to_those_that_there_are_and_only_once() -> None:
    body = b'{"resourceType":"Patient","meta":{"tag":[{"code":"t"}]},"gender":"male"}'
    once = part_of("Patient", body, Subset(Summary.DATA))
    assert [tag["code"] for tag in orjson.loads(once)["meta"]["tag"]] == ["t", "SUBSETTED"]
    assert part_of("Patient", once, Subset(Summary.DATA)) == once


@pytest.mark.parametrize(
    "wrong",
    [
        [("_summary", "nonsense")],
        [("_summary", "true"), ("_elements", "name")],
    ],
)
def test_what_says_nothing_is_refused(wrong: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid):
        subset_of(wrong)


def test_elements_may_be_named_with_their_type() -> None:
    assert subset_of([("_elements", "Patient.name, value[x],")]).elements == {"name", "value"}
