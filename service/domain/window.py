"""The window of a follow-up: from when it can be done, when it is due, until when it is in time.

Source: `what-is-due` 5.1 and 5.2.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.figures import Figures
from service.domain.interval import Interval, days_after, next_day


class State(StrEnum):
    """On any day a follow-up is in exactly one of these."""

    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    PAUSED = "paused"
    ENDED = "ended"


class Window(NamedTuple):
    """First day, due day and last day in time; all three included."""

    opens_on: date
    due_on: date
    closes_on: date

    @property
    def overdue_from(self) -> date:
        """The first day on which it is overdue."""
        return next_day(self.closes_on)

    def state_on(self, day: date) -> State:
        """Upcoming before it opens, due to its last day, overdue strictly after."""
        if day < self.opens_on:
            return State.UPCOMING
        return State.OVERDUE if day > self.closes_on else State.DUE


@dataclass(frozen=True, slots=True)
class Leeway:
    """A protocol's own days of lead and grace; None where the common figures hold."""

    lead_days: int | None = None
    grace_days: int | None = None


COMMON = Leeway()


def window_around(
    due_on: date, interval: Interval, figures: Figures, own: Leeway = COMMON
) -> Window:
    """The window of a due date that an interval led to: lead and grace are shares of its length."""
    days = (due_on - interval.before(due_on)).days
    lead = min(figures.lead.of(days), days // 2) if own.lead_days is None else own.lead_days
    grace = figures.grace.of(days) if own.grace_days is None else own.grace_days
    return spread(due_on, lead, grace)


def spread(due_on: date, lead_days: int, grace_days: int) -> Window:
    """The window so many days around a due date."""
    return Window(days_after(due_on, -lead_days), due_on, days_after(due_on, grace_days))


def window_from_plan(due_on: date, figures: Figures) -> Window:
    """The window of a date that stands in the patient's plan."""
    return spread(due_on, figures.plan_lead_days, figures.plan_grace_days)


def days_overdue(window: Window, day: date) -> int:
    """How many days after its last day in time; zero or less while in time."""
    return (day - window.closes_on).days
