"""The codes of a value set, for `:in` and `:not-in`: our own sets and those that R4 itself binds.

Source: R4 search.html#token, valueset.html. A filter `is-a` of our sets means a code and all that
begin with it, as in the classifications that they filter (ICD-10, ICPC-2, ATC).
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from service.domain.search import TokenValue
from service.fhir.definitions import R4_VERSION, codes
from service.fhir.search.text import clipped, system_of

Members: TypeAlias = tuple[TokenValue, ...]

_OF_R4: Final = ("http://hl7.org/fhir/ValueSet/", "http://terminology.hl7.org/ValueSet/")


def members_of(canonical: str, profiles: Path | None) -> Members | None:
    """The codes of a value set by its canonical address, with or without version; None if unknown.

    `profiles` is the folder of our own definitions.
    """
    url, _, version = canonical.partition("|")
    if (found := _of_r4(url)) is not None:
        return found if version in {"", R4_VERSION} else None
    own = _own(profiles) if profiles is not None else {}
    return own.get((url, version))


def _of_r4(url: str) -> Members | None:
    place, slash, name = url.rpartition("/")
    if f"{place}{slash}" not in _OF_R4 or name not in codes():
        return None
    return tuple(
        TokenValue(system_of(system), code)
        for system, listed in codes()[name].items()
        for code in listed
    )


@cache
def _own(profiles: Path) -> Mapping[tuple[str, str], Members]:
    """Our own sets by address and version; by the address alone the one that stands there."""
    found: dict[tuple[str, str], Members] = {}
    for path in sorted(profiles.rglob("ValueSet-*.json")):
        definition = json.loads(path.read_bytes())
        members = tuple(_included(definition))
        found[definition["url"], ""] = members
        found[definition["url"], definition.get("version", "")] = members
    return found


def _included(definition: Mapping[str, Any]) -> Iterator[TokenValue]:
    for include in definition["compose"]["include"]:
        system = system_of(include["system"])
        for concept in include.get("concept", ()):
            yield TokenValue(system, clipped(concept["code"]))
        for one in include.get("filter", ()):
            yield TokenValue(system, clipped(one["value"]), begins=True)
