"""The npm package `hl7.fhir.r4.examples`: HL7's own R4 definitions and examples, read from its archive."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Definition = dict[str, Any]

PACKAGE = "hl7.fhir.r4.examples"
VERSION = "4.0.1"
LICENCE = "CC0-1.0"
# Profiles of Quantity that the standard uses like types of their own.
_QUANTITY_PROFILES = {"SimpleQuantity", "MoneyQuantity", "Age", "Count", "Distance", "Duration"}
_ABSTRACT = {"Resource", "DomainResource", "Element", "BackboneElement"}


class R4Package:
    """The files of the package; refuses another package or version than the one it knows."""

    def __init__(self, archive: Path) -> None:
        self._texts: dict[str, bytes] = {}
        with tarfile.open(archive) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is not None and member.name.endswith(".json"):
                    self._texts[Path(member.name).stem] = file.read()
        described = self.named("package")
        if (described["name"], described["version"]) != (PACKAGE, VERSION):
            raise SystemExit(f"{archive} is not {PACKAGE} {VERSION}")

    def named(self, name: str) -> Definition:
        """The resource of a file, by the file's name without its ending."""
        resource: Definition = json.loads(self._texts[name])
        return resource

    def texts_of(self, kind: str) -> list[bytes]:
        """The files of one type as they are, by name."""
        return [self._texts[name] for name in sorted(self._texts) if name.startswith(f"{kind}-")]

    def of_type(self, kind: str) -> Iterator[Definition]:
        """All resources of one type, by file name."""
        for text in self.texts_of(kind):
            resource = json.loads(text)
            if resource.get("resourceType") == kind:
                yield resource

    def structures(self) -> list[Definition]:
        """The StructureDefinitions of all concrete types and datatypes, by name."""
        return [
            structure for structure in self.of_type("StructureDefinition") if _is_type(structure)
        ]

    def expansions(self) -> dict[str, Definition]:
        """The expanded value sets by canonical address."""
        bundle = self.named("Bundle-valueset-expansions")
        return {entry["resource"]["url"]: entry["resource"] for entry in bundle["entry"]}


def _is_type(structure: Definition) -> bool:
    if structure["kind"] not in {"resource", "complex-type"}:
        return False
    own = structure.get("derivation") != "constraint"
    return (own and structure["id"] not in _ABSTRACT) or structure["id"] in _QUANTITY_PROFILES
