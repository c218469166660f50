"""The definitions of our own that stand in a folder, found by their canonical address."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from service.fhir.nested import Resource

_KEPT: Final = ("CodeSystem", "StructureDefinition", "ValueSet")


class OwnDefinitions:
    """Our profiles and terminology, each by its address and by its address with its version."""

    def __init__(self, folder: Path) -> None:
        self._listed: Mapping[str, dict[str, Resource]] = {
            type_: dict(_by_address(folder, f"{type_}-*.json")) for type_ in _KEPT
        }

    def find(self, type_: str, canonical: str) -> Resource | None:
        """A definition of ours; None where it is not ours."""
        return self._listed.get(type_, {}).get(canonical)


@cache
def own_definitions(folder: Path) -> OwnDefinitions:
    """Those of a folder, read once."""
    return OwnDefinitions(folder)


def _by_address(folder: Path, names: str) -> Iterator[tuple[str, Resource]]:
    for path in sorted(folder.rglob(names)):
        definition = json.loads(path.read_bytes())
        yield definition["url"], definition
        yield f"{definition['url']}|{definition.get('version', '')}", definition
