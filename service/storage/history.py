"""Versions of the record, newest first: of one resource, of types, of everything; by keyset, page by page.

Source: R4 http.html#history. What a client that goes on by `_since` would miss is not shown yet: a
version whose transaction began after one that still runs, by its number or, where that has none
yet, by its instant. The versions of a person or of a small
type are few and sorted; all others are met by walking the transactions back from the newest, until
the page is full.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    not_,
    select,
    tuple_,
    type_coerce,
)

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.record import History, HistoryQuestion
from service.storage.access import bound, visible, visible_of_any_type
from service.storage.stored import EACH_VERSION, stored
from service.storage.tables.columns import microseconds
from service.storage.tables.record import resources, transactions, versions
from service.storage.transaction import settled

_FEW: Final = 2_000
_AT: Final = type_coerce(transactions.c.at, BigInteger)
# Newest first, and of one transaction what was stored last.
_PLACE: Final = (_AT, transactions.c.tx, versions.c.version_key)


def history_of_one(connection: Connection, asked: HistoryQuestion, viewer: Viewer) -> History:
    """A page of the versions of one resource."""
    [type_] = asked.types
    named = and_(resources.c.type == type_, resources.c.id == asked.id)
    seen = visible(viewer.role, versions.c.patient, public=type_ in PUBLIC_TYPES)
    conditions = [named, seen, *_in_time(asked)]
    return _page(connection, asked, viewer, conditions, [versions.c.version])


def history_of_many(connection: Connection, asked: HistoryQuestion, viewer: Viewer) -> History:
    """A page of the versions of all resources of some types, or of all types."""
    conditions = [
        *_of_types(connection, asked, viewer),
        visible_of_any_type(viewer.role, versions.c.patient, resources.c.type),
        *_in_time(asked),
        settled(connection),
    ]
    if asked.held_from is not None:
        conditions.append(microseconds(asked.held_from) > _AT)
    if asked.after is not None:
        conditions.append(asked.after[0] >= _AT)  # where the walk of the index begins
    return _page(connection, asked, viewer, conditions, _PLACE)


def _page(
    connection: Connection,
    asked: HistoryQuestion,
    viewer: Viewer,
    conditions: Sequence[ColumnElement[bool]],
    place: Sequence[ColumnElement[Any]],
) -> History:
    every = EACH_VERSION.where(*conditions)
    rows: Sequence[Row[Any]] = []
    if asked.count:
        named = (one.label(f"place_{n}") for n, one in enumerate(place))
        found = every.add_columns(_begun().label("begun"), *named)
        if asked.after is not None:
            found = found.where(tuple_(*place) < tuple_(*asked.after))
        found = found.order_by(*(one.desc() for one in place)).limit(asked.count + 1)
        rows = connection.execute(found, bound(viewer)).all()
    page, more = rows[: asked.count], len(rows) > asked.count
    after = tuple(page[-1][-len(place) :]) if more else None
    total, begun = _total(connection, every, asked, viewer), (bool(row.begun) for row in page)
    return History(tuple(map(stored, page)), tuple(begun), after, total)


def _total(
    connection: Connection, every: Select[Any], asked: HistoryQuestion, viewer: Viewer
) -> int | None:
    if not asked.total:
        return None
    count = every.with_only_columns(func.count(), maintain_column_froms=True)
    return int(connection.execute(count, bound(viewer)).scalar_one())


def _of_types(
    connection: Connection, asked: HistoryQuestion, viewer: Viewer
) -> list[ColumnElement[bool]]:
    if viewer.role is Role.PATIENT and not PUBLIC_TYPES.issuperset(asked.types or ("",)):
        return [visible(viewer.role, resources.c.patient), *_named(asked.types)]
    if not asked.types or _are_few(connection, asked.types):
        return _named(asked.types)
    # Not by the index of types, which knows nothing of when.
    return [(resources.c.type + "").in_(asked.types)]


def _named(types: Sequence[str]) -> list[ColumnElement[bool]]:
    return [resources.c.type.in_(types)] if types else []


def _are_few(connection: Connection, types: Sequence[str]) -> bool:
    some = select(resources.c.resource).where(resources.c.type.in_(types)).limit(_FEW + 1)
    counted = select(func.count()).select_from(some.subquery())
    return connection.execute(counted).scalar_one() <= _FEW


def _in_time(asked: HistoryQuestion) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.since is not None:
        conditions.append(microseconds(asked.since) <= _AT)
    if asked.during is not None:
        first, end = asked.during
        conditions += [end > _AT, not_(_superseded_by(first))]
    return conditions


def _begun() -> ColumnElement[bool]:
    """Whether nothing stood before a version: none was there, or a deletion."""
    before = versions.alias()
    return not_(
        exists().where(
            before.c.resource == versions.c.resource,
            before.c.version == versions.c.version - 1,
            before.c.method != "DELETE",
        )
    )


def _superseded_by(instant: int) -> ColumnElement[bool]:
    """Whether the next version was there at an instant already."""
    following, change = versions.alias(), transactions.alias()
    return exists().where(
        following.c.resource == versions.c.resource,
        following.c.version == versions.c.version + 1,
        change.c.tx == following.c.tx,
        type_coerce(change.c.at, BigInteger) <= instant,
    )
