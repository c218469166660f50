"""A unit's year spread evenly: contacts moved within their windows, by load or to birth months.

Finnish health centres call people to yearly checks in the month of their birth, which spreads the year
by itself; levelling looks at the load of each week. Either way nobody falls overdue: what moves, moves
within its window, samples together with the visits that need them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

from service.domain.contact import UNBOOKED, ContactKind
from service.domain.visit_figures import VisitFigures
from service.domain.visit_plan import PlannedContact, VisitPlan

_WEEK: Final = 7  # whole weeks, so that a working day stays one
_YEARLY: Final = 12
_ROUNDS_AT_MOST: Final = 20
_A_YEAR_AND_A_DAY: Final = 366

WeekLoad: TypeAlias = Mapping[tuple[ContactKind, date], int]
"""How many contacts of a kind there are in the week that begins on a Monday."""


class Chain(NamedTuple):
    """Contacts of one person that move together: of one journey, and samples with their visits.

    They may be moved by `earliest` to `latest` days. `birth_month` is the person's, 0 where it is
    not known; `yearly`: none of the follow-ups comes round more often.
    """

    person: str
    birth_month: int
    contacts: tuple[PlannedContact, ...]
    earliest: int
    latest: int
    yearly: bool

    @property
    def begins_on(self) -> date:
        """The day of the first contact."""
        return min(one.on for one in self.contacts)

    def moves(self) -> range:
        """By how many days it may be moved, in whole weeks."""
        return range(-(-self.earliest // _WEEK) * _WEEK, self.latest + 1, _WEEK)


class Moved(NamedTuple):
    """A chain, and by how many days it is moved; 0: it stays."""

    chain: Chain
    days: int

    def contacts(self) -> Iterator[tuple[PlannedContact, date]]:
        """Each contact with its new day."""
        return ((one, one.on + timedelta(days=self.days)) for one in self.chain.contacts)


def chains_of(
    person: str, birth_month: int, plan: VisitPlan, figures: VisitFigures
) -> Iterator[Chain]:
    """What of a person's plan moves together; what they do at home loads nobody."""
    met = [one for one in plan.contacts if one.kind not in UNBOOKED]
    for together in _together(met, plan):
        contacts = tuple(met[at] for at in together)
        rounds = [one for each in contacts for one in each.rounds]
        spans = [(*one.round.first_and_last(plan.day, figures), one.on) for one in rounds]
        intervals = [one.round.interval for one in rounds]
        yield Chain(
            person=person,
            birth_month=birth_month,
            contacts=contacts,
            earliest=max((first - on).days for first, _, on in spans),
            latest=min((last - on).days for _, last, on in spans),
            yearly=all(one is None or one.months >= _YEARLY for one in intervals),
        )


def _together(contacts: Sequence[PlannedContact], plan: VisitPlan) -> Iterator[list[int]]:
    """The places of contacts that depend on each other, group by group."""
    where = {one.round.key: at for at, each in enumerate(contacts) for one in each.rounds}
    beside: dict[int, set[int]] = {at: set() for at in range(len(contacts))}
    for sample, visit in plan.in_time:
        beside[where[sample]].add(where[visit])
        beside[where[visit]].add(where[sample])
    for at, one in enumerate(contacts):
        same = (to for to, other in enumerate(contacts) if other.on == one.on)
        beside[at] |= {to for to in same if not one.remote and not contacts[to].remote}
    seen: set[int] = set()
    for at in beside:
        if at not in seen:
            group = [at]
            for member in group:
                group += sorted(beside[member] - set(group))
            seen |= set(group)
            yield sorted(group)


def to_birth_months(chains: Iterable[Chain]) -> tuple[Moved, ...]:
    """Yearly checks as near to the month of birth as their windows allow; all else stays."""
    return tuple(Moved(one, _towards_birth_month(one)) for one in sorted(chains, key=_order))


def _towards_birth_month(one: Chain) -> int:
    if not one.yearly or not one.birth_month:
        return 0

    def apart(days: int) -> tuple[int, int, int]:
        on = one.begins_on + timedelta(days=days)
        return _days_from(on, one.birth_month), abs(days), days

    return min(one.moves(), key=apart, default=0)


def _days_from(on: date, month: int) -> int:
    """How far a day is from the nearest day of a month; 0 within it."""
    steps = range(_A_YEAR_AND_A_DAY)
    near = (
        step
        for step in steps
        if month in {(on + timedelta(days=step)).month, (on - timedelta(days=step)).month}
    )
    return next(near)


def levelled(
    chains: Iterable[Chain], capacity: Mapping[ContactKind, int] | None = None
) -> tuple[Moved, ...]:
    """The load of each week as even as the windows allow; no kind's busiest week becomes busier.

    `capacity` is how many contacts of a kind a week takes; a kind without one weighs as if it took
    one. What has the least room is placed first; rounds go on until nothing moves.
    """
    placed = [Moved(one, 0) for one in sorted(chains, key=_order)]
    level = _Level(placed, capacity or {})
    for _ in range(_ROUNDS_AT_MOST):
        better = [level.moved(one) for one in placed]
        if better == placed:
            break
        placed = better
    return tuple(placed)


def week_load(moved: Iterable[Moved]) -> WeekLoad:
    """The contacts of each kind in each week."""
    return Counter((one.kind, _monday(on)) for each in moved for one, on in each.contacts())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _order(one: Chain) -> tuple[int, str, date, tuple[str, ...]]:
    names = tuple(each.round.follow_up for contact in one.contacts for each in contact.rounds)
    return one.latest - one.earliest, one.person, one.begins_on, names


class _Level:
    """The load of the weeks while chains are moved one by one."""

    def __init__(self, placed: Iterable[Moved], capacity: Mapping[ContactKind, int]) -> None:
        self._capacity = capacity
        self._load = Counter(week_load(placed))
        self._most: dict[ContactKind, int] = {}
        for (kind, _), count in self._load.items():
            self._most[kind] = max(count, self._most.get(kind, 0))

    def moved(self, one: Moved) -> Moved:
        """The chain where it weighs least; where it is, unless another place is lighter."""
        self._load.subtract(_cells(one))
        allowed = (Moved(one.chain, days) for days in one.chain.moves())
        fits = (each for each in allowed if self._fits(each))
        best = min((one, *fits), key=lambda each: (self._weight(each), each != one, abs(each.days)))
        self._load.update(_cells(best))
        return best

    def _fits(self, one: Moved) -> bool:
        return all(
            self._load[kind, week] + count <= self._most[kind]
            for (kind, week), count in _cells(one).items()
        )

    def _weight(self, one: Moved) -> float:
        """How much the sum of squares of the weeks' loads grows, each against its capacity."""
        return sum(
            ((self._load[kind, week] + count) ** 2 - self._load[kind, week] ** 2)
            / self._capacity.get(kind, 1) ** 2
            for (kind, week), count in _cells(one).items()
        )


def _cells(one: Moved) -> Counter[tuple[ContactKind, date]]:
    return Counter((each.kind, _monday(on)) for each, on in one.contacts())
