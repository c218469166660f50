"""Rebuilding the projection from the record, some people a transaction; stopped, it goes on from there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple, TypeVar

import orjson
from typing_extensions import override

from service.clock import clinic_day
from service.domain.directory import Place, Unit
from service.domain.past import Difference, PastUnit
from service.domain.record import Reading, Stored
from service.jobs.lease import held
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
LISTED_AT_ONCE: Final = 500
# No transaction lasts longer: what one that began before us moves is looked for.
LONGEST_WRITE: Final = timedelta(hours=1)
MOST_DIFFERENCES: Final = 10_000
_UNWATCHED: Final = Unwatched()
T = TypeVar("T")


@dataclass(slots=True)
class RebuildReport:
    """What a rebuild did: people, and where the service's own resources say something else.

    `people` counts those of the runs before too that were stopped. `differences` holds the first of
    them, `different` counts all; `indexed` are the resources whose search rows other definitions had
    made.
    """

    people: int = 0
    indexed: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, found: Sequence[Difference]) -> None:
        """Add what differs about some people."""
        self.different += len(found)
        self.differences += found[: MOST_DIFFERENCES - len(self.differences)]


class Position(NamedTuple):
    """Where a rebuild is, as the database keeps it between its transactions.

    `begun` is its instant in ISO 8601, `after` the key of the last of the `people` gone through;
    `is_over`: what senders fed is exchanged too.
    """

    begun: str = ""
    after: int = 0
    people: int = 0
    is_over: bool = False

    @classmethod
    def parse(cls, text: str) -> "Position":
        """The position that a text tells; the beginning where it tells none that we know."""
        try:
            return cls(*orjson.loads(text))
        except (ValueError, TypeError):
            return cls()

    @override
    def __str__(self) -> str:
        """As `parse` reads it."""
        return orjson.dumps(tuple(self)).decode()


def rebuild(runtime: Runtime, *, progress: Progress = _UNWATCHED) -> RebuildReport:
    """Write the projection anew; AlreadyRunning where another rebuild is under way.

    Stopped or killed, the next run goes on after the last people whose transaction was committed.
    Until then readers see of each person what was kept before, and of all what senders fed before.
    """
    report = RebuildReport()
    with held(runtime, KIND) as lease:
        position = Position.parse(lease.position)
        if not position.begun:
            position = lease.step(_begin)
        past = _Past(runtime)
        while not position.is_over:
            before = position
            position = lease.step(partial(_step, past, before))
            progress.advance(position.people - before.people)
        report.people = position.people
        types = stale_types(runtime)
        report.indexed = reindex(runtime, types, going_on=lease.extend)
        for found in _differences(runtime):
            report.add(found)
            lease.extend()
    return report


def _begin(work: Work) -> tuple[Position, str]:
    work.feeds_anew.begin()
    position = Position(work.at.isoformat())
    return position, str(position)


def _step(past: "_Past", before: Position, work: Work) -> tuple[Position, str]:
    """Go through the next people; after the last let what senders fed be what was found anew."""
    keys = work.kept.people(after=before.after, limit=PEOPLE_AT_ONCE)
    if keys:
        work.patients.lock((), keys=keys)
        rebuild_projection(work, keys, past.replaying(work, keys))
        position = before._replace(after=keys[-1], people=before.people + len(keys))
    else:
        work.feeds_anew.take_over(datetime.fromisoformat(before.begun))
        position = before._replace(is_over=True)
    return position, str(position)


def _differences(runtime: Runtime) -> Iterator[list[Difference]]:
    after = 0
    while True:
        with runtime.store.read() as view:
            keys = view.kept.people(after=after, limit=LISTED_AT_ONCE)
            if not keys:
                return
            found = view.kept.differences(keys)
        after = keys[-1]
        yield found


class _Past:
    """What a replay needs beside the people themselves, in step with those who write meanwhile."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._since = runtime.clock.now() - LONGEST_WRITE
        self._moved = _carry_out(runtime, lambda work: work.replays.moved())
        self._units = UnitsThen(())
        self._units_version = -1

    def replaying(self, work: Work, keys: Sequence[int]) -> Replaying:
        """What replaying these people needs, who are locked by this transaction."""
        version = work.replays.units_version()
        if version != self._units_version:
            self._units = _units_then(work.replays.units(), self._read, self._day_of)
            self._units_version = version
        moved = dict(self._moved)
        for key, resources in work.replays.moved_since(keys, self._since).items():
            moved[key] = sorted({*resources, *moved.get(key, ())})
        return Replaying(
            read=self._read,
            day_of=self._day_of,
            keeping=replace(self._runtime.receiving.keeping, maker=MakesNothing()),
            units=self._units,
            moved=moved,
            published=self._runtime.published.as_of,
        )

    def _read(self, stored: Stored, day: date, is_history: bool) -> Reading:
        resource = orjson.loads(stored.body)
        reading = self._runtime.reader.read(resource, stored.body, id=stored.id, received_on=day)
        if is_history:
            reading.known = known_from(resource, reading)
        return reading

    def _day_of(self, instant: datetime) -> date:
        return self._runtime.settings.today or clinic_day(instant)


def _carry_out(runtime: Runtime, change: Callable[[Work], T]) -> T:
    return runtime.store.carry_out(change, actor="service", request=KIND, at=runtime.clock.now())


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
