"""Adjustments and pauses: what people decided about a follow-up, each with reason, author and end.

Source: `what-is-due` 6.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.fact import CONDITION, ENCOUNTER
from service.domain.figures import Figures
from service.domain.interval import FOREVER, Interval, next_day
from service.domain.patient import PatientFacts


class AdjustmentKind(StrEnum):
    """What was decided. The last two are the plan's own entry, which wins over every protocol."""

    POSTPONED = "postponed"
    DECLINED = "declined"
    DONE_ELSEWHERE = "done-elsewhere"
    CONTRAINDICATED = "contraindicated"
    SUSPENDED = "suspended"
    PLAN_ON_HOLD = "plan-on-hold"
    OWN_DATE = "own-date"
    OWN_INTERVAL = "own-interval"


class Adjustment(NamedTuple):
    """One decision about a follow-up, from its day to its last day, both included.

    `follow_up` is the ServiceRequest's id; empty for the whole plan. `due_on` is the new or own
    date, or the day it was done elsewhere; `interval` the own interval. A decline without an end
    is for good.
    """

    kind: AdjustmentKind
    from_day: date
    until_day: date = FOREVER
    follow_up: str = ""
    reason: str = ""
    author: str = ""
    due_on: date | None = None
    interval: Interval | None = None
    ask_again_on: date | None = None
    source: str = ""


class Pause(NamedTuple):
    """Days on which a follow-up rests, both included, with the ground of it.

    `resumes_with` are the days of grace that must at least be left afterwards.
    """

    from_day: date
    until_day: date
    ground: str
    adjustment: Adjustment | None = None
    resumes_with: int = 0
    safety_too: bool = True


PAUSING = {
    AdjustmentKind.DECLINED,
    AdjustmentKind.CONTRAINDICATED,
    AdjustmentKind.SUSPENDED,
    AdjustmentKind.PLAN_ON_HOLD,
}


def decided_pauses(adjustments: Iterable[Adjustment], figures: Figures) -> Iterator[Pause]:
    """The pauses that people decided; after a suspension some grace is left (6.1)."""
    for one in adjustments:
        if one.kind in PAUSING:
            suspended = one.kind is AdjustmentKind.SUSPENDED
            grace = figures.after_suspension_days if suspended else 0
            yield Pause(one.from_day, one.until_day, one.kind.value, one, grace)


def resting_pauses(patient: PatientFacts, figures: Figures) -> Iterator[Pause]:
    """The pauses of all follow-ups but safety tests: in hospital and after, in palliative care (6.2)."""
    after = Interval(days=figures.after_discharge_days)
    for stay in patient.of(ENCOUNTER):
        if stay.code in figures.inpatient_classes:
            yield Pause(stay.day, after.after(stay.until), "inpatient", safety_too=False)
    for fact in patient.of(CONDITION):
        if fact.code in figures.palliative:
            yield Pause(fact.day, fact.until, "palliative", safety_too=False)


def in_order(found: Iterable[Pause]) -> tuple[Pause, ...]:
    """Pauses by their days: of several at once, the one that began first is the ground."""
    return tuple(sorted(found, key=_days))


def pause_on(found: Sequence[Pause], day: date, *, safety: bool) -> Pause | None:
    """The pause that holds on a day; a safety test rests only where the pause says so."""
    holding = (p for p in found if p.from_day <= day <= p.until_day)
    return next((p for p in holding if p.safety_too or not safety), None)


def pause_days(found: Iterable[Pause]) -> set[date]:
    """The days on which a pause begins or has just ended."""
    return {day for pause in found for day in (pause.from_day, next_day(pause.until_day))}


def _days(pause: Pause) -> tuple[date, date]:
    return pause.from_day, pause.until_day
