"""A page of a search: one statement finds the matches in order and fetches their bodies alone.

The page before is never counted over: it ended at a place in the order, and this one begins there.
One row more than asked for tells whether there is a next page.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Label,
    Row,
    Select,
    Text,
    cast,
    func,
    null,
    select,
    union_all,
)

from service.domain.access import Viewer
from service.domain.record import Found
from service.domain.search import Criterion, DateValue, Query, SearchKind, SortKey
from service.storage.access import bound
from service.storage.search.driver import (
    Driver,
    driver_of,
    is_selective,
    over_key,
    over_resources,
    walks_own,
)
from service.storage.search.inclusion import include
from service.storage.search.order import (
    ALWAYS_THERE,
    Columns,
    Position,
    beyond,
    beyond_at_once,
    directed,
    in_order,
    looked_up,
    sorted_value,
)
from service.storage.seen.moment import moment_bound
from service.storage.stored import CURRENT_VERSION, stored
from service.storage.tables.record import resources

_EARLY_FRONTS = frozenset({"eq", "ap", "gt", "ge", "sa"})
_LATE_FRONTS = frozenset({"eq", "ap", "lt", "le", "eb"})
_WALKED_BY_KEY = frozenset({SearchKind.DATE, SearchKind.TOKEN, SearchKind.STRING, SearchKind.URI})


def find(connection: Connection, query: Query, viewer: Viewer) -> Found:
    """Run a search: its matches, what they include, where the next page begins, and the total."""
    rows = connection.execute(page_of(query, viewer), _given(viewer)).all() if query.count else []
    page, more = rows[: query.count], len(rows) > query.count
    return Found(
        matches=tuple(map(stored, page)),
        included=include(connection, query, matches=page, viewer=viewer),
        after=tuple(page[-1][_place(query)]) if more else None,
        total=_total(connection, query, rows, viewer) if query.total else None,
    )


def page_of(query: Query, viewer: Viewer) -> Select[Any]:
    """The statement for a page: each match with its body, then its place: sort keys and number."""
    ordered = _by_key(query, viewer) if _is_by_key(query, viewer) else _by_driver(query, viewer)
    page = ordered.limit(query.count + 1).cte("page")
    totals = [_count(query, viewer).scalar_subquery().label("total")] if query.total else []
    whole = CURRENT_VERSION.add_columns(*page.c, *totals)
    found = whole.join(page, page.c.resource == resources.c.resource)
    return found.order_by(*in_order(query.sort, list(page.c)))


def _given(viewer: Viewer) -> dict[str, Any]:
    """The values that a search waits for: who asks, and of which day."""
    return {**bound(viewer), **moment_bound(viewer.today, None)}


def _place(query: Query) -> slice:
    """Where in a row its place in the order stands."""
    first = len(CURRENT_VERSION.selected_columns)
    return slice(first, first + len(query.sort) + 1)


def _total(connection: Connection, query: Query, rows: Sequence[Row[Any]], viewer: Viewer) -> int:
    """The count that the page's own statement saw; a statement of its own where it gave no row."""
    if rows:
        return int(rows[0].total)
    return connection.execute(_count(query, viewer), _given(viewer)).scalar_one()


def _count(query: Query, viewer: Viewer) -> Select[int]:
    driver = driver_of(query, viewer)
    matches = select(driver.resource).where(*driver.conditions)
    once = matches.distinct() if driver.repeats else matches
    return select(func.count()).select_from(once.subquery("matches"))


def _by_driver(query: Query, viewer: Viewer) -> Select[Any]:
    driver = driver_of(query, viewer)
    columns = [*(_key(key, driver) for key in query.sort), driver.resource]
    found = select(*_named(columns)).where(*driver.conditions)
    if query.after is not None:
        found = found.where(beyond(query.sort, columns, query.after))
    once = found.distinct() if driver.repeats else found
    return once.order_by(*in_order(query.sort, _named(columns)))


def _key(key: SortKey, driver: Driver) -> ColumnElement[Any]:
    if key.kind in ALWAYS_THERE and driver.is_directory:
        return sorted_value(key.kind, driver.rows)
    return looked_up(key, driver.patient, driver.resource)


def _named(columns: Columns) -> list[Label[Any]]:
    *keys, resource = columns
    named = (column.label(f"key_{place}") for place, column in enumerate(keys))
    return [*named, resource.label("resource")]


def _is_by_key(query: Query, viewer: Viewer) -> bool:
    """Whether the sort key's own index is walked: nothing else leaves fewer to sort."""
    if len(query.sort) != 1 or query.sort[0].kind not in _WALKED_BY_KEY:
        return False
    begins_late = any(_cuts_the_front(one, query.sort[0]) for one in query.criteria)
    return not (is_selective(query) or walks_own(query, viewer) or begins_late)


def _cuts_the_front(criterion: Criterion, key: SortKey) -> bool:
    """Whether the matches begin far into the order, so that a walk of it would pass many others."""
    if (criterion.kind, criterion.parameter) != (key.kind, key.parameter):
        return False
    fronts = _LATE_FRONTS if key.descending else _EARLY_FRONTS
    return any(isinstance(one, DateValue) and one.prefix in fronts for one in criterion.values)


def _by_key(query: Query, viewer: Viewer) -> Select[Any]:
    """Those with a key in its order, then, only where these do not fill the page, those without."""
    without = _without_key(query, viewer)
    if query.after is not None and query.after[0] is None:
        return without
    keyed = _with_key(query, viewer).limit(query.count + 1).cte("keyed")
    filled = select(func.count()).select_from(keyed).scalar_subquery()
    rest = without.limit(query.count + 1 - filled).subquery("rest")
    both = union_all(select(keyed), select(rest)).subquery("both")
    return select(both).order_by(*in_order(query.sort, list(both.c)))


def _with_key(query: Query, viewer: Viewer) -> Select[Any]:
    key = query.sort[0]
    driver = over_key(query, key, viewer)
    columns = [sorted_value(key.kind, driver.rows), driver.resource]
    found = select(*_named(columns)).where(*driver.conditions)
    return _continued(found, columns, query.after, descending=key.descending)


def _without_key(query: Query, viewer: Viewer) -> Select[Any]:
    key = query.sort[0]
    keyless = Criterion(key.parameter, key.kind, (), missing=True)
    driver = over_resources(replace(query, criteria=(*query.criteria, keyless)), viewer)
    # PostgreSQL wants to know of which type the missing key is.
    none = cast(null(), BigInteger() if key.kind is SearchKind.DATE else Text())
    found = select(*_named([none, driver.resource])).where(*driver.conditions)
    begun = query.after is not None and query.after[0] is None
    after = query.after[1:] if query.after is not None and begun else None
    return _continued(found, [driver.resource], after, descending=key.descending)


def _continued(
    found: Select[Any], columns: Columns, after: Position | None, *, descending: bool
) -> Select[Any]:
    """What comes after a place in the order of columns that are always there."""
    if after is not None:
        found = found.where(beyond_at_once(columns, after, descending=descending))
    return found.order_by(*(directed(column, descending=descending) for column in columns))
