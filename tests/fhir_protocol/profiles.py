"""The published definitions, as they stand in the repository."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROFILES = Path(__file__).parents[2] / "fhir_profiles"


def published(resource_type: str) -> Iterator[dict[str, Any]]:
    """Every published resource of a type."""
    for path in sorted(PROFILES.rglob(f"{resource_type}-*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def plan(protocol: str) -> dict[str, Any]:
    """One PlanDefinition."""
    return next(one for one in published("PlanDefinition") if one["id"] == protocol)


def our_extension(element: dict[str, Any], name: str) -> Any:
    """The value of one of our simple extensions; None where it is not there."""
    url = f"https://seuranta.example/fhir/StructureDefinition/{name}"
    found = (one for one in element.get("extension", ()) if one["url"] == url)
    return next((v for one in found for k, v in one.items() if k.startswith("value")), None)
