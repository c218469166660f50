"""The versions of protocols as they were received, with the ActivityDefinitions that they name.

A protocol is its canonical address, whose last part is its id; each business version is one body:
of what was received under the same version the newest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from service.domain.errors import NotFound
from service.domain.publication import version_order
from service.domain.record import Stored
from service.fhir.protocol.element import Element
from service.fhir.protocol.publication import protocol_id

Json = dict[str, Any]
DEFINITIONS: Final = ("PlanDefinition", "ActivityDefinition")
ORIGIN: Final = "derived-from"


@dataclass(frozen=True, slots=True)
class Versions:
    """Bodies by protocol and version, and activities by `address|version` and by address alone."""

    plans: Mapping[tuple[str, str], Json]
    activities: Mapping[str, Json]

    def of(self, protocol: str) -> list[str]:
        """The versions of a protocol, the oldest first."""
        found = [version for id_, version in self.plans if id_ == protocol]
        return sorted(found, key=version_order)

    def newest(self, protocol: str) -> str:
        """The newest active version, else the newest of all; NotFound where there is none."""
        known = self.of(protocol)
        active = [one for one in known if self.plans[protocol, one].get("status") == "active"]
        if not known:
            raise NotFound(
                f"There is no protocol {protocol}; there are {', '.join(self.listed())}."
            )
        return (active or known)[-1]

    def plan(self, named: str) -> Json:
        """A body by `ID` (its newest active version) or `ID|VERSION`; NotFound where there is none."""
        protocol, _, version = named.partition("|")
        found = self.plans.get((protocol, version or self.newest(protocol)))
        if found is None:
            known = ", ".join(self.of(protocol)) or "none"
            raise NotFound(f"There is no version {version} of {protocol}; there are {known}.")
        return found

    def listed(self) -> list[str]:
        """The protocols, in order of their ids."""
        return sorted({id_ for id_, _ in self.plans})


def versions_received(stored: Iterable[Stored]) -> Versions:
    """The versions among what was received, newest first."""
    return _versions(orjson.loads(one.body) for one in stored if not one.deleted)


def over(received: Versions, shipped: Versions) -> Versions:
    """What was received, and of what came with the program the versions that were not."""
    plans = {**shipped.plans, **received.plans}
    return Versions(plans, {**shipped.activities, **received.activities})


def activity_of(activities: Mapping[str, Json], action: Mapping[str, Any]) -> Json:
    """The ActivityDefinition that an action names, in its version where that is known; else empty."""
    canonical = str(action.get("definitionCanonical", ""))
    return activities.get(canonical) or activities.get(canonical.partition("|")[0], {})


def versions_shipped(folder: Path) -> Versions:
    """The versions that come with the program, published or not."""
    files = sorted(path for path in folder.rglob("*.json") if path.name.startswith(DEFINITIONS))
    return _versions(orjson.loads(path.read_bytes()) for path in files)


def _versions(bodies: Iterable[Json]) -> Versions:
    plans: dict[tuple[str, str], Json] = {}
    activities: dict[str, Json] = {}
    for one in bodies:
        url, version = one.get("url", ""), one.get("version", "")
        if one["resourceType"] == "ActivityDefinition":
            activities.setdefault(f"{url}|{version}", one)
            activities.setdefault(url, one)
        elif is_protocol(one):
            plans.setdefault((id_of(one), version), one)
    return Versions(plans, activities)


def is_protocol(plan: Mapping[str, Any]) -> bool:
    """Whether a PlanDefinition is a protocol of the engine's kind: it has a version and our activities."""
    actions = [Element(one, "", "") for one in plan.get("action", [])]
    return (
        "version" in plan
        and bool(actions)
        and all(one.extension("activity-kind") for one in actions)
    )


def id_of(plan: Mapping[str, Any]) -> str:
    """The id of the protocol that a PlanDefinition, or of the activity that an ActivityDefinition, is of."""
    return protocol_id(str(plan.get("url", "")))


def origin_of(plan: Mapping[str, Any]) -> str:
    """The `ID|VERSION` that an adaptation derives from; empty for what is none."""
    related = [one for one in plan.get("relatedArtifact", []) if one.get("type") == ORIGIN]
    return str(related[0].get("resource", "")).rpartition("/")[2] if related else ""
