"""Criteria about the follow-up behind a Task or ServiceRequest: compared with the day, never stored.

Source: what-is-due 5.2 and 8. A follow-up's state is the condition of the worklist over the same
stretches, so that a search and the list agree to the row on any day, whatever jobs have run.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    exists,
    false,
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
from service.storage.tables.columns import OPEN_DAY, Day
from service.storage.tables.projection import follow_ups, rounds, stretches
from service.storage.tables.record import resources

Condition: TypeAlias = ColumnElement[bool]

TODAYS: Final = frozenset({SearchKind.ROUND, SearchKind.FOLLOW_UP})
_SHOWN: Final = frozenset({State.UPCOMING, State.DUE, State.OVERDUE})
_OVERDUE: Final = frozenset({State.OVERDUE})
_FIRST_DAY: Final[BindParameter[date]] = literal(date(1970, 1, 1), Day)


def met_today(
    criterion: Criterion, patient: ColumnElement[int], resource: ColumnElement[int]
) -> Condition:
    """The condition that the follow-up behind a resource is today as a criterion asks.

    `negated` and `missing` are left to the caller: with `missing` it says that there is a value.
    """
    stretch = stretches.alias()
    aspect = Aspect(criterion.parameter)
    there = _THERE[aspect](stretch.c)
    if criterion.missing is None:
        there = and_(
            there, or_(false(), *(_HOLDS[aspect](value, stretch.c) for value in criterion.values))
        )
    return exists(_behind(criterion.kind, stretch, patient, resource).where(there))


def value_today(
    key: SortKey, patient: ColumnElement[int], resource: ColumnElement[int]
) -> ColumnElement[int]:
    """What a resource is sorted by, as a whole number; NULL where it has none."""
    stretch = stretches.alias()
    aspect = Aspect(key.parameter)
    found = _behind(key.kind, stretch, patient, resource).where(_THERE[aspect](stretch.c))
    return found.with_only_columns(_NUMBERS[aspect](stretch.c)).scalar_subquery()


def _behind(
    kind: SearchKind, stretch: Any, patient: ColumnElement[int], resource: ColumnElement[int]
) -> Select[int]:
    """The stretch of today behind a Task or ServiceRequest that the service made."""
    directory = resources.alias()
    is_request = kind is SearchKind.FOLLOW_UP
    rows = follow_ups.alias() if is_request else rounds.alias()
    id_ = rows.c.id if is_request else rows.c.task
    named = and_(rows.c.patient == patient, id_ == directory.c.id)
    same = and_(stretch.c.patient == rows.c.patient, stretch.c.follow_up == rows.c.follow_up)
    found = select(stretch.c.follow_up).select_from(directory).join(rows, named).join(stretch, same)
    of_today = asked(stretch.c, Knowledge.LIVE)
    if not is_request:
        of_today.append(stands_for(id_, stretch.c))
    whole = found.where(directory.c.resource == resource, *of_today)
    return whole.correlate_except(directory, rows, stretch)


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
