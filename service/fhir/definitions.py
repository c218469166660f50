"""The R4 definitions that the package carries, read once, when first asked for.

Source: `r4/`, cut from HL7's own package by `tools/cut_r4_definitions.py` (`r4/origin.json`).
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import msgspec

R4_VERSION = "4.0.1"


# Profiles of Quantity stand as types among the elements; in JSON they are a Quantity.
_TITLES = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}


class Element(msgspec.Struct, frozen=True, gc=False):
    """One element of a type: `type`, or `types` where it is a choice (`value[x]`).

    `targets` are the types a Reference may point at (none: any); `codes` names the value set of a
    required binding; an `attribute` takes no extension.
    """

    type: str = ""
    types: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    targets: tuple[str, ...] = ()
    codes: str = ""
    attribute: bool = False

    def variants(self, name: str) -> tuple[tuple[str, str], ...]:
        """The JSON members that it can be, each with its type."""
        if not self.types:
            return ((name, self.type),)
        stem = name.removesuffix("[x]")
        return tuple(
            (stem + _TITLES.get(kind, kind[0].upper() + kind[1:]), kind) for kind in self.types
        )


class Invariant(msgspec.Struct, frozen=True, gc=False):
    """A rule of the standard: its `expression` and, where there is one, a `schema` that says the same.

    `element` names the child that it is about, if it is not about the whole.
    """

    key: str
    words: str
    expression: str
    element: str = ""
    schema: dict[str, Any] | None = None


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """A search parameter with its permanent number.

    `alias_of` are the parameters whose rows together are its own; with `alias_target`, only those
    rows that point at that type. `not_indexed` says why it finds nothing here.
    """

    number: int
    code: str
    kind: str
    expression: str = ""
    targets: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    alias_of: tuple[int, ...] = ()
    alias_target: str = ""
    not_indexed: str = ""


class _Parameters(msgspec.Struct, frozen=True):
    last_number: int
    types: dict[str, tuple[Parameter, ...]]


class Summaries(msgspec.Struct, frozen=True):
    """Marked elements: `summary` by the path of every type, `modifier` by the resource's type."""

    summary: dict[str, frozenset[str]]
    modifier: dict[str, frozenset[str]]


Elements: TypeAlias = Mapping[str, Element]


@cache
def types() -> Mapping[str, Elements]:
    """The elements of every R4 type, datatype and backbone element, by its path."""
    return msgspec.json.decode(_read("elements"), type=dict[str, dict[str, Element]])


@cache
def codes() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The codes of required value sets: by the set's name, by code system."""
    return msgspec.json.decode(_read("codes"), type=dict[str, dict[str, tuple[str, ...]]])


@cache
def invariants() -> Mapping[str, tuple[Invariant, ...]]:
    """The rules by the type or backbone element they stand on."""
    return msgspec.json.decode(_read("invariants"), type=dict[str, tuple[Invariant, ...]])


@cache
def search_parameters() -> Mapping[str, tuple[Parameter, ...]]:
    """The search parameters by type; those of every type stand under `Resource`."""
    return msgspec.json.decode(_read("parameters"), type=_Parameters).types


@cache
def compartments() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The search parameters that put a resource of a type into a compartment, by the latter's type."""
    return msgspec.json.decode(_read("compartments"), type=dict[str, dict[str, tuple[str, ...]]])


def patient_compartment() -> Mapping[str, tuple[str, ...]]:
    """The search parameters that put a resource of a type into a patient's compartment."""
    return compartments()["Patient"]


@cache
def summaries() -> Summaries:
    """Which elements are a summary, and which change what the others mean."""
    return msgspec.json.decode(_read("summaries"), type=Summaries)


@cache
def resource_types() -> frozenset[str]:
    """All concrete resource types of R4, served here or not."""
    return frozenset(name for name, listed in types().items() if "implicitRules" in listed)


def _read(name: str) -> bytes:
    return (resources.files(__package__) / "r4" / f"{name}.json").read_bytes()
