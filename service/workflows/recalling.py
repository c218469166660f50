"""What was known at earlier instants is computed as if what a load of history brought had come in then.

The walk goes through every instant from the earliest new one to the commit's, with what was known at
each (what-is-due 7.2); a load and a replay of it do the same.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

from service.clock import clinic_day, day_begins
from service.domain.applicability import Fit
from service.domain.follow_up import FollowUp
from service.domain.interval import FOREVER
from service.domain.kept import KeptPatient, KeptPlan
from service.domain.plan_migration import followed
from service.domain.projection import Followed
from service.domain.recollection import (
    InPlan,
    Known,
    OfFollowUp,
    OfProtocol,
    Recollection,
    Subject,
)


class Then(NamedTuple):
    """What is computed of a patient as of an instant; `added` are protocols that come into the plan.

    Each of those with its version and first day. `recheck_on`: when the calendar needs another look.
    """

    follow_ups: Sequence[FollowUp]
    fits: Mapping[str, Sequence[Fit]]
    added: Mapping[str, tuple[str, date]]
    recheck_on: date


Foresees: TypeAlias = Callable[[KeptPatient, date, bool], Then]
"""What is computed of a patient on a day; whether what arrives may come into the plan."""


class Moment(NamedTuple):
    """What was known from an instant on."""

    at: datetime
    fits: frozenset[OfProtocol]
    follow_ups: Sequence[FollowUp]

    @property
    def stretches(self) -> list[OfFollowUp]:
        """All stretches of all follow-ups."""
        return [(one.identity, each) for one in self.follow_ups for each in one.stretches]


def moment(
    at: datetime, follow_ups: Sequence[FollowUp], fits: Mapping[str, Sequence[Fit]]
) -> Moment:
    """What is known from an instant on."""
    found = frozenset((protocol, fit) for protocol, days in fits.items() for fit in days)
    return Moment(at, found, follow_ups)


@dataclass(slots=True)
class Recall:
    """The walk from the earliest of the instants `told` to `until`, the commit's.

    `kept` is the patient as kept before, `care_plan` the id of the plan that protocols come into.
    """

    kept: KeptPatient
    known: Recollection
    told: Collection[datetime]
    until: datetime
    care_plan: str
    foresee: Foresees
    moments: list[Moment] = field(default_factory=list)
    added: list[Known[InPlan]] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        """The first instant of the walk."""
        return min(self.told)

    def walk(self) -> "Recall":
        """Compute what was known at each instant."""
        instants = [one for one in sorted(self._instants()) if self.since <= one < self.until]
        began = min((one.known_from for one in self.known.stretches), default=self.until)
        while instants:
            at = instants.pop(0)
            recheck = day_begins(self._step(at))
            # Until anything was kept no night looked again at what the calendar does.
            if recheck < min(instants[0] if instants else self.until, began):
                instants.insert(0, recheck)
        return self

    def with_added(self) -> KeptPatient:
        """The patient with the protocols that came into the plan on the way and still are in it."""
        added = [one.what for one in self.added if one.known_to is None]
        if not added:
            return self.kept
        first = min(one.from_day for one in added)
        plan = self.kept.plan or KeptPlan(self.care_plan, first, {})
        new = {one.protocol: Followed(one.version) for one in added}
        since, protocols = min(plan.since, first), {**plan.protocols, **new}
        return replace(self.kept, plan=replace(plan, since=since, protocols=protocols))

    def once_asked(self, now: Collection[str]) -> list[FollowUp]:
        """Follow-ups that were asked for in the walk alone, and are not among these identities."""
        gone = {one.identity: one for each in self.moments for one in each.follow_ups}
        return [
            one._replace(stretches=())
            for identity, one in gone.items()
            if identity not in now and identity not in self.kept.follow_ups
        ]

    def stretches(self, now: Moment) -> list[Known[OfFollowUp]]:
        """The stretches that were known at any time since the walk's first instant."""
        told = [(one.at, one.stretches) for one in (*self.moments, now)]
        return list(_over_time(self.known.stretches, told, self.since))

    def fits(self, now: Moment) -> list[Known[OfProtocol]]:
        """The days on which protocols fit, as known at any time since the walk's first instant."""
        told = [(one.at, one.fits) for one in (*self.moments, now)]
        return list(_over_time(self.known.fits, told, self.since))

    def _instants(self) -> set[datetime]:
        known = self.known
        kept: list[Known[Any]] = [*known.stretches, *known.fits]
        begun = {one.known_from for one in kept}
        told: list[Known[Any]] = [*known.facts, *known.adjustments, *known.protocols]
        ended = {one.known_to for one in told if one.known_to}
        return {*self.told, *begun, *ended, *(one.known_from for one in told)}

    def _step(self, at: datetime) -> date:
        """Compute what was known at an instant; the day of the next look."""
        known = self.known
        then = replace(
            self.kept,
            facts=[one.what for one in known.facts if one.at(at)],
            adjustments=[one.what for one in known.adjustments if one.at(at)],
            plan=self._plan(at),
            eligible=self._decided_on(at),
            has_unit=True,
        )
        found = self.foresee(then, clinic_day(at), at in self.told)
        for protocol, (version, first) in found.added.items():
            row = InPlan(self.care_plan, protocol, version, first, FOREVER)
            self.added.append(Known(row, at, self._first_decided(protocol)))
        self.moments.append(moment(at, found.follow_ups, found.fits))
        return found.recheck_on

    def _plan(self, at: datetime) -> KeptPlan | None:
        rows = [one.what for one in (*self.known.protocols, *self.added) if one.at(at)]
        if not rows:
            return None
        now = self.kept.plan.protocols if self.kept.plan else {}
        accepted = {one: how.accepted_on for one, how in now.items() if how.accepted_on}
        first = min(row.from_day for row in rows)
        return KeptPlan(rows[0].care_plan, first, followed(rows, accepted))

    def _decided_on(self, at: datetime) -> frozenset[str]:
        """The protocols that do not come into the plan by themselves any more: they fitted before.

        One that fitted already and was left out of the plan stays out.
        """
        decided = {one.what.protocol for one in self.known.protocols}
        begun = {one.what.protocol for one in self.known.protocols if one.known_from <= at}
        return (self.kept.eligible - decided) | begun | self._fitted_before(at)

    def _fitted_before(self, at: datetime) -> frozenset[str]:
        if self.moments:
            return frozenset(protocol for protocol, _ in self.moments[-1].fits)
        standing = (one for one in self.known.fits if _was_known_before(one, at))
        return frozenset(one.what[0] for one in standing)

    def _first_decided(self, protocol: str) -> datetime | None:
        rows = (one.known_from for one in self.known.protocols if one.what.protocol == protocol)
        return min(rows, default=None)


def _over_time(
    before: Sequence[Known[Subject]],
    told: Sequence[tuple[datetime, Collection[Subject]]],
    since: datetime,
) -> Iterator[Known[Subject]]:
    """From when to when each was known; what was told at the same instant before keeps its telling."""
    standing = {one.what: one for one in before if _was_known_before(one, since)}
    tellers = {(one.what, one.known_from): one.tx for one in before}
    for at, now in told:
        for what in standing.keys() - set(now):
            yield standing.pop(what)._replace(known_to=at)
        for what in now:
            standing.setdefault(what, Known(what, at, tx=tellers.get((what, at), 0)))
    yield from (one._replace(known_to=None) for one in standing.values())


def _was_known_before(one: Known[Subject], at: datetime) -> bool:
    return one.known_from < at and (one.known_to is None or one.known_to >= at)
