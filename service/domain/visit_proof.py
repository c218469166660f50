"""Checks a visit plan again, by rules of its own: that nothing falls overdue by it, nothing is forgotten.

It knows nothing of how a plan is found. What it says goes out with each plan.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from service.domain.contact import UNBOOKED
from service.domain.visit_figures import VisitFigures
from service.domain.visit_plan import PlannedContact, PlannedRound, VisitPlan
from service.domain.visit_round import Round, RoundKey
from service.domain.window import State


class Fault(StrEnum):
    """What can be wrong with a plan."""

    FORGOTTEN = "a round that is open has no day, or two"
    BEFORE_WINDOW = "a day before the window opens"
    AFTER_WINDOW = "a day after the window closes, of what is not overdue already"
    NOT_SOON = "what is overdue already is not done soon"
    IN_THE_PAST = "a day that has passed"
    WRONG_STATE = "another state than the window gives on the day"
    WRONG_ROUND = "a round that does not follow from the one before it"
    APPOINTMENT_MOVED = "another day than that of the appointment"
    SAMPLE_UNTIMELY = "a sample that is not taken the right number of days before its visit"
    MIXED = "a contact of several kinds, or apart from its days"
    NOT_REMOTE = "what has to be done at the place is planned from afar"
    WRONG_JOURNEYS = "other journeys than the contacts need"


class Found(NamedTuple):
    """A fault, and the round that has it; None where it is the plan's."""

    fault: Fault
    round: RoundKey | None = None


def faults(plan: VisitPlan, rounds: Iterable[Round], *, figures: VisitFigures) -> tuple[Found, ...]:
    """What is wrong with a plan of open rounds; nothing where it may be trusted."""
    planned = [one for contact in plan.contacts for one in contact.rounds]
    count = Counter(one.round.key for one in planned)
    expected = {one.key for one in rounds}
    forgotten = [one for one in {*expected, *count} if count[one] != 1]
    return (
        *(Found(Fault.FORGOTTEN, one) for one in sorted(forgotten)),
        *(found for one in planned for found in _of_round(one, plan.day, figures)),
        *_of_sequence(planned),
        *_of_samples(plan, planned, figures),
        *(found for contact in plan.contacts for found in _of_contact(contact, figures)),
        *_of_journeys(plan),
    )


def _of_round(one: PlannedRound, day: date, figures: VisitFigures) -> Iterator[Found]:
    window, key = one.round.window, one.round.key
    if one.on < day:
        yield Found(Fault.IN_THE_PAST, key)
    if one.state is not window.state_on(one.on) or one.was_overdue != (window.closes_on < day):
        yield Found(Fault.WRONG_STATE, key)
    if one.round.booked_on is None:
        yield from _of_window(one, day, figures)
    elif one.on != one.round.booked_on:
        yield Found(Fault.APPOINTMENT_MOVED, key)


def _of_window(one: PlannedRound, day: date, figures: VisitFigures) -> Iterator[Found]:
    window, key = one.round.window, one.round.key
    if one.on < window.opens_on:
        yield Found(Fault.BEFORE_WINDOW, key)
    if window.closes_on < day:
        if one.on > day + timedelta(days=figures.soon_days):
            yield Found(Fault.NOT_SOON, key)
    elif one.state is State.OVERDUE or one.on > window.closes_on:
        yield Found(Fault.AFTER_WINDOW, key)


def _of_sequence(planned: Iterable[PlannedRound]) -> Iterator[Found]:
    """Each round after the first is due its interval after the day of the one before."""
    by_key = {one.round.key: one for one in planned}
    for (follow_up, number), one in by_key.items():
        before = by_key.get((follow_up, number - 1))
        if number > 1 and (
            before is None
            or before.round.interval is None
            or one.round.window.due_on != before.round.interval.after(before.on)
        ):
            yield Found(Fault.WRONG_ROUND, (follow_up, number))


def _of_samples(
    plan: VisitPlan, planned: Iterable[PlannedRound], figures: VisitFigures
) -> Iterator[Found]:
    on = {one.round.key: one.on for one in planned}
    for sample, visit in plan.in_time:
        days = (on[visit] - on[sample]).days if {sample, visit} <= on.keys() else -1
        if not figures.results_days <= days <= figures.fresh_days:
            yield Found(Fault.SAMPLE_UNTIMELY, sample)


def _of_contact(contact: PlannedContact, figures: VisitFigures) -> Iterator[Found]:
    for one in contact.rounds:
        if one.round.contact is not contact.kind or one.on != contact.on:
            yield Found(Fault.MIXED, one.round.key)
        at_home = contact.kind in UNBOOKED or one.round.activity in figures.remote
        if contact.remote and not at_home:
            yield Found(Fault.NOT_REMOTE, one.round.key)
    if not contact.from_day <= contact.on <= contact.to_day:
        yield Found(Fault.MIXED, contact.rounds[0].round.key)


def _of_journeys(plan: VisitPlan) -> Iterator[Found]:
    if {one.on for one in plan.contacts if not one.remote} != set(plan.journeys):
        yield Found(Fault.WRONG_JOURNEYS)
