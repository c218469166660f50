"""What counts as done: which facts satisfy an activity, and on which day it was done.

Source: `what-is-due` 2. A panel is done on the oldest of its parts' latest days (2.4); any other
list of codes means any one of them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from service.domain.fact import ELSEWHERE, SELF, Fact

BOTH_HALVES: Final = frozenset({"morning", "evening"})


@dataclass(frozen=True, slots=True)
class Series:
    """A home series: so many days with a morning and an evening reading, within so many days."""

    days: int
    within_days: int


@dataclass(frozen=True, slots=True)
class Closing:
    """What satisfies the activity `key`.

    `parts` are sets of items: every part is needed, and within a part any one item will do. A fact
    whose item is the key or the follow-up's own `identity` always closes (a visit with our own
    code, anything based on the follow-up, done elsewhere).
    `not_from` are Encounter classes whose readings do not count; `own` says whether the
    patient's own measurement does.
    """

    key: str
    identity: str = ""
    parts: tuple[frozenset[str], ...] = ()
    not_from: frozenset[str] = frozenset()
    own: bool = False
    series: Series | None = None
    items: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", frozenset({self.key, self.identity}).union(*self.parts))


class Doing(NamedTuple):
    """From `day` on the activity counts as done on `done_on`, because of `source`."""

    day: date
    done_on: date
    source: str


def doings(closing: Closing, facts: Sequence[Fact]) -> tuple[Doing, ...]:
    """Each day on which the activity came to be done, in order, at most one a day.

    `facts` are those of the closing's items that count (settings already looked at), in time order.
    """
    own_names = {closing.identity} if closing.series else {closing.key, closing.identity}
    whole = [_whole(fact) for fact in facts if fact.item in own_names]
    if closing.series:
        found = [*whole, *_series(closing.series, facts)]
    elif len(closing.parts) > 1:
        found = [*whole, *_panel(closing, facts)]
    else:
        found = [_whole(fact) for fact in facts]
    latest_of_day = {doing.day: doing for doing in sorted(found, key=_days)}
    return tuple(_advancing(latest_of_day.values()))


def last_doing(done: Sequence[Doing], day: date) -> Doing | None:
    """The latest doing known on `day`, that day included."""
    position = bisect_right(done, day, key=_day)
    return done[position - 1] if position else None


def counts(closing: Closing, fact: Fact) -> bool:
    """Whether a fact of the right item may close: the patient's own only where the activity says so."""
    return closing.own or fact.quality != SELF


_day: Final = attrgetter("day")


def _days(doing: Doing) -> tuple[date, date]:
    return doing.day, doing.done_on


def _whole(fact: Fact) -> Doing:
    return Doing(fact.day, fact.day, fact.source)


def _panel(closing: Closing, facts: Sequence[Fact]) -> Iterator[Doing]:
    latest: dict[int, Fact] = {}
    for fact in facts:
        for number, items in enumerate(closing.parts):
            if fact.item in items:
                latest[number] = fact
        if len(latest) == len(closing.parts):
            oldest = min(latest.values(), key=lambda part: part.day)
            yield Doing(fact.day, oldest.day, oldest.source)


def _series(series: Series, facts: Sequence[Fact]) -> Iterator[Doing]:
    halves: dict[date, set[str]] = {}
    for fact in facts:
        if fact.quality == ELSEWHERE or fact.detail == "mean":
            yield _whole(fact)
            continue
        halves.setdefault(fact.day, set()).add(fact.detail)
        first = fact.day - timedelta(days=series.within_days - 1)
        paired = [day for day, seen in halves.items() if day >= first and seen >= BOTH_HALVES]
        if fact.day in paired and len(paired) >= series.days:
            yield _whole(fact)


def _advancing(found: Iterable[Doing]) -> Iterator[Doing]:
    last = date.min
    for doing in found:
        if doing.done_on > last:
            last = doing.done_on
            yield doing
