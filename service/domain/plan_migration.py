"""Migrating plans: running plans are moved to another version of their protocol, in runs that can be undone.

A run is a decision with author and reason. What a plan follows on which day comes from its first
version and the decisions that stand, in order; one that is undone has never been (`what-is-due` 7.1).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from service.domain.follow_up import Hold, Stretch
from service.domain.interval import Interval
from service.domain.kept import ChangedFollowUp
from service.domain.projection import Earlier, Followed
from service.domain.recollection import InPlan


class Chosen(NamedTuple):
    """Which running plans are moved: those that follow `protocol` in another version than `to_version`.

    Only in `from_version` where one is named; of these `units` and `patients` (their ids), empty for any.
    """

    protocol: str
    to_version: str
    from_version: str = ""
    units: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()


class Run(NamedTuple):
    """A run: who decided it when and why, which plans it moves, how many it has moved so far.

    `finished_at` is None while it has not gone through all of them, `undone_at` while it stands.
    """

    run: str
    at: datetime
    author: str
    reason: str
    chosen: Chosen
    plans: int
    finished_at: datetime | None
    undone_at: datetime | None


class Moved(NamedTuple):
    """A decision of a run about one plan: from which version to which, from a day on."""

    from_version: str
    to_version: str
    on_day: date


class ChangedInterval(NamedTuple):
    """That a check of a person is asked for at another interval, from a day on; they are told once.

    `follow_up` is the ServiceRequest's id; the intervals are ISO 8601 durations.
    """

    follow_up: str
    activity: str
    kind: str
    old: str
    new: str
    on_day: date


class Since(NamedTuple):
    """A version that a plan follows from a day on."""

    version: str
    from_day: date


def versions_of(first: Since, decided: Iterable[Moved]) -> list[Since]:
    """The versions that a plan follows one after the other, given the decisions that stand, in order.

    Of two on one day the later holds; one that changes nothing makes no new beginning.
    """
    found = [first]
    for one in decided:
        day = max(one.on_day, first.from_day)
        while found and found[-1].from_day >= day:
            found.pop()
        if not found or found[-1].version != one.to_version:
            found.append(Since(one.to_version, day))
    return found


def followed(
    rows: Iterable[InPlan], accepted: Mapping[str, date] = MappingProxyType({})
) -> dict[str, Followed]:
    """The protocols of a plan, each with the versions that it had one after the other.

    `accepted` are the days on which those were accepted that a condition only suggests.
    """
    by_protocol: dict[str, list[InPlan]] = {}
    for row in sorted(rows, key=lambda one: (one.protocol, one.from_day)):
        by_protocol.setdefault(row.protocol, []).append(row)
    return {
        protocol: _followed(theirs, accepted.get(protocol))
        for protocol, theirs in by_protocol.items()
    }


def _followed(rows: Sequence[InPlan], accepted_on: date | None) -> Followed:
    earlier = tuple(Earlier(row.version, after.from_day) for row, after in pairwise(rows))
    return Followed(rows[-1].version, rows[-1].until_day, earlier, accepted_on)


def changed_intervals(changed: Iterable[ChangedFollowUp], day: date) -> Iterator[ChangedInterval]:
    """The follow-ups that are asked for before and after, at another interval."""
    for one in changed:
        old = _interval(one.before.stretches if one.before else (), day)
        new = _interval(one.follow_up.stretches, day)
        if old and new and old != new:
            follow_up = one.follow_up
            yield ChangedInterval(one.id, follow_up.key, follow_up.kind, old, new, day)


def _interval(stretches: Sequence[Stretch], day: date) -> str:
    """The interval at which a check is asked for on a day; empty where it is not, or only now."""
    held = next((one for one in stretches if one.holds_from <= day < one.holds_to), None)
    if held is None or held.hold is Hold.ENDED or not held.interval:
        return ""
    return "" if Interval.parse(held.interval).is_now else held.interval
