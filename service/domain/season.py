"""Slots that lie on the calendar: the season of a vaccination, and scheduled rounds.

Source: `what-is-due` 4.6 and 4.8.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import NamedTuple, TypeAlias

from service.domain.interval import FOREVER, Interval, next_day
from service.domain.window import Window

WindowOf: TypeAlias = Callable[[date], Window]
"""The window around a due date."""


class Slot(NamedTuple):
    """One round on the calendar: its window and the day after which it is missed."""

    window: Window
    missed_from: date


@dataclass(frozen=True, slots=True)
class Season:
    """A season by month and day: it opens, is due and closes on `due`, and is overdue to `ends`.

    `ends` lies in the following year when it comes before `opens` in the calendar.
    """

    opens: tuple[int, int]
    due: tuple[int, int]
    ends: tuple[int, int]

    def slots(self, starts_on: date) -> Iterator[Slot]:
        """The seasons in order, from the first that can still be done in time at the start."""
        for year in count(max(starts_on.year - 1, date.min.year)):
            if year >= FOREVER.year - 1:
                return
            slot = self._slot(year)
            if slot.window.due_on >= starts_on:
                yield slot

    def _slot(self, year: int) -> Slot:
        due_year = year + (self.due < self.opens)
        end_year = due_year + (self.ends < self.due)
        due_on = date(due_year, *self.due)
        window = Window(date(year, *self.opens), due_on, due_on)
        return Slot(window, next_day(date(end_year, *self.ends)))


def scheduled_slots(starts_on: date, interval: Interval, windows: WindowOf) -> Iterator[Slot]:
    """Slots at the start plus n intervals, counted from the start so that month ends do not drift.

    A slot is missed when the next one opens. Without a length there are no slots.
    """
    if interval.is_now:
        return
    for number in count(1):
        due, following = (_times(interval, n).after(starts_on) for n in (number, number + 1))
        if following == FOREVER:
            return
        yield Slot(windows(due), windows(following).opens_on)


def _times(interval: Interval, number: int) -> Interval:
    return Interval(months=interval.months * number, days=interval.days * number)
