"""What moving a plan to another version of its protocol would do to its dates on a day, without doing it.

Only activities whose definition differs between the versions can move: of these alone what is known
is read, and what is asked for is computed, by the one definition of due (`recompute.asked_for`). Where
what is kept tells it, nothing is read or computed.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from service.domain.adjustment import Adjustment, decided_pauses, in_order, resting_pauses
from service.domain.applicability import Fit, fits
from service.domain.asking import Asking, Handover, asking_on
from service.domain.choosing import Choice, Question
from service.domain.course import Course, stretch_on
from service.domain.follow_up import Hold, Plan, Planned
from service.domain.follower import NEVER, NOT_TOLD, Follower, StandingStretch
from service.domain.interval import FOREVER, Interval
from service.domain.patient import PatientFacts
from service.domain.projection import clipped
from service.domain.protocol import identity_of
from service.domain.recompute import asked_for, horizon_of
from service.domain.renewal import Renewal
from service.domain.renewed_activity import RenewedActivity
from service.domain.responsibility import Responsibility
from service.domain.rule.asked import Asked


class Outlook(NamedTuple):
    """A follow-up before and after; None where it is not asked for at all."""

    identity: str
    activity: str
    performer: str
    before: StandingStretch | None
    after: StandingStretch | None


class Told(NamedTuple):
    """As much of a person's outlook as what is kept tells; for the `rest` facts have to be seen."""

    outlooks: list[Outlook]
    rest: list[str]


def told(renewal: Renewal, person: Follower) -> Told:
    """What is kept tells of each follow-up that may move."""
    found = Told([], [])
    for identity in renewal.moving:
        after = _told_by_kept(renewal, person, identity)
        if after is NOT_TOLD:
            found.rest.append(identity)
        else:
            found.outlooks.extend(_outlook(renewal, person, identity, after))
    return found


def outlook(renewal: Renewal, person: Follower, identities: Iterable[str]) -> Iterator[Outlook]:
    """These follow-ups of a person, whose facts are known, before and after."""
    its = _Person(renewal, person)
    for identity in identities:
        yield from _outlook(renewal, person, identity, its.after(identity))


def _outlook(
    renewal: Renewal, person: Follower, identity: str, after: StandingStretch | None
) -> Iterator[Outlook]:
    kept = person.standing.get(identity)
    if kept is None and after is None:
        return
    new = renewal.new_activities.get(identity)
    what = (kept.activity, kept.performer) if kept else ("", "")
    activity, performer = (new.key, new.performer) if new else what
    yield Outlook(identity, activity, performer, kept.stretch if kept else None, after)


def _told_by_kept(renewal: Renewal, person: Follower, identity: str) -> StandingStretch | None:
    """What would be asked for, where what is kept tells it; else NOT_TOLD."""
    kept, origin = person.standing.get(identity), renewal.origin
    fit = _fit_on(person, origin, renewal.day)
    if kept is None or fit is None or person.adjustments or renewal.is_for_others:
        return NOT_TOLD
    before, version = kept.stretch, person.followed[origin].version
    if identity not in renewal.new_activities:
        is_its_own = before.is_asked_for and before.protocols == (origin,)
        return _no_longer(before) if is_its_own else NOT_TOLD
    renewed = renewal.renewed_activity(identity, version)
    is_coming = before.hold is Hold.OPEN and before.due_on > renewal.day
    if renewed is None or not renewed.keeps_rules or not is_coming:
        return NOT_TOLD
    if before.set_by != origin:
        return before if renewed.asks_no_earlier else NOT_TOLD
    return _coming(before, renewed, fit, renewal.day)


def _coming(
    before: StandingStretch, renewed: RenewedActivity, fit: Fit, day: date
) -> StandingStretch:
    """The date now of one that this protocol has set and that is not reached yet."""
    window = renewed.window(before, fit.from_day)
    if window is None or window.due_on <= day:
        return NOT_TOLD
    if window.due_on > before.due_on and len(before.protocols) > 1:
        return NOT_TOLD
    interval = renewed.interval(before)
    return before._replace(window=window, overdue_from=window.overdue_from, interval=interval)


def _no_longer(before: StandingStretch) -> StandingStretch:
    return before._replace(hold=Hold.ENDED, window=NEVER, overdue_from=FOREVER, interval="")


def _fit_on(person: Follower, protocol: str, day: date) -> Fit | None:
    fitting = person.fitting.get(protocol, ())
    return next((one for one in fitting if one.from_day <= day < one.until), None)


class _NotTold(Exception):
    """What is kept does not tell it; all has to be walked through."""


