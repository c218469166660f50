"""Compliance: is follow-up done as agreed, counted in follow-ups on a day, by the worklist's own states.

Source: what-is-due 10: denominator = required, exclusion = paused, numerator = not overdue;
denominator - exclusion - numerator = the worklist's rows.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, NamedTuple

from service.domain.adjustment import GROUNDS_OF_REST

_TOGETHER: Final = ""
RESTING: Final = tuple(ground.replace("-", "_") for ground in GROUNDS_OF_REST)
"""Why follow-ups rest, as the counts have it, in their order."""


class Counted(NamedTuple):
    """The follow-ups of one unit, protocol and activity; an empty name stands for all together.

    A follow-up asked for by two protocols is counted under each, and once in a row without a
    protocol. Those `paused` are counted apart by why they rest: what was decided (declined,
    contraindicated, suspended, the whole plan on hold), a stay in hospital, palliative care.
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
    declined: int = 0
    contraindicated: int = 0
    suspended: int = 0
    plan_on_hold: int = 0
    inpatient: int = 0
    palliative: int = 0

    @property
    def paused_by(self) -> dict[str, int]:
        """Those paused, by why they rest."""
        return {name: getattr(self, name) for name in RESTING}

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

    def beside_not_followed(self) -> Iterator[tuple[Counted, int | None]]:
        """The rows, each with the people whom its protocol fits and who are not followed up.

        None where a row is not about a protocol with all its activities: one person may fit several
        protocols, so that their sum would be of no one. Where nobody is followed up there is a row too.
        """
        people: Counter[tuple[str, str]] = Counter()
        for one in self.not_followed:
            for unit in {_TOGETHER, one.unit}:
                people[unit, one.protocol] += one.people
        rows = {(unit, protocol, _TOGETHER): _none_of(unit, protocol) for unit, protocol in people}
        rows |= {(row.unit, row.protocol, row.activity): row for row in self.rows}
        for (unit, protocol, activity), row in sorted(rows.items()):
            is_whole = protocol != _TOGETHER and activity == _TOGETHER
            yield row, people[unit, protocol] if is_whole else None


def _none_of(unit: str, protocol: str) -> Counted:
    """The counts where nothing is followed up."""
    return Counted(unit, protocol, _TOGETHER, 0, 0, 0, 0, 0, 0)
