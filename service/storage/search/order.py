"""The order of matches and the place in it where a page begins: keyset paging, never by counting.

Source: R4 search.html 3.1.1.5.1. Of several values the first in the direction of sorting counts;
who has none comes last; ties stand in the order of storing, reversed where the last key descends.
An order can be walked backwards too; what counts as the first value stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    case,
    false,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)

from service.domain.search import Position, Query, SearchKind, SortKey
from service.storage.search.criterion import INDEX_OF, Condition, rows_of
from service.storage.search.follow_up_state import TODAYS, value_today
from service.storage.tables.record import resources

Columns: TypeAlias = Sequence[ColumnElement[Any]]

ALWAYS_THERE: Final = frozenset({SearchKind.ID, SearchKind.LAST_UPDATED})
_SORTED_BY: Final = {
    SearchKind.DATE: "low",
    SearchKind.TOKEN: "code",
    SearchKind.STRING: "folded",
    SearchKind.URI: "uri",
}
_NO_BOUND: Final = 1e300  # a result below a limit has no lower one


def sorted_value(kind: SearchKind, rows: FromClause) -> ColumnElement[Any]:
    """What rows of an index, or of the directory, are sorted by."""
    if kind is SearchKind.ID:
        return rows.c.id
    if kind is SearchKind.LAST_UPDATED:
        return type_coerce(rows.c.updated_at, BigInteger)
    if kind is SearchKind.REFERENCE:
        return rows.c.target_type + "/" + rows.c.target_id
    if kind is SearchKind.QUANTITY:
        return _measured(rows)
    return rows.c[_SORTED_BY[kind]]


def _measured(rows: FromClause) -> ColumnElement[Any]:
    """A number in the one unit of its dimension; as reported where its unit is not converted."""
    low, high = rows.c.canonical_low, rows.c.canonical_high
    return case((rows.c.canonical == "", rows.c.value), (low > -_NO_BOUND, low), else_=high)


def looked_up(
    key: SortKey, patient: ColumnElement[int], resource: ColumnElement[int]
) -> ColumnElement[Any]:
    """The value by which a resource is sorted, looked up for each; NULL where it has none."""
    if key.kind in ALWAYS_THERE:
        directory = resources.alias()
        value = select(sorted_value(key.kind, directory))
        return value.where(directory.c.resource == resource).scalar_subquery()
    if key.kind in TODAYS:
        return value_today(key, patient, resource)
    rows = INDEX_OF[key.kind].alias()
    first = func.max if key.descending else func.min
    numbers = [key.parameter, *key.also]
    counting = rows_of(rows, patient=patient, resource=resource, parameters=numbers)
    if key.target:
        counting = and_(counting, rows.c.target_type == key.target)
    return select(first(sorted_value(key.kind, rows))).where(counting).scalar_subquery()


@dataclass(frozen=True)
class Order:
    """An order by sort keys and last by the resource's number, walked forwards or backwards."""

    keys: tuple[SortKey, ...]
    backwards: bool = False

    @property
    def descending(self) -> list[bool]:
        """Whether the values walked fall, key by key, and last the numbers."""
        falling = [key.descending for key in self.keys]
        ties = falling[-1] if falling else False
        return [one is not self.backwards for one in (*falling, ties)]

    def by(self, columns: Columns) -> list[ColumnElement[Any]]:
        """The ORDER BY of rows whose `columns` are the keys and last the resource's number."""
        *values, resource = columns
        *falling, last = self.descending
        walked = zip(values, self.keys, falling, strict=True)
        return [*(self._by(*one) for one in walked), directed(resource, descending=last)]

    def beyond(self, columns: Columns, place: Position) -> Condition:
        """The condition that a row comes after a place."""
        if len(set(self.descending)) == 1 and all(key.kind in ALWAYS_THERE for key in self.keys):
            return beyond_at_once(columns, place, descending=self.descending[0])
        return or_(*self._steps(columns, place))

    def _by(self, column: ColumnElement[Any], key: SortKey, falling: bool) -> ColumnElement[Any]:
        ordered = directed(column, descending=falling)
        if key.kind in ALWAYS_THERE:
            return ordered
        return ordered.nulls_first() if self.backwards else ordered.nulls_last()

    def _steps(self, columns: Columns, place: Position) -> Iterator[Condition]:
        falling = self.descending
        for number, column in enumerate(columns):
            same = map(_same, columns[:number], place)
            yield and_(*same, self._later(column, place[number], descending=falling[number]))

    def _later(self, column: ColumnElement[Any], value: Any, *, descending: bool) -> Condition:
        if value is None:
            return column.is_not(None) if self.backwards else false()
        later = column < value if descending else column > value
        return later if self.backwards else or_(later, column.is_(None))


def order_of(query: Query) -> Order:
    """The order in which a query's matches are walked."""
    return Order(query.sort, query.backwards)


def beyond_at_once(columns: Columns, place: Position, *, descending: bool) -> Condition:
    """All columns compared as an index on them is ordered; none of them may be missing."""
    here, last = tuple_(*columns), tuple_(*place)
    return here < last if descending else here > last


def directed(column: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    """A column of an ORDER BY in its direction."""
    return column.desc() if descending else column.asc()


def _same(column: ColumnElement[Any], value: Any) -> Condition:
    return column.is_(None) if value is None else column == value