class _Person:
    """What one person's plan would ask for on the day."""

    def __init__(self, renewal: Renewal, person: Follower) -> None:
        self._renewal = renewal
        self._person = person
        self._day = renewal.day
        self._figures = renewal.catalogue.figures
        self._patient = PatientFacts(person.facts, not_from=renewal.catalogue.not_from)
        self._resting = tuple(resting_pauses(self._patient, self._figures))

    def after(self, identity: str) -> StandingStretch | None:
        """What would be asked for; None where nothing ever was.

        Where nothing but protocols decides, it comes from what is kept; else all is walked through.
        """
        is_plain = not (self._person.adjustments or self._resting)
        if is_plain and not self._renewal.is_slotted(identity):
            with suppress(_NotTold):
                return self._told(identity)
        return self._walked(identity)

    def _told(self, identity: str) -> StandingStretch | None:
        kept = self._person.standing.get(identity)
        before = kept.stretch if kept and kept.stretch.is_asked_for else None
        rivals = before.protocols if before else ()
        new = self._fresh(identity, before)
        others = [one for one in rivals if one != self._renewal.origin]
        if before and before.set_by != self._renewal.origin:
            return _first(before, new)
        if others and before and (new is None or new.due_on > before.due_on):
            raise _NotTold
        if new or before is None:
            return new or (kept.stretch if kept else None)
        return _no_longer(before)

    def _fresh(self, identity: str, before: StandingStretch | None) -> StandingStretch | None:
        """What the new version asks for; goes on from what is kept where its date has been reached."""
        renewal, day = self._renewal, self._day
        activity = renewal.new_activities.get(identity)
        fit = next((one for one in self._fits_of_new() if one.from_day <= day < one.until), None)
        if activity is None or fit is None:
            return None
        asked = Asked(self._patient, fit.from_day)
        question = Question(renewal.renewed, activity, asked, fit.until, self._figures)
        handover = self._handover(identity, before) if before and before.due_on <= day else None
        choice = asking_on(question, day, handover).choice
        if choice is None:
            return None
        window, interval = choice.window, choice.interval.iso
        origin = renewal.origin
        return StandingStretch(
            *(Hold.OPEN, window, window.overdue_from, interval, choice.variant),
            *(choice.anchor_on, origin, (origin,)),
        )

    def _handover(self, identity: str, before: StandingStretch) -> Handover | None:
        renewal, person = self._renewal, self._person
        if renewal.origin not in before.protocols:
            return None
        if before.set_by != renewal.origin or not before.interval:
            raise _NotTold
        old = renewal.versions[person.followed[renewal.origin].version]
        found = (one for one in old.activities if identity_of(old, one) == identity)
        activity = next(found, None)
        fit = _fit_on(person, renewal.origin, self._day)
        if activity is None or fit is None:
            raise _NotTold
        question = Question(
            old, activity, Asked(self._patient, fit.from_day), fit.until, self._figures
        )
        interval = Interval.parse(before.interval)
        choice = Choice(before.window, interval, before.variant, True, self._day, "")
        return Handover(question, Asking(self._day, choice))

    def _walked(self, identity: str) -> StandingStretch | None:
        person, day = self._person, self._day
        plan = Plan(tuple(self._planned(identity)), {})
        asked = asked_for(plan, self._patient, self._figures, horizon_of(day))
        parts = asked.get(identity, ())
        if not any(part.first <= day for part in parts):
            return None
        decided = [one for one in person.adjustments if self._is_about(one, identity)]
        pauses = in_order((*self._resting, *decided_pauses(decided, self._figures)))
        here = (Responsibility(date.min, person.unit, ""),)
        one = stretch_on(Course(parts, decided, pauses, here, self._figures), day)
        return StandingStretch(
            *(one.hold, one.window, one.overdue_from, one.interval, one.variant),
            *(one.anchor_on, one.set_by, one.protocols),
        )

    def _is_about(self, one: Adjustment, identity: str) -> bool:
        return not one.follow_up or self._person.identities.get(one.follow_up) == identity

    def _planned(self, identity: str) -> Iterator[Planned]:
        """The plan after it has moved, as far as it asks for one follow-up."""
        renewal, catalogue = self._renewal, self._renewal.catalogue
        for protocol, how in sorted(self._person.followed.items()):
            is_origin = protocol == renewal.origin
            since = date.min
            fitting = self._person.fitting.get(protocol, ())
            for version, until in (*how.earlier, (how.version, FOREVER)):
                one = renewal.restricted(catalogue.version_of(protocol, version), identity)
                end = min(until, renewal.day) if is_origin else until
                if one.activities:
                    yield Planned(one, clipped(fitting, how.until_day), since, end)
                since = until
        new = renewal.restricted(renewal.renewed, identity)
        yield Planned(new, self._fits_of_new(), renewal.day)

    def _fits_of_new(self) -> tuple[Fit, ...]:
        renewal = self._renewal
        if renewal.is_for_others:
            return fits(renewal.renewed, self._patient)
        return tuple(self._person.fitting.get(renewal.origin, ()))


def _first(one: StandingStretch, other: StandingStretch | None) -> StandingStretch:
    """The one that is due first; equal ones by the protocol's id."""
    if other is None:
        return one
    return min(one, other, key=lambda each: (each.due_on, each.set_by))
