"""Adjustments and pauses: what people decided about a follow-up, each with reason, author and end.

Source: `what-is-due` 6.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from service.domain.fact import CONDITION, ENCOUNTER
from service.domain.figures import Figures
from service.domain.interval import FOREVER, Interval, next_day
from service.domain.patient import PatientFacts


class AdjustmentKind(StrEnum):
    """What was decided. The last two are the plan's own entry, which wins over every protocol.

    `does-not-apply` is a professional's word that this patient needs it not: no decline, which is the
    patient's, and no contraindication; the follow-up ends, and its round is cancelled (8.2).
    """

    POSTPONED = "postponed"
    DECLINED = "declined"
    DONE_ELSEWHERE = "done-elsewhere"
    CONTRAINDICATED = "contraindicated"
    SUSPENDED = "suspended"
    DOES_NOT_APPLY = "does-not-apply"
    PLAN_ON_HOLD = "plan-on-hold"
    OWN_DATE = "own-date"
    OWN_INTERVAL = "own-interval"


_NAMED: Final = uuid5(NAMESPACE_URL, "https://seuranta.example/adjustment")
TOLD_BY_PATIENT: Final = ("Patient/", "RelatedPerson/")
"""Whose word about a follow-up is a professional's to accept."""


class Adjustment(NamedTuple):
    """One decision about a follow-up, from its day to its last day, both included.

    `follow_up` is the ServiceRequest's id; empty for the whole plan. `due_on` is the new or own
    date, or the day it was done elsewhere; `interval` the own interval. A decline without an end
    is for good. `reason` is in words, `reason_code` one of our codes. `author` is a reference, as is
    `accepted_by`, who accepted what a patient told; `place` is where it was done elsewhere.
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
    reason_code: str = ""
    place: str = ""
    accepted_by: str = ""

    @property
    def id(self) -> str:
        """What names the decision: the same before and after its end or its acceptance is told."""
        told = (self.source, self.kind, self.from_day, self.due_on, self.interval, self.author)
        return str(
            uuid5(_NAMED, repr((*map(str, told), self.reason_code, self.reason, self.place)))
        )

    @property
    def waits(self) -> bool:
        """Whether the patient, or who acts for them, told it and no professional has accepted it yet.

        Until then it counts for nothing: nobody leaves a list by what nobody has looked at.
        """
        return self.author.startswith(TOLD_BY_PATIENT) and not self.accepted_by


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


def counting(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    """Those that shape a follow-up: all but what waits for a professional."""
    return tuple(one for one in adjustments if not one.waits)


def is_done_elsewhere(one: Adjustment) -> bool:
    """Whether it is evidence that the activity was done, on a day (`what-is-due` 2.7)."""
    return one.kind is AdjustmentKind.DONE_ELSEWHERE and one.due_on is not None and not one.waits


def mirrored_on_open_round(decided: Iterable[Adjustment], made_on: date) -> tuple[Adjustment, ...]:
    """What the Task of an open round, made on a day, says of the decisions about its follow-up.

    All that had not ended by then. What was done elsewhere is said by the round that it closed.
    """
    return tuple(one for one in decided if not is_done_elsewhere(one) and one.until_day >= made_on)


def mirrored_on_closed_round(
    decided: Iterable[Adjustment], closed_on: date, closed_by: str
) -> tuple[Adjustment, ...]:
    """What the Task of a closed round says of them: that it was done elsewhere, if so."""
    return tuple(
        one
        for one in decided
        if is_done_elsewhere(one) and (one.due_on, one.source) == (closed_on, closed_by)
    )


class KnownAdjustment(NamedTuple):
    """A decision with both clocks: known from an instant, and until it was changed (None: still)."""

    decision: Adjustment
    known_from: datetime
    known_to: datetime | None


class Change(NamedTuple):
    """What somebody who wrote one home of decisions changed: taken back and new ones."""

    gone: frozenset[Adjustment]
    new: tuple[Adjustment, ...]

    @property
    def is_any(self) -> bool:
        """Whether anything was changed."""
        return bool(self.gone or self.new)

    def applied_to(self, standing: Sequence[Adjustment]) -> list[Adjustment]:
        """All that holds after it, where this stood."""
        kept = [one for one in standing if one not in self.gone]
        return [*kept, *(one for one in self.new if one not in kept)]

    def agrees_with(self, decided: Collection[Adjustment]) -> bool:
        """Whether what another home says now is what this change comes to."""
        return self.gone.isdisjoint(decided) and set(self.new) <= set(decided)


def change_of(
    before: Sequence[Adjustment], after: Sequence[Adjustment], *, is_open: bool = True
) -> Change:
    """What was changed in a Task; of a round that is over only that it was done elsewhere counts."""
    gone = (one for one in before if one not in after)
    new = (one for one in after if one not in before)
    if not is_open:
        return Change(
            frozenset(filter(is_done_elsewhere, gone)), tuple(filter(is_done_elsewhere, new))
        )
    return Change(frozenset(gone), tuple(dict.fromkeys(new)))


INPATIENT: Final = "inpatient"
PALLIATIVE: Final = "palliative"
GROUNDS_OF_REST: Final = (
    *(kind.value for kind in AdjustmentKind if kind in PAUSING),
    INPATIENT,
    PALLIATIVE,
)
"""Why a follow-up may rest: by decision, in hospital and after, in palliative care."""


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
            yield Pause(stay.day, after.after(stay.until), INPATIENT, safety_too=False)
    for fact in patient.of(CONDITION):
        if fact.code in figures.palliative:
            yield Pause(fact.day, fact.until, PALLIATIVE, safety_too=False)


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
