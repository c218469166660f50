"""Criteria about the follow-up behind a Task or ServiceRequest: compared with the day, never stored.

Source: what-is-due 5.2 and 8. A follow-up's state is the condition of the worklist over the same
stretches, so that a search and the list agree to the row on any day, whatever jobs have run.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from service.domain.follow_up import Hold
from service.domain.search import Aspect, Criterion, SearchKind, SortKey, Value
from service.domain.window import State
from service.storage.seen.moment import AS_OF, Knowledge, asked, holds_of, in_states
from service.storage.seen.round import stands_for
from service.storage.seen.unsought import Unsought
from service.storage.tables.columns import OPEN_DAY, Day
from service.storage.tables.projection import follow_ups, rounds, stretches
from service.storage.tables.record import resources

Condition: TypeAlias = ColumnElement[bool]

TODAYS: Final = frozenset({SearchKind.ROUND, SearchKind.FOLLOW_UP})
_SHOWN: Final = frozenset({State.UPCOMING, State.DUE, State.OVERDUE})
_OVERDUE: Final = frozenset({State.OVERDUE})
_FIRST: Final = date(1970, 1, 1)
_FIRST_DAY: Final[BindParameter[date]] = literal(_FIRST, Day)


def met_today(
    criterion: Criterion, patient: ColumnElement[int], resource: ColumnElement[int]
) -> Condition:
    """The condition that the follow-up behind a resource is today as a criterion asks.

    `negated` and `missing` are left to the caller: with `missing` it says that there is a value.
    """
    behind, stretch = _Behind(criterion.kind), stretches.alias()
    there = as_asked(criterion, _looked_at(stretch))
    found = exists().where(*behind.todays(stretch), there).correlate_except(stretch)
    return exists(behind.named(patient, resource).where(found))


def as_asked(criterion: Criterion, rows: Any) -> Condition:
    """The condition that stretches of today are as a criterion asks; with `missing`, that there is a value."""
    aspect = Aspect(criterion.parameter)
    there = _THERE[aspect](rows)
    if criterion.missing is not None:
        return there
    return and_(there, or_(false(), *(_HOLDS[aspect](value, rows) for value in criterion.values)))


def has_key(key: SortKey, rows: Any) -> Condition:
    """The condition that stretches of today have what is sorted by."""
    return _THERE[Aspect(key.parameter)](rows)


def number_of(key: SortKey, rows: Any) -> ColumnElement[int]:
    """What stretches that have it are sorted by, as a whole number."""
    return _NUMBERS[Aspect(key.parameter)](rows)


def states_asked(criteria: Iterable[Criterion]) -> frozenset[State]:
    """The states in which alone a stretch can be as all of the criteria ask."""
    return frozenset.intersection(frozenset(State), *(_states_of(one) for one in criteria))


def states_with(key: SortKey) -> frozenset[State]:
    """The states in which alone a stretch can have what is sorted by."""
    return _IN_STATES[Aspect(key.parameter)]


def states_without(key: SortKey) -> frozenset[State]:
    """The states in which alone a stretch can lack what is sorted by."""
    return frozenset(State) - _ALWAYS_WITH[Aspect(key.parameter)]


def day_at(number: int) -> date:
    """The day that a whole number stands for by which is sorted."""
    return _FIRST + timedelta(days=number)


def _states_of(criterion: Criterion) -> frozenset[State]:
    aspect = Aspect(criterion.parameter)
    if aspect in {Aspect.STATE, Aspect.SHOWN}:
        return frozenset(map(State, map(str, criterion.values)))
    return _IN_STATES.get(aspect, frozenset(State))


def value_today(
    key: SortKey, patient: ColumnElement[int], resource: ColumnElement[int]
) -> ColumnElement[int]:
    """What a resource is sorted by, as a whole number; NULL where it has none."""
    behind, stretch = _Behind(key.kind), stretches.alias()
    aspect, seen = Aspect(key.parameter), _looked_at(stretch)
    value = select(_NUMBERS[aspect](seen)).where(*behind.todays(stretch), _THERE[aspect](seen))
    of_one = value.correlate_except(stretch).scalar_subquery()
    return behind.named(patient, resource).with_only_columns(func.max(of_one)).scalar_subquery()


class _Behind:
    """The follow-up behind a Task or ServiceRequest that the service made, and its stretch of today.

    The stretch is asked for inside, each time by the follow-up's key.
    """

    def __init__(self, kind: SearchKind) -> None:
        """Name the rows that tell which resource stands for which follow-up."""
        self._of_rounds = kind is SearchKind.ROUND
        self._rows = rounds.alias() if self._of_rounds else follow_ups.alias()
        self._id = self._rows.c.task if self._of_rounds else self._rows.c.id

    def named(self, patient: ColumnElement[int], resource: ColumnElement[int]) -> Select[int]:
        """The follow-up of a resource."""
        directory, rows = resources.alias(), self._rows
        same = and_(rows.c.patient == patient, self._id == directory.c.id)
        found = select(rows.c.follow_up).select_from(directory).join(rows, same)
        return found.where(directory.c.resource == resource).correlate_except(directory, rows)

    def todays(self, stretch: Any) -> list[Condition]:
        """The conditions of its stretch of today."""
        rows = self._rows.c
        same = [stretch.c.patient == rows.patient, stretch.c.follow_up == rows.follow_up]
        stands = [stands_for(self._id, _looked_at(stretch))] if self._of_rounds else []
        return [*same, *asked(stretch.c, Knowledge.LIVE), *stands]


def _looked_at(stretch: Any) -> Any:
    """The columns of a stretch that its key has found, to be looked at only."""
    return Unsought(stretch.c, *(column.name for column in stretch.c))


class _DaysFrom(FunctionElement[int]):
    """How many days the second of two days is after the first."""

    inherit_cache = True
    type = Integer()


@compiles(_DaysFrom)
def _as_difference(element: _DaysFrom, compiler: SQLCompiler, **more: Any) -> str:
    first, second = (compiler.process(one, **more) for one in element.clauses)
    return f"({second} - {first})"


@compiles(_DaysFrom, "sqlite")
def _of_julian_days(element: _DaysFrom, compiler: SQLCompiler, **more: Any) -> str:
    first, second = (compiler.process(one, **more) for one in element.clauses)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


def _in(states: frozenset[State]) -> Callable[[Any], Condition]:
    return lambda rows: or_(*(and_(*in_states(rows, hold, states)) for hold in holds_of(states)))


def _has_due_day(rows: Any) -> Condition:
    return and_(rows.hold != Hold.ENDED.value, rows.due_on != OPEN_DAY)


def _days_overdue(rows: Any) -> ColumnElement[int]:
    return _DaysFrom(rows.overdue_from, AS_OF) + 1


def _state(value: Any, rows: Any) -> Condition:
    return _in(frozenset({State(value)}))(rows)


def _within(column: ColumnElement[Any], value: Any) -> Condition:
    return and_(column >= value.first, column < value.end)


_IN_STATES: Final[Mapping[Aspect, frozenset[State]]] = {
    Aspect.DUE: frozenset(State) - {State.ENDED},
    Aspect.OVERDUE_SINCE: _OVERDUE,
    Aspect.DAYS_OVERDUE: _OVERDUE,
}
# What is open has its day, unless it rests until something happens: then it is to come.
_ALWAYS_WITH: Final[Mapping[Aspect, frozenset[State]]] = {
    Aspect.DUE: frozenset({State.DUE, State.OVERDUE}),
    Aspect.OVERDUE_SINCE: _OVERDUE,
    Aspect.DAYS_OVERDUE: _OVERDUE,
}
DAY_OF: Final[Mapping[Aspect, str]] = {
    Aspect.DUE: "due_on",
    Aspect.OVERDUE_SINCE: "overdue_from",
}
"""The column of the day that is sorted by."""
# Of which stretches there is anything to be said.
_THERE: Final[Mapping[Aspect, Callable[[Any], Condition]]] = {
    Aspect.STATE: lambda _rows: true(),
    Aspect.SHOWN: _in(_SHOWN),
    Aspect.DUE: _has_due_day,
    Aspect.OVERDUE_SINCE: _in(_OVERDUE),
    Aspect.DAYS_OVERDUE: _in(_OVERDUE),
    Aspect.UNIT: lambda rows: rows.unit != "",
    Aspect.PROTOCOL: lambda rows: rows.protocols != "",
}
_HOLDS: Final[Mapping[Aspect, Callable[[Value, Any], Condition]]] = {
    Aspect.STATE: _state,
    Aspect.SHOWN: _state,
    Aspect.DUE: lambda value, rows: _within(rows.due_on, value),
    Aspect.OVERDUE_SINCE: lambda value, rows: _within(rows.overdue_from, value),
    Aspect.DAYS_OVERDUE: lambda value, rows: _within(_days_overdue(rows), value),
    Aspect.UNIT: lambda value, rows: rows.unit == value,
    Aspect.PROTOCOL: lambda value, rows: rows.protocols.contains(f"|{value}|", autoescape=True),
}
_NUMBERS: Final[Mapping[Aspect, Callable[[Any], ColumnElement[int]]]] = {
    Aspect.DUE: lambda rows: _DaysFrom(_FIRST_DAY, rows.due_on),
    Aspect.OVERDUE_SINCE: lambda rows: _DaysFrom(_FIRST_DAY, rows.overdue_from),
    Aspect.DAYS_OVERDUE: _days_overdue,
}
