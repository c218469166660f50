"""Feeds: which kinds of results came from which unit's senders on which day.

What tells "not known" from "not done": a source that has been silent since could not have told us.
About units, not people: every role may read them.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.tables.projection import feeds
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

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def record(self, fed: Iterable[tuple[str, str, date]]) -> None:
        """Note that a unit's senders sent kinds of results of these days: (unit, kind, day).

        Best done last in a transaction: others who feed the same wait from here until its end.
        """
        rows = [
            {"unit": unit, "kind": kind, "day": day, "last_at": self._transaction.at}
            for unit, kind, day in sorted(set(fed))
        ]
        if rows:
            self._connection.execute(_upsert(self._connection.dialect.name), rows)


_LAST_DAYS: Final[Select[Any]] = (
    select(feeds.c.unit, feeds.c.kind, func.max(feeds.c.day))
    .where(feeds.c.day <= bindparam("until"))
    .group_by(feeds.c.unit, feeds.c.kind)
)


@cache
def _upsert(backend: str) -> Any:
    insert = (sqlite if backend == "sqlite" else postgresql).insert(feeds)
    return insert.on_conflict_do_update(
        index_elements=[feeds.c.unit, feeds.c.kind, feeds.c.day],
        set_={"last_at": insert.excluded.last_at},
        where=feeds.c.last_at < insert.excluded.last_at,
    )
