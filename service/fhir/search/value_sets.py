"""The codes of a value set, for `:in` and `:not-in`: our own, those that R4 binds, those in the record.

Source: R4 search.html#token, valueset.html#compositions. What cannot be listed in full is refused,
with the reason: a part of a set would find too little, and `:not-in` too much.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from service.domain.search import TokenValue
from service.fhir.definitions import R4_VERSION, codes
from service.fhir.search.hierarchies import Definitions, Members, below
from service.fhir.search.text import clipped, system_of

MOST_CODES: Final = 5_000
_DEEPEST: Final = 5
_OF_R4: Final = ("http://hl7.org/fhir/ValueSet/", "http://terminology.hl7.org/ValueSet/")
_KINDS: Final = frozenset({"is-a", "descendent-of"})


def members_of(canonical: str, definitions: Definitions) -> Members:
    """The codes of a value set by its canonical address, with or without version.

    Raises ValueError where it is not known, cannot be listed, or is too large.
    """
    members = _listed(canonical, definitions, _DEEPEST)
    if len(members) > MOST_CODES:
        raise ValueError(f"the value set has more than {MOST_CODES} codes")
    return members


def _listed(canonical: str, definitions: Definitions, deepest: int) -> Members:
    if (found := _of_r4(canonical)) is not None:
        return found
    definition = definitions.find("ValueSet", canonical)
    if definition is None:
        raise ValueError("this value set is not known here")
    if not deepest:
        raise ValueError("the value set refers to others without end")
    expansion = definition.get("expansion", {})
    if "contains" in expansion and _is_whole(expansion):
        return tuple(dict.fromkeys(_contained(expansion["contains"])))
    return _composed(definition.get("compose", {}), definitions, deepest)


def _of_r4(canonical: str) -> Members | None:
    url, _, version = canonical.partition("|")
    place, slash, name = url.rpartition("/")
    if f"{place}{slash}" not in _OF_R4 or name not in codes() or version not in {"", R4_VERSION}:
        return None
    return tuple(
        TokenValue(system_of(system), code)
        for system, listed in codes()[name].items()
        for code in listed
    )


def _is_whole(expansion: Mapping[str, Any]) -> bool:
    """Whether an expansion is no page of one."""
    count = sum(1 for _ in _each(expansion["contains"]))
    return not expansion.get("offset") and int(expansion.get("total", count)) <= count


def _contained(contains: Iterable[Mapping[str, Any]]) -> Iterator[TokenValue]:
    for one in _each(contains):
        if "code" in one and not one.get("abstract"):
            yield TokenValue(system_of(one.get("system", "")), clipped(one["code"]))


def _each(contains: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in contains:
        yield one
        yield from _each(one.get("contains", ()))


def _composed(compose: Mapping[str, Any], definitions: Definitions, deepest: int) -> Members:
    included, excluded = (
        _Set(one for part in compose.get(name, ()) for one in _part(part, definitions, deepest))
        for name in ("include", "exclude")
    )
    if not included.members:
        raise ValueError("the value set says of no code that it is in it")
    if any(included.cuts(one) for one in excluded.members):
        raise ValueError("the value set leaves some out of codes that it does not list")
    return tuple(one for one in included.members if not excluded.has(one))


def _part(part: Mapping[str, Any], definitions: Definitions, deepest: int) -> Members:
    """What one `include` or `exclude` takes: all that it says must hold."""
    sets = [_listed(one, definitions, deepest - 1) for one in part.get("valueSet", ())]
    if "system" in part:
        sets.append(_of_system(part, definitions))
    if not sets:
        raise ValueError("the value set includes neither a code system nor another value set")
    first, *others = map(_Set, sets)
    for other in others:
        first = first.both(other)
    return first.members


def _of_system(part: Mapping[str, Any], definitions: Definitions) -> Members:
    system = system_of(part["system"])
    if "concept" in part:
        return tuple(TokenValue(system, clipped(one["code"])) for one in part["concept"])
    sets = [_filtered(part["system"], one, definitions) for one in part.get("filter", ())]
    first = _Set(sets[0] if sets else [TokenValue(system, None)])
    for one in sets[1:]:
        first = first.both(_Set(one))
    return first.members


def _filtered(address: str, one: Mapping[str, Any], definitions: Definitions) -> Members:
    if one.get("property") != "concept" or one.get("op") not in _KINDS:
        words = "the value set filters in another way than by `concept is-a`: it cannot be listed"
        raise ValueError(words)
    found = below(address, one["value"], definitions)
    if one["op"] == "is-a":
        return found
    if any(member.begins for member in found):
        raise ValueError("the value set leaves some out of codes that it does not list")
    return tuple(member for member in found if member.code != one["value"])


class _Set:
    """Codes, and codes that stand for more: all of a system, all that begin alike."""

    def __init__(self, members: Iterable[TokenValue]) -> None:
        self.members: Members = tuple(dict.fromkeys(members))

    @cached_property
    def _exact(self) -> frozenset[TokenValue]:
        return frozenset(self.members)

    @cached_property
    def _open(self) -> Members:
        return tuple(one for one in self.members if one.code is None or one.begins)

    def has(self, one: TokenValue) -> bool:
        """Whether all that a member stands for is in it."""
        return one in self._exact or any(_covers(wide, one) for wide in self._open)

    def cuts(self, one: TokenValue) -> bool:
        """Whether a part of what a member stands for would have to be left out."""
        return any(wide != one and _covers(wide, one) for wide in self._open)

    def both(self, other: "_Set") -> "_Set":
        """What is in both: of two members one is within the other, or they have nothing in common."""
        mine = (one for one in self.members if other.has(one))
        theirs = (one for one in other.members if self.has(one))
        return _Set((*mine, *theirs))


def _covers(wide: TokenValue, one: TokenValue) -> bool:
    if wide.system != one.system:
        return False
    return wide.code is None or (one.code or "").startswith(wide.code)


class Known(NamedTuple):
    """Definitions of several places, the first that has one counts."""

    places: tuple[Definitions, ...]

    def find(self, type_: str, canonical: str) -> Any:
        """The definition at an address in the first place that has it."""
        found = (place.find(type_, canonical) for place in self.places)
        return next(filter(None, found), None)
