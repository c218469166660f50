"""A seeded random source with the few throws that random patients need."""

from datetime import date, timedelta
from random import Random

from service.domain.interval import FOREVER

FIRST = date(2020, 1, 20)
INTERVALS = ("P10D", "P3W", "P1M", "P2M", "P3M", "P4M", "P6M")
LONGER_INTERVALS = (*INTERVALS, "P12M", "P24M")
A_YEAR = 365


class Dice:
    """Throws for one patient with a history of so many days from `FIRST`."""

    def __init__(self, seed: int, days: int) -> None:
        self.random = Random(seed)  # noqa: S311 - reproducible patients, no secrets
        self.days = days

    def chance(self, percent: int) -> bool:
        """True so often."""
        return self.random.randrange(100) < percent

    def day(self, before: int = 0) -> date:
        """A day of the history, or up to so many days before it."""
        return FIRST + timedelta(days=self.random.randint(-before, self.days))

    def end(self, start: date, longest: int) -> date:
        """A last day, often none."""
        if self.chance(35):
            return FOREVER
        return start + timedelta(days=self.random.randint(0, longest))

    def interval(self) -> str:
        """One of the intervals."""
        return self.random.choice(INTERVALS if self.days < A_YEAR else LONGER_INTERVALS)
