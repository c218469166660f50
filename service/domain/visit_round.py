"""Rounds that a visit plan takes care of: those that are open, and those that follow from the plan."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple, TypeAlias

from service.domain.contact import SHARED, ContactKind, contact_kind
from service.domain.follow_up import Hold, Urgency
from service.domain.interval import Interval, days_after
from service.domain.protocol import Kind
from service.domain.seen import SeenFollowUp
from service.domain.visit_figures import VisitFigures
from service.domain.window import Window

RoundKey: TypeAlias = tuple[str, int]
"""A follow-up and the number of its round."""


class Round(NamedTuple):
    """One round of a follow-up that is to be planned.

    `booked_on` is the day of its appointment, which stands. `interval` leads from one round to the
    next; with `repeats` it counts from the day on which the round is done. `number` counts the
    rounds of the plan.
    """

    follow_up: str
    activity: str
    kind: Kind
    contact: ContactKind
    protocols: tuple[str, ...]
    window: Window
    is_safety: bool
    booked_on: date | None = None
    interval: Interval | None = None
    repeats: bool = False
    number: int = 1

    @property
    def key(self) -> RoundKey:
        """What tells it from all others of the plan."""
        return self.follow_up, self.number

    @property
    def place(self) -> str:
        """What rounds of one day have in common that one contact takes care of."""
        return self.contact if self.contact in SHARED else f"{self.contact} {self.follow_up}"

    def first_and_last(self, day: date, figures: VisitFigures) -> tuple[date, date]:
        """From when to when it is to be done, seen from a day; what is overdue, soon."""
        if self.booked_on:
            return self.booked_on, self.booked_on
        if self.window.closes_on < day:
            return day, days_after(day, figures.soon_days)
        return max(self.window.opens_on, day), self.window.closes_on

    def following(self, done_on: date) -> "Round | None":
        """The round after, were this one done on a day and its interval and leeway to stay."""
        if not self.repeats or self.interval is None:
            return None
        due_on, window = self.interval.after(done_on), self.window
        return self._replace(
            window=Window(
                due_on - (window.due_on - window.opens_on),
                due_on,
                due_on + (window.closes_on - window.due_on),
            ),
            booked_on=None,
            number=self.number + 1,
        )


class Sampled(NamedTuple):
    """A sample and the visit that needs its results."""

    sample: RoundKey
    visit: RoundKey


def open_rounds(
    follow_ups: Iterable[SeenFollowUp],
    *,
    day: date,
    until: date,
    repeats: Callable[[SeenFollowUp], bool] = lambda _: False,
) -> tuple[Round, ...]:
    """The open rounds that are due by a day; what rests or has no date is not planned.

    `repeats` says of which the next round counts from the day on which it is done.
    """
    return tuple(
        Round(
            follow_up=one.id,
            activity=one.activity,
            kind=one.kind,
            contact=contact_kind(one),
            protocols=one.stretch.protocols,
            window=one.stretch.window,
            is_safety=one.stretch.urgency is Urgency.SAFETY,
            booked_on=_booked_on(one, day),
            interval=_interval(one.stretch.interval),
            repeats=repeats(one),
        )
        for one in follow_ups
        if one.stretch.hold is Hold.OPEN and one.stretch.window.due_on <= until
    )


def _booked_on(one: SeenFollowUp, day: date) -> date | None:
    on = one.booked.at.date() if one.booked else None
    return on if on and on >= day else None


def _interval(written: str) -> Interval | None:
    found = Interval.parse(written) if written else None
    return None if found is None or found.is_now else found
