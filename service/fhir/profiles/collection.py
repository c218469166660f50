"""The collections that FHIRPath works with: JSON values with their FHIR types, and their children.

Source: FHIRPath 1.0 (N1), 4.3; R4 fhirpath.html#types.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from service.fhir.primitives import PRIMITIVES
from service.fhir.walking import members_of


class Undecided(Exception):
    """The expression asks what cannot be known here: another resource, a function that is not read."""


class Value(NamedTuple):
    """One item of a collection: a JSON value with its FHIR type; `twin` holds a primitive's extensions.

    A primitive that has only extensions is None.
    """

    kind: str
    value: Any
    twin: Any = None


Collection: TypeAlias = list[Value]


def system(value: str | float | bool) -> Value:
    kinds = {bool: "boolean", int: "integer", float: "decimal"}
    return Value(kinds.get(type(value), "string"), value)


class Child(NamedTuple):
    """An element inside another: its JSON member and its name in expressions, its number in a list."""

    key: str
    name: str
    number: int | None
    value: Value


def children_of(one: Value) -> Iterator[Child]:
    """The elements directly inside, in the order of their definitions."""
    owner = one.value if isinstance(one.value, dict) else one.twin
    if not isinstance(owner, dict):
        return
    kind = "Element" if owner is one.twin else str(owner.get("resourceType", one.kind))
    for key, member in members_of(kind).items():
        if key.startswith("_") or not _is_there(owner, key):
            continue
        for number, value, twin in _each(owner.get(key), owner.get(f"_{key}")):
            told = value.get("resourceType") if isinstance(value, dict) else None
            found = Value(told or member.kind, value, twin)
            yield Child(key, member.name, number, found)


def _is_there(owner: Mapping[str, Any], key: str) -> bool:
    return key in owner or f"_{key}" in owner


def _each(value: Any, twin: Any) -> Iterator[tuple[int | None, Any, Any]]:
    if not isinstance(value, list) and not isinstance(twin, list):
        yield None, value, twin
        return
    values = value if isinstance(value, list) else []
    twins = twin if isinstance(twin, list) else []
    for number in range(max(len(values), len(twins))):
        one = values[number] if number < len(values) else None
        other = twins[number] if number < len(twins) else None
        if one is not None or other is not None:
            yield number, one, other


def is_of(one: Value, name: str) -> bool:
    kind = one.kind
    if kind == name or name in {"Resource", "Element"}:
        return True
    if name == "DomainResource":
        return isinstance(one.value, dict) and "resourceType" in one.value
    # FHIRPath's own types begin with a capital: `is Boolean` is true of a FHIR boolean.
    return kind in PRIMITIVES and name.removeprefix("System.") == kind[0].upper() + kind[1:]


def truth(found: Collection) -> bool | None:
    """A collection as a truth: nothing is None, one item that is no boolean is true."""
    if not found:
        return None
    if len(found) > 1:
        raise Undecided("several values where one truth is expected")
    value = found[0].value
    return value if isinstance(value, bool) else True


def told(truth: bool | None) -> Collection:
    return [] if truth is None else [system(truth)]


def same(one: Value, other: Value) -> bool:
    if isinstance(one.value, bool) or isinstance(other.value, bool):
        return one.value is other.value
    return bool(one.value == other.value)


def distinct(focus: Collection) -> Collection:
    found: Collection = []
    for one in focus:
        if not any(same(one, other) for other in found):
            found.append(one)
    return found
