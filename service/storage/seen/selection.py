"""The stretches that a question asks for: index ranges in the order of the list, or one condition.

Each range is walked in the order of the list and ends with the page, so that a page costs the same
in a village and in a nation. What was superseded since the instant that a walk is pinned to is
little: it is found apart, once a statement.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    CTE,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
)

from service.domain.follow_up import Hold
from service.storage.seen.few import among_few
from service.storage.seen.filters import Condition, of_person, of_stretch, one_by_one
from service.storage.seen.moment import KNOWN_AT, Knowledge, holding, holds_of, in_states, known
from service.storage.seen.shape import KEY, Shape
from service.storage.seen.unsought import Unsought
from service.storage.tables.projection import SUPERSEDED, stretches

Conditions: TypeAlias = Sequence[Condition]
Make: TypeAlias = Callable[[Any], Conditions]

RANGES_AT_MOST: Final = 24
# What tells whether a row is booked, agreed otherwise, or not known.
_MARKING: Final = (
    "activity",
    "kind",
    "unit",
    "hold",
    "original_due_on",
    "overdue_from",
    "done_on",
    "anchor_on",
)


class Range(NamedTuple):
    """Rows to walk, and the conditions on each of them."""

    rows: FromClause
    conditions: Conditions

    def keys(self, shape: Shape, *more: Condition) -> Select[Any]:
        """The first of them behind the place where the page begins, in order: what names each."""
        columns = self.rows.c
        order = [columns[name] for name in shape.order]
        found = select(*(columns[name] for name in shape.told)).where(*self.conditions, *more)
        if shape.continued:
            found = found.where(behind(columns, shape))
        return found.order_by(*order).limit(bindparam("limit"))


def behind(columns: Any, shape: Shape) -> Condition:
    """The condition that a row comes after the place where the page before ended."""
    order = [columns[name] for name in shape.order]
    after = (bindparam(f"one_after_{n}", type_=one.type) for n, one in enumerate(order))
    return tuple_(*order) > tuple_(*after)


def ranges(shape: Shape) -> Iterator[Range]:
    """The index ranges of a question among the stretches that still stand; or all rows of few people."""
    if shape.few:
        yield Range(_of_few(shape), [])
        return
    holds = holds_of(shape.states)
    units, activities = _each("unit", shape.units), _each("activity", shape.activities)
    if len(holds) * len(units) * len(activities) > RANGES_AT_MOST:
        units = [_any_of("unit", shape.units)]
        activities = [_any_of("activity", shape.activities)]
    for hold, unit, activity in product(holds, units, activities):
        rows = stretches.alias()
        yield Range(rows, _conditions(shape, rows, hold, [unit, activity]))


def superseded(shape: Shape) -> CTE | None:
    """What the question asks for of what was known at its instant and is known no longer."""
    if shape.knowledge is not Knowledge.SINCE:
        return None
    rows = stretches.alias()
    columns = Unsought(rows.c, "unit", "activity", "hold", "overdue_from")
    conditions = [SUPERSEDED, known(columns), holding(columns), *_asked(shape, columns)]
    told = dict.fromkeys((*shape.told, *_MARKING))
    found = select(*(rows.c[name] for name in told)).where(*conditions)
    return found.where(*of_person(shape, rows.c)).cte("superseded").prefix_with("MATERIALIZED")


def _of_few(shape: Shape) -> CTE:
    """What the question asks for of the few people that are given."""
    todays, rows = _todays_of_few(shape), stretches.alias()
    same = (rows.c[name] == todays.c[name] for name in KEY)
    found = select(*(rows.c[name] for name in dict.fromkeys((*shape.told, *_MARKING))))
    found = found.join_from(todays, rows, and_(*same))
    asked = [*_any_of("activity", shape.activities)(rows.c), *of_stretch(shape, rows.c)]
    found = found.where(*asked, *of_person(shape, rows.c))
    return found.cte("of_few").prefix_with("MATERIALIZED")


def _todays_of_few(shape: Shape) -> CTE:
    """Their stretches in the states and units asked for: an index tells so much without the rows."""
    rows = stretches.alias()
    columns = Unsought(rows.c, "unit", "hold", "overdue_from")
    found = select(*(rows.c[name] for name in KEY)).where(
        among_few(rows.c.patient),
        *_STANDING[shape.knowledge](columns),
        *_any_of("unit", shape.units)(columns),
        _in_any_state(shape, columns),
    )
    return found.cte("todays_of_few").prefix_with("MATERIALIZED")


def matching(shape: Shape, rows: FromClause) -> Conditions:
    """The conditions that a stretch that still stands is asked for; those on the person apart."""
    return [*_STANDING[shape.knowledge](rows.c), *_asked(shape, rows.c)]


def matching_of_person(shape: Shape, rows: FromClause) -> Conditions:
    """The same, for rows that are found by their person."""
    columns = Unsought(rows.c, "unit", "activity", "overdue_from")
    return [*_STANDING[shape.knowledge](columns), *_asked(shape, columns)]


def _asked(shape: Shape, columns: Any) -> Conditions:
    return [
        *_any_of("unit", shape.units)(columns),
        *_any_of("activity", shape.activities)(columns),
        _in_any_state(shape, columns),
        *of_stretch(shape, columns),
    ]


def _in_any_state(shape: Shape, columns: Any) -> Condition:
    holds = holds_of(shape.states)
    return or_(*(and_(*in_states(columns, hold, shape.states)) for hold in holds))


def _conditions(shape: Shape, rows: FromClause, hold: Hold, names: Sequence[Make]) -> Conditions:
    columns = Unsought(rows.c, *({"overdue_from"} - set(shape.order)))
    return [
        *_STANDING[shape.knowledge](columns),
        *(condition for make in names for condition in make(columns)),
        *in_states(columns, hold, shape.states),
        *of_stretch(shape, columns, one_by_one),
        *of_person(shape, columns, one_by_one),
    ]


def _live(columns: Any) -> Conditions:
    return [columns.live, holding(columns)]


def _live_since(columns: Any) -> Conditions:
    return [columns.live, columns.known_from <= KNOWN_AT, holding(columns)]


def _dated(columns: Any) -> Conditions:
    return [known(columns), holding(columns)]


_STANDING: Final[Mapping[Knowledge, Make]] = {
    Knowledge.LIVE: _live,
    Knowledge.SINCE: _live_since,
    Knowledge.DATED: _dated,
}


def _each(name: str, count: int) -> list[Make]:
    """One condition for each of the names; one that lets everything pass where there are none."""
    return [_named(name, number) for number in range(count)] or [_all]


def _named(name: str, number: int) -> Make:
    value = bindparam(f"one_{name}_{number}", type_=Text)
    return lambda columns: [columns[name] == value]


def _any_of(name: str, count: int) -> Make:
    values = bindparam(f"any_{name}", expanding=True, type_=Text)
    return (lambda columns: [columns[name].in_(values)]) if count else _all


def _all(_columns: Any) -> Conditions:
    return []
