"""Rebuilding the projection from the record, some people a transaction; stopped, it goes on from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Final, TypeVar

import orjson

from service.clock import clinic_day
from service.domain.directory import Place, Unit
from service.domain.past import Difference, PastUnit
from service.domain.record import Reading, Stored
from service.jobs.lease import Lease, held
from service.jobs.load.history import known_from
from service.jobs.progress import Progress, Unwatched
from service.jobs.reindex import reindex, stale_types
from service.runtime import Runtime
from service.workflows.ports import Work
from service.workflows.rebuild_projection import (
    MakesNothing,
    Replaying,
    UnitsThen,
    rebuild_projection,
)

KIND: Final = "rebuild"
PEOPLE_AT_ONCE: Final = 25
MOST_DIFFERENCES: Final = 10_000
_UNWATCHED: Final = Unwatched()
T = TypeVar("T")


@dataclass(slots=True)
class RebuildReport:
    """What a rebuild did: people, and where the service's own resources say something else.

    `differences` holds the first of them, `different` counts all; `indexed` are the resources whose
    search rows other definitions had made.
    """

    people: int = 0
    indexed: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, people: int, found: Sequence[Difference]) -> None:
        """Add some people."""
        self.people += people
        self.different += len(found)
        self.differences += found[: MOST_DIFFERENCES - len(self.differences)]


def rebuild(runtime: Runtime, *, progress: Progress = _UNWATCHED) -> RebuildReport:
    """Write the projection anew; AlreadyRunning where another rebuild is under way."""
    report = RebuildReport()
    with held(runtime, KIND) as lease:
        after = int(lease.position or 0)
        replaying = _replaying(runtime, is_begun=bool(after))
        while keys := _carry_out(runtime, partial(_next, after)):
            found = _carry_out(runtime, partial(_rebuilt, keys, replaying))
            report.add(len(keys), found)
            after = keys[-1]
            _note(lease, after)
            progress.advance(len(keys))
        types = stale_types(runtime)
        report.indexed = reindex(runtime, types, going_on=lease.extend)
    return report


def _next(after: int, work: Work) -> list[int]:
    return work.replays.keys(after=after, limit=PEOPLE_AT_ONCE)


def _rebuilt(keys: Sequence[int], replaying: Replaying, work: Work) -> list[Difference]:
    return rebuild_projection(work, keys, replaying)


def _note(lease: Lease, after: int) -> None:
    lease.position = str(after)
    lease.extend()


def _carry_out(runtime: Runtime, change: Callable[[Work], T]) -> T:
    return runtime.store.carry_out(change, actor="service", request=KIND, at=runtime.clock.now())


def _replaying(runtime: Runtime, *, is_begun: bool) -> Replaying:
    def read(stored: Stored, day: date, is_history: bool) -> Reading:
        resource = orjson.loads(stored.body)
        reading = runtime.reader.read(resource, stored.body, id=stored.id, received_on=day)
        if is_history:
            reading.known = known_from(resource, reading.facts)
        return reading

    def day_of(instant: datetime) -> date:
        return runtime.settings.today or clinic_day(instant)

    if not is_begun:
        _carry_out(runtime, lambda work: work.replays.forget_feeds())
    return Replaying(
        read=read,
        day_of=day_of,
        keeping=replace(runtime.receiving.keeping, maker=MakesNothing()),
        units=_units_then(_carry_out(runtime, lambda work: work.replays.units()), read, day_of),
        moved=_carry_out(runtime, lambda work: work.replays.moved()),
    )


def _units_then(
    versions: Sequence[PastUnit],
    read: Callable[[Stored, date, bool], Reading],
    day_of: Callable[[datetime], date],
) -> UnitsThen:
    """Units and places as they were known from each transaction on that told of one."""
    units: dict[str, Unit] = {}
    places: dict[str, Place] = {}
    found: dict[int, tuple[int, dict[str, Unit], list[Place]]] = {}
    for tx, stored in versions:
        if stored.deleted:
            continue
        reading = read(stored, day_of(stored.at), False)
        if reading.unit:
            units = {**units, reading.id: reading.unit}
        if reading.place:
            places = {**places, reading.place.unit: reading.place}
            units = {reading.place.unit: Unit(""), **units}
        found[tx] = (tx, units, list(places.values()))
    return UnitsThen([found[tx] for tx in sorted(found)])
