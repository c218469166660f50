"""Where definitions come from: the standard's own in the package, others from whoever asks.

Those of HL7 Finland are in the package too; what the record holds at their address goes before them.

Source: R4 references.html#canonical.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Protocol

import msgspec

from service.fhir.definitions import Invariant, codes
from service.fhir.nested import Resource
from service.fhir.profiles.finland import finnish, finnish_profiles_of
from service.fhir.profiles.structure import Profile, profile_of

STANDARD: Final = "http://hl7.org/fhir/"
_STRUCTURE: Final = f"{STANDARD}StructureDefinition/"
_VALUE_SET: Final = f"{STANDARD}ValueSet/"
_DEEPEST: Final = 10  # a chain of bases that is longer goes round


class Definitions(Protocol):
    """Where definitions are found that the package does not carry."""

    def find(self, type_: str, canonical: str) -> Resource | None:
        """The definition of a type at a canonical address."""
        ...


class Library:
    """The definitions that one validation uses; what was looked up once is kept for it."""

    def __init__(self, definitions: Definitions | None = None) -> None:
        self._definitions = definitions
        self._profiles: dict[str, Profile | None] = {}
        self._found: dict[tuple[str, str], Resource | None] = {}

    def profile(self, canonical: str) -> Profile | None:
        """The profile at an address; None where it is not known, or what it is made from is not."""
        if canonical not in self._profiles:
            self._profiles[canonical] = self._read(canonical, _DEEPEST)
        return self._profiles[canonical]

    def _read(self, canonical: str, deepest: int) -> Profile | None:
        definition = standard_profiles().get(canonical.partition("|")[0]) or self.find(
            "StructureDefinition", canonical
        )
        if definition is None or definition.get("derivation") != "constraint" or not deepest:
            return None
        base = str(definition.get("baseDefinition"))
        if base == f"{_STRUCTURE}{definition['type']}":
            return profile_of(definition, None)
        made_from = self._read(base, deepest - 1)
        return profile_of(definition, made_from) if made_from else None

    def find(self, type_: str, canonical: str) -> Resource | None:
        """A definition that is none of the standard's own."""
        asked = (type_, canonical)
        if asked not in self._found:
            known = self._definitions
            found = known.find(type_, canonical) if known else None
            self._found[asked] = found or finnish(type_, canonical)
        return self._found[asked]


def type_at(canonical: str) -> str:
    """The type that an address of the standard's own types names; empty for a profile."""
    name = canonical.partition("|")[0].removeprefix(_STRUCTURE)
    return "" if "/" in name or canonical in standard_profiles() else name


def standard_codes(canonical: str) -> Mapping[str, tuple[str, ...]] | None:
    """The codes by system of a value set of the standard; None where the package does not list it."""
    url = canonical.partition("|")[0]
    listed = _value_sets().get(url)
    if listed is None and url.startswith(_VALUE_SET):
        return codes().get(url.removeprefix(_VALUE_SET))
    return listed


@cache
def standard_profiles() -> Mapping[str, Resource]:
    """The standard's own profiles and extensions, by address."""
    found: dict[str, Resource] = msgspec.json.decode(_bytes("profiles"))
    return found


@cache
def profiles_of_type(resource_type: str) -> tuple[str, ...]:
    """The addresses of the profiles of a type that the package carries, sorted."""
    standard = (url for url, one in standard_profiles().items() if one["type"] == resource_type)
    return tuple(sorted([*standard, *finnish_profiles_of(resource_type)]))


@cache
def advised_bindings() -> Mapping[str, str]:
    """The value sets of extensible bindings, by the path of the element."""
    return msgspec.json.decode(_bytes("bindings"), type=dict[str, str])


@cache
def advice() -> Mapping[str, tuple[Invariant, ...]]:
    """The constraints that are best practice, by the type or backbone element they stand on."""
    return msgspec.json.decode(_bytes("advice"), type=dict[str, tuple[Invariant, ...]])


@cache
def _value_sets() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return msgspec.json.decode(_bytes("value_sets"), type=dict[str, dict[str, tuple[str, ...]]])


def _bytes(name: str) -> bytes:
    return (resources.files("service.fhir") / "r4" / f"{name}.json").read_bytes()
