"""The projection is written anew from the record, transaction by transaction, as it was at the time.

Only what people sent is read; what the service made says nothing. What is decided outside the
record, who was enrolled by which run, is read from the plans' own decisions before they are emptied.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from service.domain.care_plan import PlanContent
from service.domain.catalogue import Catalogue
from service.domain.directory import Place, Unit
from service.domain.kept import ChangedFollowUp, KeptFollowUp
from service.domain.past import PastEvent, PastPatient, PastVersion
from service.domain.record import Named, Reading, Stored
from service.workflows.foreseeing import Keeping, Wanted
from service.workflows.keeping import keep_in_step
from service.workflows.noting import Notes
from service.workflows.ports import Made, Work


@dataclass(frozen=True, slots=True)
class UnitsThen:
    """Units and places as they were known from a transaction on, in order."""

    units: Sequence[tuple[int, Mapping[str, Unit], Sequence[Place]]]

    def at(self, tx: int) -> tuple[Mapping[str, Unit], Sequence[Place]]:
        """Those known in a transaction."""
        place = bisect_right(self.units, tx, key=lambda one: one[0])
        return self.units[place - 1][1:] if place else ({}, ())


@dataclass(frozen=True, slots=True)
class Replaying:
    """What a replay needs: how versions are read, on which clinic's day an instant was.

    `published` is what was when a transaction began.
    """

    read: Callable[[Stored, date, bool], Reading]
    day_of: Callable[[datetime], date]
    keeping: Keeping
    units: UnitsThen
    moved: Mapping[int, Sequence[int]]
    published: Callable[[int], Catalogue]

    def keeping_of(self, event: PastEvent) -> Keeping:
        """What keeps the projection in an event, with the protocols that were published then."""
        then = self.published(event.tx)
        if event.in_versions:
            then = then.enrolling_in(event.in_versions)
        return replace(self.keeping, published=lambda: then)


def rebuild_projection(work: Work, keys: Sequence[int], replaying: Replaying) -> None:
    """Write what is kept of these people, who must be locked, anew; feeds are noted beside those read."""
    work.patients.lock((), keys=keys)
    for past in work.replays.begin(keys, replaying.moved):
        for event in past.events:
            _Replayed(work, past, event, replaying).replay()
    work.replays.end()


class MakesNothing:
    """What the service made then stands in the record."""

    def new(
        self,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        is_first: bool,
        today: date,
    ) -> Made:
        """Nothing."""
        del plan, changed, is_first, today
        return Made(None, ())

    def write(
        self,
        work: Work,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        new: Made,
        adjusted: Sequence[KeptFollowUp],
        today: date,
    ) -> None:
        """Write nothing."""


class _Replayed:
    """One transaction of one patient, done again."""

    def __init__(
        self, work: Work, past: PastPatient, event: PastEvent, replaying: Replaying
    ) -> None:
        units, places = replaying.units.at(event.tx)
        self._keys = {past.id: past.key}
        self._work = work.replays.at(event, self._keys, units, places)
        self._past = past
        self._event = event
        self._replaying = replaying
        self._keeping = replaying.keeping_of(event)
        self._today = replaying.day_of(event.at)
        self._notes = Notes(self._work, self._keys, self._keeping, self._today)

    def replay(self) -> None:
        event = self._event
        if event.enrolled:
            # What a person writes into follow-ups that they have accepted, they write once these are there.
            self._step(Wanted(frozenset(one for one, _ in event.enrolled), event.enrolled[0][1]))
        for version in event.versions:
            self._receive(version)
        for run in event.taken_back:
            self._work.plans.take_back(self._past.key, run)
        for protocol in event.renewed:
            self._work.plan_migrations.follow(self._past.key, protocol)
        decided = event.taken_back or event.is_fitted or event.renewed
        if self._notes.touched or decided or self._is_refreshed():
            self._step()

    def _receive(self, version: PastVersion) -> None:
        """Note again what a version told, if it was about this person; else forget what was told."""
        stored, before, key = version.stored, version.before, self._past.key
        if not stored.deleted and stored.patient == key:
            reading = self._replaying.read(stored, self._today, self._event.is_history)
            # What it told of others before is gone through with them.
            was_here = before is not None and before.patient == key
            self._notes.note(reading, before if was_here else None)
        elif before is not None and before.patient == key:
            self._notes.forget(Named(stored.type, stored.id), key)

    def _is_refreshed(self) -> bool:
        if not self._event.is_refresh:
            return False
        (kept,) = self._work.kept.of([self._past.key], {self._past.key: ()})
        return kept.recheck_on <= self._today

    def _step(self, wanted: Wanted | None = None) -> None:
        self._notes.identify()
        key = self._past.key
        steps = keep_in_step(
            self._work,
            [key],
            self._keeping,
            today=self._today,
            wanted=wanted,
            noted=self._notes,
        )
        for step in steps:
            self._notes.record_feeds({step.key: step.unit})
