"""A page of a search: one statement finds the matches in order and fetches their bodies alone.

The page before is never counted over: it ended at a place in the order, and this one begins there.
One row more than asked for tells whether there is a next page.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Dialect, Label, Row, Select

from service.domain.access import Role, Viewer
from service.domain.record import Found
from service.domain.search import Position, Query
from service.storage.access import bound
from service.storage.compiled import Compiled
from service.storage.quick_reads import QuickReads
from service.storage.search import follow_up_walk
from service.storage.search.ambiguity import expect_no_ambiguity, may_be_ambiguous
from service.storage.search.follow_up_sought import Sought, Way, sought_of, way_of
from service.storage.search.inclusion import include
from service.storage.search.order import order_of
from service.storage.search.ordered import counted, ordered
from service.storage.search.prepared import REMEMBERED, Prepared, shape_of, takes_of
from service.storage.search.size import expect_to_fit
from service.storage.seen.moment import moment_bound
from service.storage.stored import CURRENT_VERSION, stored
from service.storage.tables.record import resources

_Rows: TypeAlias = Sequence[Sequence[Any]]

_PLACED_FROM: Final = len(CURRENT_VERSION.selected_columns)


def find(connection: Connection, query: Query, viewer: Viewer) -> Found:
    """Run a search: its matches, what they include, where other pages begin, and the total."""
    expect_to_fit(query)
    expect_no_ambiguity(connection, query, viewer)
    rows = _rows(connection, query, viewer) if query.count else []
    return _found(query, rows)._replace(
        included=include(connection, query, matches=rows[: query.count], viewer=viewer),
        total=_total(connection, query, rows, viewer) if query.total else None,
    )


def find_quickly(quick: QuickReads, query: Query, viewer: Viewer) -> Found | None:
    """The same of what one statement answers that was made before; None where it takes more."""
    if not query.count or query.includes or query.total or may_be_ambiguous(query):
        return None
    shape = shape_of(query)
    prepared = shape and _prepared(shape.query, len(shape.values), viewer.role, quick.dialect)
    if not shape or not prepared or not prepared.compiled.is_whole:
        return None
    expect_to_fit(query)
    values = {**given(query, viewer), **prepared.values(shape.values)}
    return _found(query, quick.all(prepared.compiled, values))


def _found(query: Query, rows: _Rows) -> Found:
    """The matches, and where other pages begin."""
    page, more = list(rows[: query.count]), len(rows) > query.count
    # Beyond where the walk began there is the page that it began after.
    beyond, behind = more, query.after is not None
    if query.backwards:
        page.reverse()
        beyond, behind = behind, beyond
    return Found(
        matches=tuple(map(stored, page)),
        included=(),
        after=_place(query, page[-1]) if page and beyond else None,
        total=None,
        before=_place(query, page[0]) if page and behind else None,
    )


def _rows(connection: Connection, query: Query, viewer: Viewer) -> Sequence[Row[Any]]:
    """The rows of a page, by a statement made before where there was a query of this shape."""
    shape = shape_of(query)
    prepared = shape and _prepared(shape.query, len(shape.values), viewer.role, connection.dialect)
    if not shape or not prepared:
        return connection.execute(*chosen(connection, query, viewer)).all()
    values = {**given(query, viewer), **prepared.values(shape.values)}
    return connection.execute(prepared.statement, values).all()


def chosen(
    connection: Connection, query: Query, viewer: Viewer
) -> tuple[Select[Any], dict[str, Any]]:
    """The statement for a page as it is carried out on this database, and the values it waits for."""
    values = given(query, viewer)
    sought = sought_of(query, viewer)
    if sought is None:
        return page_of(query, viewer), values
    way = way_of(connection, sought, values)
    return _walk(sought.shape, way), {**values, **sought.values}


@lru_cache(maxsize=REMEMBERED)
def _walk(sought: Sought, way: Way) -> Select[Any]:
    """The statement for a page of follow-ups."""
    total = follow_up_walk.counted(sought, way).scalar_subquery().label("total")
    totals = [total] if sought.query.total else []
    return _whole(follow_up_walk.walked(sought, way), sought.query, *totals)


@lru_cache(maxsize=REMEMBERED)
def _prepared(shape: Query, count: int, role: Role, dialect: Dialect) -> Prepared | None:
    """The statement of a shape; it is the same for all viewers of a role."""
    statement = page_of(shape, Viewer(role, date.min))
    takes = takes_of(statement, dialect, count)
    return None if takes is None else Prepared(statement, Compiled(statement, dialect), takes)


def page_of(query: Query, viewer: Viewer) -> Select[Any]:
    """The statement for a page: each match with its body, then its place: sort keys and number."""
    totals = [counted(query, viewer).scalar_subquery().label("total")] if query.total else []
    return _whole(ordered(query, viewer), query, *totals)


def _whole(chosen: Select[Any], query: Query, *more: Label[int]) -> Select[Any]:
    page = chosen.cte("page")
    whole = CURRENT_VERSION.add_columns(*page.c, *more)
    found = whole.join(page, page.c.resource == resources.c.resource)
    return found.order_by(*order_of(query).by(list(page.c)[: len(query.sort) + 1]))


def given(query: Query, viewer: Viewer) -> dict[str, Any]:
    """The values that a search waits for: who asks, and of which day."""
    return {**bound(viewer), **moment_bound(query.as_of or viewer.today, None)}


def _place(query: Query, row: Sequence[Any]) -> Position:
    """The place of a row in the order."""
    return tuple(row[_PLACED_FROM : _PLACED_FROM + len(query.sort) + 1])


def _total(connection: Connection, query: Query, rows: Sequence[Row[Any]], viewer: Viewer) -> int:
    """The count that the page's own statement saw; a statement of its own where it gave no row."""
    if rows:
        return int(rows[0].total)
    return connection.execute(counted(query, viewer), given(query, viewer)).scalar_one()
