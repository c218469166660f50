"""The places in a resource that a FHIRPath names: the part of FHIRPath that a patch can need.

Source: R4 fhirpatch.html; FHIRPath 1.0 (N1): members, items, where, first, last, ofType, extension.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.fhir.fhirpath import (
    Call,
    Expression,
    Item,
    Literal,
    Member,
    Operation,
    This,
)
from service.fhir.walking import members_of


class NotSelectable(ValueError):
    """An expression goes beyond what a patch may use; the words say how."""


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A place: `owner` holds it under `key`, in a list at `index`; `kind` is the type that stands there.

    The whole resource has no owner. A primitive that has only extensions has the value None.
    """

    value: Any
    kind: str
    owner: dict[str, Any] | None = None
    key: str = ""
    index: int | None = None

    @property
    def members(self) -> dict[str, Any]:
        """What stands inside: of a primitive, its id and extensions."""
        if isinstance(self.value, dict):
            return self.value
        beside = self.owner.get(f"_{self.key}") if self.owner else None
        if self.index is not None and isinstance(beside, list):
            beside = beside[self.index] if self.index < len(beside) else None
        return beside if isinstance(beside, dict) else {}

    @property
    def members_kind(self) -> str:
        """The type of what has the members."""
        return self.kind if isinstance(self.value, dict) else "Element"


def select(tree: Expression, resource: Mapping[str, Any]) -> list[Spot]:
    """The places that an expression names in a resource, in order; NotSelectable beyond the subset."""
    root = Spot(resource, resource["resourceType"])
    return _selected(tree, [root])


def children(spot: Spot, name: str) -> Iterator[Spot]:
    """The places directly inside one with an element's name."""
    members = spot.members
    for key, member in members_of(spot.members_kind).items():
        is_there = key in members or f"_{key}" in members
        if member.name == name and is_there and not key.startswith("_"):
            yield from _spots(members, key, member.kind)


def _spots(owner: dict[str, Any], key: str, kind: str) -> Iterator[Spot]:
    value, beside = owner.get(key), owner.get(f"_{key}")
    if not isinstance(value, list) and not isinstance(beside, list):
        yield Spot(value, _kind_of(value, kind), owner, key)
        return
    listed, more = value or [], beside if isinstance(beside, list) else []
    for index in range(max(len(listed), len(more))):
        item = listed[index] if index < len(listed) else None
        yield Spot(item, _kind_of(item, kind), owner, key, index)


def _kind_of(value: Any, kind: str) -> str:
    is_resource = kind == "Resource" and isinstance(value, dict)
    return str(value.get("resourceType", "")) if is_resource else kind


def _selected(tree: Expression, focus: list[Spot]) -> list[Spot]:
    if isinstance(tree, This):
        return focus
    if isinstance(tree, Member):
        return _named(tree, focus)
    if isinstance(tree, Item):
        return _selected(tree.focus, focus)[tree.index : tree.index + 1]
    if isinstance(tree, Call):
        return _called(tree, _selected(tree.focus, focus))
    if isinstance(tree, Operation) and tree.operator == "as":
        return _of_type(_selected(tree.left, focus), tree.right)
    raise NotSelectable("an expression that names elements is expected")


def _named(tree: Member, focus: list[Spot]) -> list[Spot]:
    if isinstance(tree.focus, This) and all(spot.owner is None for spot in focus):
        named = [spot for spot in focus if spot.kind == tree.name]
        if named:
            return named
    return [child for spot in _selected(tree.focus, focus) for child in children(spot, tree.name)]


def _called(call: Call, found: list[Spot]) -> list[Spot]:
    if call.name == "where" and len(call.arguments) == 1:
        return [spot for spot in found if _is_true(call.arguments[0], spot)]
    if call.name == "extension" and len(call.arguments) == 1:
        urls = _values(call.arguments[0], found)
        extensions = [one for spot in found for one in children(spot, "extension")]
        return [one for one in extensions if one.members.get("url") in urls]
    if call.name in {"ofType", "as"} and len(call.arguments) == 1:
        return _of_type(found, call.arguments[0])
    if call.name in _PARTS and not call.arguments:
        return found[_PARTS[call.name]]
    raise NotSelectable(f"the function `{call.name[:32]}` is not supported in a patch")


_PARTS: Final = {"first": slice(0, 1), "last": slice(-1, None), "single": slice(None)}


def _of_type(found: list[Spot], name: Expression) -> list[Spot]:
    if not isinstance(name, Member):
        raise NotSelectable("the name of a type is expected")
    return [spot for spot in found if spot.kind == name.name]


def _is_true(criteria: Expression, spot: Spot) -> bool:
    return _values(criteria, [spot]) == [True]


def _values(tree: Expression, focus: list[Spot]) -> list[Any]:
    """The values that an expression comes to, as they stand in JSON."""
    if isinstance(tree, Literal):
        return [tree.value]
    if isinstance(tree, Operation) and tree.operator in _OPERATORS:
        left, right = _values(tree.left, focus), _values(tree.right, focus)
        return _OPERATORS[tree.operator](left, right)
    if isinstance(tree, Call) and tree.name in _QUESTIONS and not tree.arguments:
        return _QUESTIONS[tree.name](_values(tree.focus, focus))
    return [spot.value for spot in _selected(tree, focus) if spot.value is not None]


def _equal(left: list[Any], right: list[Any]) -> list[Any]:
    """FHIRPath 6.1: nothing where either side is nothing."""
    if not left or not right:
        return []
    return [left == right]


def _both(left: list[Any], right: list[Any]) -> list[Any]:
    return [left == [True] and right == [True]]


def _either(left: list[Any], right: list[Any]) -> list[Any]:
    return [left == [True] or right == [True]]


def _unequal(left: list[Any], right: list[Any]) -> list[Any]:
    return [not one for one in _equal(left, right)]


_OPERATORS: Final[Mapping[str, Callable[[list[Any], list[Any]], list[Any]]]] = {
    "=": _equal,
    "!=": _unequal,
    "and": _both,
    "or": _either,
}
_QUESTIONS: Final[Mapping[str, Callable[[list[Any]], list[Any]]]] = {
    "exists": lambda found: [bool(found)],
    "empty": lambda found: [not found],
    "not": lambda found: [not one for one in found],
}
