"""A query's matches in their order from a place on: by what drives the search, or by the sort key's index."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    Select,
    Text,
    cast,
    func,
    null,
    select,
    union,
    union_all,
)

from service.domain.access import Viewer
from service.domain.search import Asked, Criterion, DateValue, Position, Query, SearchKind, SortKey
from service.storage.search.driver import (
    Driver,
    driver_of,
    is_selective,
    over_key,
    over_resources,
    walks_own,
)
from service.storage.search.order import (
    ALWAYS_THERE,
    Columns,
    beyond_at_once,
    directed,
    looked_up,
    order_of,
    sorted_value,
)

_EARLY_FRONTS: Final = frozenset({"eq", "ap", "gt", "ge", "sa"})
_LATE_FRONTS: Final = frozenset({"eq", "ap", "lt", "le", "eb"})
_WALKED_BY_KEY: Final = frozenset(
    {SearchKind.DATE, SearchKind.TOKEN, SearchKind.STRING, SearchKind.URI}
)


def ordered(query: Query, viewer: Viewer) -> Select[Any]:
    """The numbers of the matches with their sort keys, one more than a page holds."""
    if query.parts:
        return _of_several(query, viewer)
    found = (
        _by_key(query, viewer)
        if _is_by_key(query, viewer)
        else by_driver(query, driver_of(query, viewer))
    )
    return found.limit(query.count + 1)


def counted(query: Query, viewer: Viewer) -> Select[int]:
    """How many matches there are in all."""
    parts = [_matches(part, viewer) for part in query.parts or [query]]
    once = union(*parts) if len(parts) > 1 else parts[0]
    return select(func.count()).select_from(once.subquery("matches"))


def _matches(query: Query, viewer: Viewer) -> Select[int]:
    driver = driver_of(query, viewer)
    matches = select(driver.resource).where(*driver.conditions)
    return matches.distinct() if driver.repeats else matches


def _of_several(query: Query, viewer: Viewer) -> Select[Any]:
    """The first of each part, put together: each is a walk of its own that ends with the page."""
    walks = [
        ordered(
            replace(part, count=query.count, after=query.after, backwards=query.backwards), viewer
        )
        for part in query.parts
    ]
    # A resource may meet two parts.
    together = union(*(select(walk.subquery()) for walk in walks)).subquery("together")
    found = select(together).order_by(*order_of(query).by(list(together.c)))
    return found.limit(query.count + 1)


def by_driver(query: Query, driver: Driver) -> Select[Any]:
    """The matches that are among the rows of a driver, in their order."""
    if query.after is not None and _is_by_instant(query) and driver.is_directory:
        return _from_an_instant(query, query.after, driver)
    columns = [*(_key(key, driver) for key in query.sort), driver.resource]
    found = select(*_named(columns)).where(*driver.conditions)
    order = order_of(query)
    if query.after is not None:
        found = found.where(order.beyond(columns, query.after))
    once = found.distinct() if driver.repeats else found
    return once.order_by(*order.by(_named(columns)))


def _is_by_instant(query: Query) -> bool:
    return [key.kind for key in query.sort] == [SearchKind.LAST_UPDATED]


def _from_an_instant(query: Query, after: Position, driver: Driver) -> Select[Any]:
    """The rest of an instant, then what was stored beyond it: a load stores a thousand at one.

    Compared at once, SQLite would pass all of the instant over again: it knows the resource as
    the number of the row, which it takes for no part of the index.
    """
    instant, resource = sorted_value(SearchKind.LAST_UPDATED, driver.rows), driver.resource
    found = select(*_named([instant, resource])).where(*driver.conditions)
    rest = _continued(found.where(instant == after[0]), [resource], after[1:], query)
    beyond = _continued(found, [instant], after[:1], query)
    falls = order_of(query).descending[0]
    return one_after_the_other([rest, beyond.order_by(directed(resource, descending=falls))], query)


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
    if len(query.sort) != 1 or query.sort[0].kind not in _WALKED_BY_KEY or query.sort[0].also:
        return False
    begins_late = any(_cuts_the_front(one, query) for one in query.criteria)
    return not (is_selective(query) or walks_own(query, viewer) or begins_late)


def _cuts_the_front(criterion: Asked, query: Query) -> bool:
    """Whether the matches begin far into the order, so that a walk of it would pass many others."""
    key = query.sort[0]
    if not isinstance(criterion, Criterion):
        return False
    if (criterion.kind, criterion.parameter) != (key.kind, key.parameter):
        return False
    [falls, _] = order_of(query).descending
    fronts = _LATE_FRONTS if falls else _EARLY_FRONTS
    return any(isinstance(one, DateValue) and one.prefix in fronts for one in criterion.values)


def _by_key(query: Query, viewer: Viewer) -> Select[Any]:
    """Those with a key in its order and those without, walked only where the page is not full yet."""
    walks = [_with_key(query, viewer), _without_key(query, viewer)]
    if query.backwards:
        walks.reverse()
    if query.after is not None and (query.after[0] is None) is not query.backwards:
        return walks[1]
    return one_after_the_other(walks, query)


def one_after_the_other(walks: Sequence[Select[Any]], query: Query) -> Select[Any]:
    """Two walks of which the second is begun only where the first does not fill the page."""
    first = walks[0].limit(query.count + 1).cte()
    filled = select(func.count()).select_from(first).scalar_subquery()
    rest = walks[1].limit(query.count + 1 - filled).subquery("rest")
    both = union_all(select(first), select(rest)).subquery("both")
    placed = list(both.c)[: len(query.sort) + 1]
    return select(both).order_by(*order_of(query).by(placed))


def _with_key(query: Query, viewer: Viewer) -> Select[Any]:
    key = query.sort[0]
    driver = over_key(query, key, viewer)
    columns = [sorted_value(key.kind, driver.rows), driver.resource]
    found = select(*_named(columns)).where(*driver.conditions)
    begun = query.after is not None and query.after[0] is not None
    return _continued(found, columns, query.after if begun else None, query)


def _without_key(query: Query, viewer: Viewer) -> Select[Any]:
    key = query.sort[0]
    keyless = Criterion(key.parameter, key.kind, (), missing=True)
    driver = over_resources(replace(query, criteria=(*query.criteria, keyless)), viewer)
    # PostgreSQL wants to know of which type the missing key is.
    none = cast(null(), BigInteger() if key.kind is SearchKind.DATE else Text())
    found = select(*_named([none, driver.resource])).where(*driver.conditions)
    begun = query.after is not None and query.after[0] is None
    after = query.after[1:] if query.after is not None and begun else None
    return _continued(found, [driver.resource], after, query)


def _continued(
    found: Select[Any], columns: Columns, after: Position | None, query: Query
) -> Select[Any]:
    """What comes after a place in the order of columns that are always there."""
    falls = order_of(query).descending[0]
    if after is not None:
        found = found.where(beyond_at_once(columns, after, descending=falls))
    return found.order_by(*(directed(column, descending=falls) for column in columns))
