"""A part of a resource, cut from its stored bytes: `_summary` and `_elements`.

Source: R4 search.html 3.1.1.5.8 and 3.1.1.5.9. Mandatory elements and those that change what the
others mean always stay, so that what is left can be read by itself; it is tagged as SUBSETTED, for
nobody may store it in place of the whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

import msgspec

from service.domain.errors import Invalid, Issue
from service.fhir.definitions import Element, summaries, types
from service.fhir.primitives import PRIMITIVES
from service.fhir.splicing import Edit, edited, members_of

_ALWAYS: Final = frozenset({"resourceType", "id", "meta", "implicitRules", "modifierExtension"})
OBSERVATION_VALUES: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
SUBSETTED: Final = "SUBSETTED"
_TAG: Final = f'{{"system":"{OBSERVATION_VALUES}","code":"{SUBSETTED}"}}'.encode()
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_RESOURCE: Final = "Resource"


class Summary(StrEnum):
    """What `_summary` may ask."""

    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"
    FALSE = "false"


class Subset(NamedTuple):
    """What is wanted of each resource: a summary, or elements by name; by default all of it."""

    summary: Summary = Summary.FALSE
    elements: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.summary in {Summary.FALSE, Summary.COUNT} and not self.elements


WHOLE: Final = Subset()


def subset_of(pairs: Iterable[tuple[str, str]]) -> Subset:
    """What the parameters of a read or a history ask; Invalid for what says nothing."""
    given = {name: value for name, value in pairs if value}
    summary = summary_of(given.get("_summary", "false"))
    subset = Subset(summary, element_names(given.get("_elements", "")))
    expect_one_part(subset)
    return subset


def summary_of(text: str) -> Summary:
    """What `_summary` asks; Invalid for anything else."""
    if text not in set(Summary):
        words = f"`_summary` is one of {', '.join(Summary)}"
        raise Invalid(issues=[Issue("value", words, "_summary")])
    return Summary(text)


def element_names(text: str) -> frozenset[str]:
    """The names in `_elements`; a type may stand before each."""
    names = (name.strip().rpartition(".")[2] for name in text.split(","))
    return frozenset(name.removesuffix("[x]") for name in names if name)


def expect_one_part(subset: Subset) -> None:
    """Raise Invalid where two parts are asked for at once."""
    if subset.elements and not subset._replace(elements=frozenset()).is_whole:
        words = "`_elements` and `_summary` cannot be asked together"
        raise Invalid(issues=[Issue("not-supported", words, "_elements")])


def known_elements(resource_type: str) -> frozenset[str]:
    """The names by which `_elements` may ask for an element of a type."""
    names = {place.name for place in _members(resource_type).values()}
    return frozenset(name.removesuffix("[x]") for name in names) | _members(resource_type).keys()


def part_of(resource_type: str, body: bytes, wanted: Subset) -> bytes:
    """The body of a resource without what is not wanted."""
    if wanted.is_whole:
        return body
    kept = dict(_kept(resource_type, body, wanted))
    if b'"#' in body and "contained" not in kept:
        kept |= dict(_contained(body, b"".join(kept.values())))
    kept["meta"] = _tagged(kept.get("meta", b"{}"))
    return _object(kept.items())


def _kept(resource_type: str, body: bytes, wanted: Subset) -> Iterator[tuple[str, bytes]]:
    is_kept = _chosen(resource_type, wanted)
    places = _members(resource_type)
    for name, span in members_of(body).items():
        value, place = body[span.value : span.end], places.get(name)
        if name in _ALWAYS:
            yield name, value
        elif place is not None and is_kept(place):
            yield name, _summarised(place, value) if wanted.summary is Summary.TRUE else value


class _Place(NamedTuple):
    """An element as a JSON member: its name in the standard, its own type, and what it is."""

    name: str
    kind: str
    element: Element


def _chosen(resource_type: str, wanted: Subset) -> Callable[[_Place], bool]:
    if wanted.summary is Summary.DATA:
        return lambda place: place.name != "text"
    if wanted.summary is Summary.TEXT:
        return lambda place: place.name == "text" or place.element.required
    if wanted.summary is Summary.TRUE:
        listed = summaries().summary[resource_type]
        return lambda place: place.name in listed or place.element.required
    modifiers = summaries().modifier.get(resource_type, frozenset())
    asked = _named(resource_type, wanted.elements) | modifiers
    return lambda place: place.name in asked or place.element.required


def _named(resource_type: str, names: Iterable[str]) -> frozenset[str]:
    """The elements of a type by the names that a client may use: `value` is `value[x]`."""
    members = _members(resource_type)
    given = {name.removeprefix("_") for name in names}
    found = {members[name].name for name in given & members.keys()}
    return frozenset({*given, *(f"{name}[x]" for name in given), *found})


def _summarised(place: _Place, value: bytes) -> bytes:
    """The value of an element with its own summary alone; all of it where that would be nothing."""
    if place.kind in PRIMITIVES or place.kind == _RESOURCE:
        return value
    if value.startswith(b"["):
        parts = (_summary_of(place.kind, bytes(one)) for one in _LIST.decode(value))
        return b"[" + b",".join(parts) + b"]"
    return _summary_of(place.kind, value)


def _summary_of(kind: str, value: bytes) -> bytes:
    listed = summaries().summary.get(kind)
    if listed is None:
        return value
    places, members = _members(kind), members_of(value)
    kept = {
        name: _summarised(places[name], value[span.value : span.end])
        for name, span in members.items()
        if name in places and (places[name].name in listed or places[name].element.required)
    }
    return _object(kept.items()) if kept else value


@cache
def _members(kind: str) -> Mapping[str, _Place]:
    """The JSON members that an object of a type may have."""
    found: dict[str, _Place] = {}
    for name, element in types()[kind].items():
        for key, of_type in element.variants(name):
            found[key] = found[f"_{key}"] = _Place(name, of_type, element)
    return found


def _contained(body: bytes, kept: bytes) -> Iterator[tuple[str, bytes]]:
    """The contained resources that what is kept points at, as the members of an object."""
    span = members_of(body).get("contained")
    inside = _LIST.decode(body[span.value : span.end]) if span else []
    waiting = {_id_of(bytes(one)): bytes(one) for one in inside}
    found: list[bytes] = []
    text = kept
    while reached := [id_ for id_ in waiting if b'"#%s"' % id_.encode() in text]:
        newest = [waiting.pop(id_) for id_ in reached]
        found += newest
        text = b"".join(newest)
    if found:
        yield "contained", b"[" + b",".join(found) + b"]"


class _WithId(msgspec.Struct):
    id: str = ""


def _id_of(resource: bytes) -> str:
    return msgspec.json.decode(resource, type=_WithId).id


def _tagged(meta: bytes) -> bytes:
    """Meta with the tag that says that the resource is not whole."""
    if b'"SUBSETTED"' in meta:
        return meta
    members = members_of(meta)
    if (span := members.get("tag")) is not None:
        return edited(meta, [Edit(span.end - 1, span.end - 1, b"," + _TAG)])
    end = meta.rindex(b"}")
    comma = b"," if members else b""
    return edited(meta, [Edit(end, end, comma + b'"tag":[' + _TAG + b"]")])


def _object(members: Iterable[tuple[str, bytes]]) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), value) for name, value in members) + b"}"
