"""From what is known of a patient to what is kept ready for every question: plan, follow-ups, unit.

Pure: the store gives a `PatientState` and keeps what `project` returns. A plan follows a protocol
from the first day on which it fits, whenever that was decided (what-is-due 1.3).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from service.domain.adjustment import Adjustment, counting, is_done_elsewhere
from service.domain.applicability import Fit, by_acceptance, fits
from service.domain.catalogue import Catalogue
from service.domain.fact import ELSEWHERE, FOLLOW_UP, Fact
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.interval import FOREVER, next_day
from service.domain.patient import PatientFacts
from service.domain.protocol import Protocol
from service.domain.recompute import follow_ups, horizon_of


@dataclass(frozen=True, slots=True)
class PatientState:
    """What a patient's projection is made from, as known at one instant.

    `adjustments` and `identities` are by the follow-up's id; the plan's own adjustments under the
    empty one.
    """

    facts: Sequence[Fact]
    adjustments: Mapping[str, Sequence[Adjustment]]
    identities: Mapping[str, str]


class Earlier(NamedTuple):
    """A version that a plan followed until, not including, a day on which another took its place."""

    version: str
    until: date


@dataclass(frozen=True, slots=True)
class Followed:
    """A protocol in the live plan: its version, the last day, and the versions that it had `earlier`.

    `accepted_on` is the day on which somebody accepted it where a condition only suggests it.
    """

    version: str
    until_day: date = FOREVER
    earlier: tuple[Earlier, ...] = ()
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A patient before any plan: the facts as rules ask them, and the days on which protocols fit."""

    patient: PatientFacts
    eligible: Mapping[str, tuple[Fit, ...]]

    def fit_on(self, day: date) -> frozenset[str]:
        """The protocols that fit on a day."""
        return frozenset(
            protocol
            for protocol, fits_of in self.eligible.items()
            if any(fit.from_day <= day < fit.until for fit in fits_of)
        )


def look(
    state: PatientState,
    catalogue: Catalogue,
    followed: Mapping[str, Followed] = MappingProxyType({}),
    *,
    controllers: frozenset[str] | None = None,
) -> Look:
    """Look at a patient's facts; `controllers` are the registers whose facts may be used (None: all).

    Whom a protocol fits says its newest version, and of one that is followed the version of the plan. One
    that it follows because somebody accepted a suggestion fits since then.
    """
    patient = PatientFacts(_told(state), not_from=catalogue.not_from, controllers=controllers)
    known = {one: catalogue.version_of(one, how.version) for one, how in followed.items()}
    protocols = {**catalogue.protocols, **known}
    found = {
        id_: fits(one, patient, _accepted(one, patient, followed.get(id_)))
        for id_, one in protocols.items()
    }
    return Look(patient, {protocol: days for protocol, days in found.items() if days})


def _accepted(protocol: Protocol, patient: PatientFacts, how: Followed | None) -> tuple[Fit, ...]:
    if how is None or how.accepted_on is None:
        return ()
    return (by_acceptance(protocol, patient, how.accepted_on, next_day(how.until_day)),)


def project(
    looked: Look,
    state: PatientState,
    followed: Mapping[str, Followed],
    catalogue: Catalogue,
    *,
    today: date,
) -> tuple[FollowUp, ...]:
    """Compute the follow-ups of a plan that follows these protocols."""
    plan = plan_of(looked, state, followed, catalogue)
    return follow_ups(plan, looked.patient, catalogue.figures, horizon_of(today))


def plan_of(
    looked: Look, state: PatientState, followed: Mapping[str, Followed], catalogue: Catalogue
) -> Plan:
    """The plan that follows these protocols, each on the days on which it fits, with what was decided."""
    planned = tuple(
        one
        for protocol, how in sorted(followed.items())
        for one in planned_of(looked, protocol, how, catalogue)
    )
    return Plan(planned, _by_identity(state))


def planned_of(
    looked: Look, protocol: str, how: Followed, catalogue: Catalogue
) -> Iterator[Planned]:
    """The versions of a protocol that a plan follows one after the other, as far as they fit."""
    since = date.min
    for version, until in (*how.earlier, Earlier(how.version, FOREVER)):
        one = catalogue.version_of(protocol, version)
        fitting = looked.eligible.get(protocol, ())
        if version != how.version:
            fitting = fits(one, looked.patient, _accepted(one, looked.patient, how))
        days = clipped(fitting, how.until_day)
        if days:
            yield Planned(one, days, since, until)
        since = until


def clipped(fitting: Sequence[Fit], last_day: date) -> tuple[Fit, ...]:
    """The days on which a protocol fits until a plan's last day."""
    end = next_day(last_day)
    return tuple(fit._replace(until=min(fit.until, end)) for fit in fitting if fit.from_day < end)


def _told(state: PatientState) -> list[Fact]:
    """The facts, with what is based on a follow-up or was done elsewhere named by its identity."""
    found = [
        fact._replace(item=state.identities[fact.code])
        if fact.item == FOLLOW_UP and fact.code in state.identities
        else fact
        for fact in state.facts
    ]
    for follow_up, adjustments in state.adjustments.items():
        identity = state.identities.get(follow_up, "")
        found += [_elsewhere(identity, one) for one in adjustments if is_done_elsewhere(one)]
    return found


def _elsewhere(identity: str, adjustment: Adjustment) -> Fact:
    """Done elsewhere, told with a date: evidence of doing, without a value (`what-is-due` 2.7)."""
    day = adjustment.due_on or adjustment.from_day
    return Fact(identity, day, adjustment.source, quality=ELSEWHERE)


def _by_identity(state: PatientState) -> Mapping[str, Sequence[Adjustment]]:
    found: dict[str, list[Adjustment]] = defaultdict(list)
    for follow_up, adjustments in state.adjustments.items():
        identity = state.identities.get(follow_up, "") if follow_up else ""
        if identity or not follow_up:
            found[identity] += counting(adjustments)
    return found
