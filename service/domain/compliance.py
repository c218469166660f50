"""Compliance: is follow-up done as agreed, counted in follow-ups on a day, by the worklist's own states.

Source: what-is-due 10: denominator = required, exclusion = paused, numerator = not overdue;
denominator - exclusion - numerator = the worklist's rows.
"""

from datetime import date, datetime
from typing import NamedTuple


class Counted(NamedTuple):
    """The follow-ups of one unit, protocol and activity; an empty name stands for all together.

    A follow-up asked for by two protocols is counted under each, and once in a row without a
    protocol.
    """

    unit: str
    protocol: str
    activity: str
    upcoming: int
    due: int
    overdue: int
    paused: int
    at_target: int
    beyond_target: int

    @property
    def denominator(self) -> int:
        """What was required."""
        return self.upcoming + self.due + self.overdue + self.paused

    @property
    def numerator(self) -> int:
        """What was neither paused nor overdue."""
        return self.upcoming + self.due

    @property
    def share(self) -> float | None:
        """The share in time of what was required and not paused; None where there is nothing."""
        counted = self.denominator - self.paused
        return self.numerator / counted if counted else None


class NotFollowed(NamedTuple):
    """People whom a protocol fits and who are not followed up, by unit."""

    unit: str
    protocol: str
    people: int


class Compliance(NamedTuple):
    """The answer to an audit: rows by unit, protocol and activity, on a day, as known at an instant."""

    as_of: date
    known_at: datetime
    rows: tuple[Counted, ...]
    not_followed: tuple[NotFollowed, ...]
    from_history: bool = False
