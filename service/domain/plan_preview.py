"""What moving plans to another version would do, counted: dates that move, who is overdue overnight, the work.

The work of a year is told as if every check were done on its day: each round falls due, and the next
one an interval later. What is due already is work of the first week.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from service.domain.follow_up import Hold
from service.domain.follower import Follower, StandingStretch
from service.domain.interval import Interval
from service.domain.plan_outlook import Outlook

WEEKS: Final = 52
_WEEK: Final = timedelta(weeks=1)


class Move(StrEnum):
    """What becomes of a follow-up's date; `gone` and `added` of the follow-up itself."""

    UNCHANGED = "unchanged"
    EARLIER = "earlier"
    LATER = "later"
    ADDED = "added"
    GONE = "gone"


class Overnight(NamedTuple):
    """A person of whom a check becomes overdue by the move, or stops being so; `key` is the store's."""

    key: int
    patient: str
    unit: str
    activity: str
    becomes: bool


class Work(NamedTuple):
    """How many rounds fall due in a week (from 0) for who does them, before and after."""

    week: int
    performer: str
    before: int
    after: int


@dataclass(slots=True)
class PlanPreview:
    """The counts of some plans.

    `moves` are by activity, kind of move and by how many weeks, a week begun counting whole;
    `overnight` by unit, activity and whether it becomes overdue.
    """

    plans: int = 0
    moves: Counter[tuple[str, Move, int]] = field(default_factory=Counter)
    people: list[Overnight] = field(default_factory=list)
    before: Counter[tuple[int, str]] = field(default_factory=Counter)
    after: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, other: "PlanPreview") -> None:
        """Add what was counted elsewhere."""
        self.plans += other.plans
        self.moves.update(other.moves)
        self.people += other.people
        self.before.update(other.before)
        self.after.update(other.after)

    def count(self, person: Follower, outlooks: Iterable[Outlook], day: date) -> None:
        """Count one person's plan on the day of the move."""
        self.plans += 1
        for one in outlooks:
            move = _move(one)
            if move is None:
                continue
            self.moves[(one.activity, *move)] += 1
            self._count_overnight(person, one, day)
            for work, stretch in ((self.before, one.before), (self.after, one.after)):
                for week in _weeks(stretch, day):
                    work[week, one.performer] += 1

    @property
    def overnight(self) -> Counter[tuple[str, str, bool]]:
        """How many checks become overdue, or stop being so, by unit and activity."""
        return Counter((one.unit, one.activity, one.becomes) for one in self.people)

    @property
    def work(self) -> list[Work]:
        """The work of each week and performer, of the checks that may move."""
        places = sorted({*self.before, *self.after})
        return [Work(*place, self.before[place], self.after[place]) for place in places]

    def _count_overnight(self, person: Follower, one: Outlook, day: date) -> None:
        was = one.before is not None and one.before.is_overdue_on(day)
        is_ = one.after is not None and one.after.is_overdue_on(day)
        if was != is_:
            overnight = Overnight(person.key, person.id, person.unit, one.activity, is_)
            self.people.append(overnight)


def _move(one: Outlook) -> tuple[Move, int] | None:
    """What becomes of a date, and by how many weeks; None where nothing is asked for before or after."""
    before = one.before if one.before and one.before.is_asked_for else None
    after = one.after if one.after and one.after.is_asked_for else None
    if before is None or after is None:
        if before is after:
            return None
        return (Move.ADDED if after else Move.GONE), 0
    days = (after.due_on - before.due_on).days
    if not days:
        return Move.UNCHANGED, 0
    return (Move.LATER if days > 0 else Move.EARLIER), -(-abs(days) // 7)


def _weeks(stretch: StandingStretch | None, day: date) -> Iterator[int]:
    """The weeks in which its rounds fall due, if each is done on its day."""
    if stretch is None or stretch.hold is not Hold.OPEN:
        return
    end, due_on = day + WEEKS * _WEEK, max(stretch.due_on, day)
    interval = _interval(stretch.interval)
    while due_on < end:
        yield (due_on - day) // _WEEK
        if interval.is_now:
            return
        due_on = interval.after(due_on)


@lru_cache(maxsize=256)
def _interval(text: str) -> Interval:
    return Interval.parse(text) if text else Interval()
