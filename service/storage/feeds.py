"""Feeds: which kinds of results came from which unit's senders on which day.

What tells "not known" from "not done": a source that has been silent since could not have told us.
About units, not people: every role may read them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, delete, exists, func, select, true
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.compiled import carry_out
from service.storage.tables.projection import feeds, feeds_anew
from service.storage.transaction import Transaction


class Feeds:
    """Feeds as every reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_days(self, *, until: date) -> dict[tuple[str, str], date]:
        """The last day, up to a day, on which each kind came from each unit, by unit and kind."""
        rows = self._connection.execute(_LAST_DAYS, {"until": until})
        return {(unit, kind): day for unit, kind, day in rows}


class FeedChanges(Feeds):
    """Feeds as a transaction adds to them."""

    def __init__(self, transaction: Transaction, table: Table = feeds) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction
        self._table = table

    def record(self, fed: Iterable[tuple[str, str, date, datetime | None]]) -> None:
        """Note that a unit's senders sent kinds of results of these days: unit, kind, day, since when known.

        Best done last in a transaction: others who feed the same wait from here until its end.
        """
        first: dict[tuple[str, str, date], datetime] = {}
        for unit, kind, day, known in fed:
            since = known or self._transaction.at
            first[unit, kind, day] = min(first.get((unit, kind, day), since), since)
        rows = [
            {"unit": unit, "kind": kind, "day": day, "known_from": since}
            for (unit, kind, day), since in sorted(first.items())
        ]
        carry_out(self._connection, _upsert(self._connection.dialect.name, self._table), rows)


class FeedsAnew(FeedChanges):
    """Feeds as a rebuild notes them, apart from those that are read until everybody is gone through."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, feeds_anew)

    def begin(self) -> None:
        """Nothing is noted yet."""
        self._connection.execute(delete(feeds_anew))

    def take_over(self, begun: datetime) -> None:
        """Let what was noted since a rebuild began be what is known, and what came in beside it."""
        on_sqlite = self._connection.dialect.name == "sqlite"
        insert = (sqlite if on_sqlite else postgresql).insert(feeds)
        told = insert.from_select(list(feeds.c.keys()), select(feeds_anew).where(true()))
        is_old = feeds.c.known_from < begun
        anew = told.on_conflict_do_update(
            index_elements=_WHICH,
            set_={"known_from": insert.excluded.known_from},
            where=is_old | (feeds.c.known_from > insert.excluded.known_from),
        )
        self._connection.execute(delete(feeds).where(is_old, ~_IS_NOTED))
        self._connection.execute(anew)
        self.begin()


_LAST_DAYS: Final[Select[Any]] = (
    select(feeds.c.unit, feeds.c.kind, func.max(feeds.c.day))
    .where(feeds.c.day <= bindparam("until"))
    .group_by(feeds.c.unit, feeds.c.kind)
)
_WHICH: Final = ("unit", "kind", "day")
_IS_NOTED: Final = exists().where(*(feeds_anew.c[name] == feeds.c[name] for name in _WHICH))


@cache
def _upsert(backend: str, table: Table) -> Any:
    """Note a day, unless it is known as early: PostgreSQL would lock a row that it leaves as it is, too."""
    insert = (sqlite if backend == "sqlite" else postgresql).insert(table)
    told = {one.name: bindparam(one.name, type_=one.type) for one in table.c}
    same_day = (table.c[name] == told[name] for name in _WHICH)
    is_known = exists().where(*same_day, table.c.known_from <= told["known_from"])
    return insert.from_select(
        list(told), select(*told.values()).where(~is_known)
    ).on_conflict_do_update(
        index_elements=_WHICH,
        set_={"known_from": insert.excluded.known_from},
        where=table.c.known_from > insert.excluded.known_from,
    )
