"""The stretches that a question asks for: index ranges in the order of the list, or one condition.

Each range is walked in the order of the list and ends with the page, so that a page costs the same
in a village and in a nation.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import FromClause, Select, Text, and_, bindparam, or_, select, tuple_

from service.domain.follow_up import Hold
from service.storage.seen.filters import Condition, of_person, of_stretch
from service.storage.seen.moment import KNOWN_AT, Knowledge, holding, holds_of, in_states, known
from service.storage.seen.shape import Shape
from service.storage.tables.projection import SUPERSEDED, stretches

Conditions: TypeAlias = Sequence[Condition]
Make: TypeAlias = Callable[[Any], Conditions]

RANGES_AT_MOST: Final = 24


class Range(NamedTuple):
    """Stretches to walk, and the conditions on each of them."""

    rows: FromClause
    conditions: Conditions

    def keys(self, shape: Shape, *more: Condition) -> Select[Any]:
        """The first of them behind the place where the page begins, in order: what names each."""
        columns = self.rows.c
        order = [columns[name] for name in shape.order]
        found = select(*(columns[name] for name in shape.told)).where(*self.conditions, *more)
        if shape.continued:
            after = (bindparam(f"after_{n}", type_=one.type) for n, one in enumerate(order))
            found = found.where(tuple_(*order) > tuple_(*after))
        return found.order_by(*order).limit(bindparam("limit"))


def ranges(shape: Shape) -> Iterator[Range]:
    """The index ranges of a question; stretches superseded since an instant are few, found apart."""
    holds = holds_of(shape.states)
    units, activities = _each("unit", shape.units), _each("activity", shape.activities)
    if len(holds) * len(units) * len(activities) > RANGES_AT_MOST:
        units, activities = [_any_of("unit")], [_any_of("activity")] if shape.activities else [_all]
    standing: Make = _STANDING[shape.knowledge]
    for hold, unit, activity in product(holds, units, activities):
        rows = stretches.alias()
        yield Range(rows, _conditions(shape, rows, hold, [standing, unit, activity]))
    if shape.knowledge is Knowledge.SINCE:
        rows = stretches.alias()
        yield Range(rows, [*_superseded(rows.c), matching(shape, rows), *of_person(shape, rows.c)])


def matching(shape: Shape, rows: FromClause) -> Condition:
    """The condition that a stretch is asked for; conditions on the person apart."""
    named: list[Make] = [
        _STANDING[Knowledge.LIVE if shape.knowledge is Knowledge.LIVE else Knowledge.DATED]
    ]
    named += [_any_of("unit")] if shape.units else []
    named += [_any_of("activity")] if shape.activities else []
    holds = holds_of(shape.states)
    in_any = or_(*(and_(*in_states(rows.c, hold, shape.states)) for hold in holds))
    parts = [condition for make in named for condition in make(rows.c)]
    return and_(*parts, in_any, *of_stretch(shape, rows.c))


def _conditions(shape: Shape, rows: FromClause, hold: Hold, made: Sequence[Make]) -> Conditions:
    columns = rows.c
    return [
        *(condition for make in made for condition in make(columns)),
        *in_states(columns, hold, shape.states),
        *of_stretch(shape, columns),
        *of_person(shape, columns),
    ]


def _live(columns: Any) -> Conditions:
    return [columns.live, holding(columns)]


def _live_since(columns: Any) -> Conditions:
    return [columns.live, columns.known_from <= KNOWN_AT, holding(columns)]


def _dated(columns: Any) -> Conditions:
    return [known(columns), holding(columns)]


def _superseded(columns: Any) -> Conditions:
    """Known at the instant, and no longer known: found by when it ceased to be, and by nothing else."""
    return [SUPERSEDED, columns.known_to > KNOWN_AT]


_STANDING: Final[Mapping[Knowledge, Make]] = {
    Knowledge.LIVE: _live,
    Knowledge.SINCE: _live_since,
    Knowledge.DATED: _dated,
}


def _each(name: str, count: int) -> list[Make]:
    """One condition for each of the names; one that lets everything pass where there are none."""
    return [_named(name, number) for number in range(count)] or [_all]


def _named(name: str, number: int) -> Make:
    value = bindparam(f"{name}_{number}", type_=Text)
    return lambda columns: [columns[name] == value]


def _any_of(name: str) -> Make:
    values = bindparam(f"any_{name}", expanding=True, type_=Text)
    return lambda columns: [columns[name].in_(values)]


def _all(_columns: Any) -> Conditions:
    return []
