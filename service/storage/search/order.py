"""The order of matches and the place in it where a page begins: keyset paging, never by counting.

Source: R4 search.html 3.1.1.5.1. Of several values the first in the direction of sorting counts;
who has none comes last; ties stand in the order of storing, reversed where the last key descends.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    false,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)

from service.domain.errors import NotSupported
from service.domain.search import SearchKind, SortKey
from service.storage.search.criterion import INDEX_OF, Condition, rows_of
from service.storage.search.follow_up_state import TODAYS, value_today
from service.storage.tables.record import resources

Position: TypeAlias = Sequence[str | int | None]
Columns: TypeAlias = Sequence[ColumnElement[Any]]

ALWAYS_THERE: Final = frozenset({SearchKind.ID, SearchKind.LAST_UPDATED})
_SORTED_BY: Final = {
    SearchKind.DATE: "low",
    SearchKind.TOKEN: "code",
    SearchKind.STRING: "folded",
    SearchKind.URI: "uri",
}


def sorted_value(kind: SearchKind, rows: FromClause) -> ColumnElement[Any]:
    """What rows of an index, or of the directory, are sorted by; NotSupported for numbers."""
    if kind is SearchKind.ID:
        return rows.c.id
    if kind is SearchKind.LAST_UPDATED:
        return type_coerce(rows.c.updated_at, BigInteger)
    if kind is SearchKind.REFERENCE:
        return rows.c.target_type + "/" + rows.c.target_id
    if kind not in _SORTED_BY:
        words = "Sorting by a number or quantity is not supported."
        raise NotSupported(words, "_sort")
    return rows.c[_SORTED_BY[kind]]


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
    of_resource = rows_of(rows, patient=patient, resource=resource, parameters=[key.parameter])
    return select(first(sorted_value(key.kind, rows))).where(of_resource).scalar_subquery()


def in_order(keys: Sequence[SortKey], columns: Columns) -> list[ColumnElement[Any]]:
    """The ORDER BY of rows whose `columns` are the keys and last the resource's number."""
    *values, resource = columns
    ordered = (_by_key(column, key) for column, key in zip(values, keys, strict=True))
    return [*ordered, directed(resource, descending=descends(keys))]


def beyond(keys: Sequence[SortKey], columns: Columns, after: Position) -> Condition:
    """The condition that a row comes after the last one of the page before."""
    descending = [*(key.descending for key in keys), descends(keys)]
    if len(set(descending)) == 1 and all(key.kind in ALWAYS_THERE for key in keys):
        return beyond_at_once(columns, after, descending=descending[0])
    return or_(*_steps(columns, after, descending))


def beyond_at_once(columns: Columns, after: Position, *, descending: bool) -> Condition:
    """All columns compared as an index on them is ordered; none of them may be missing."""
    place, last = tuple_(*columns), tuple_(*after)
    return place < last if descending else place > last


def descends(keys: Sequence[SortKey]) -> bool:
    """Whether ties stand in the reverse order of storing."""
    return bool(keys) and keys[-1].descending


def directed(column: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    """A column of an ORDER BY in its direction."""
    return column.desc() if descending else column.asc()


def _by_key(column: ColumnElement[Any], key: SortKey) -> ColumnElement[Any]:
    ordered = directed(column, descending=key.descending)
    return ordered if key.kind in ALWAYS_THERE else ordered.nulls_last()


def _steps(
    columns: Columns, after: Position, descending: Sequence[bool]
) -> Iterator[ColumnElement[bool]]:
    for place, column in enumerate(columns):
        same = map(_same, columns[:place], after)
        yield and_(*same, _later(column, after[place], descending=descending[place]))


def _same(column: ColumnElement[Any], value: str | int | None) -> Condition:
    return column.is_(None) if value is None else column == value


def _later(column: ColumnElement[Any], value: str | int | None, *, descending: bool) -> Condition:
    if value is None:
        return false()
    return or_(column < value if descending else column > value, column.is_(None))
