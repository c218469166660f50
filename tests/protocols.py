"""Versions of the region's protocols for tests: those of the folder, changed and published."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from tests.guards.repository import ROOT

Json = dict[str, Any]
PROTOCOLS = ROOT / "fhir_profiles" / "protocols"
NEXT = "2027.1"


@cache
def _file(protocol: str) -> bytes:
    return Path(PROTOCOLS / f"PlanDefinition-{protocol}.json").read_bytes()


def shipped(protocol: str = "hypothyroidism") -> Json:
    """A protocol as the folder has it; the default is a short one."""
    found: Json = json.loads(_file(protocol))
    return found


def a_version(
    protocol: str = "hypothyroidism",
    version: str = NEXT,
    *,
    status: str = "active",
    change: Callable[[Json], object] | None = None,
    **more: Any,
) -> Json:
    """Another version of a protocol, under the same id unless `more` gives another."""
    plan = deepcopy(shipped(protocol)) | {"version": version, "status": status} | more
    if change:
        change(plan)
    return plan


def base_of(plan: Json, activity: str) -> Json:
    """The nested action of an activity that holds where no variant does."""
    action = next(one for one in plan["action"] if one["id"] == activity)
    return next(one for one in action["action"] if one["id"] == f"{activity}.base")


def every(months: int, activity: str = "review") -> Callable[[Json], object]:
    """Let the base of an activity be so many months."""

    def change(plan: Json) -> None:
        repeat = base_of(plan, activity)["timingTiming"]["repeat"]
        repeat.update(period=months, periodUnit="mo")

    return change
