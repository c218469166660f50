"""Feeds: which kinds of results came from which unit's senders on which day.

What tells "not known" from "not done": a source that has been silent since could not have told us.
About units, not people: every role may read them.
"""

from collections.abc import Iterable
from datetime import date, datetime
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
        set_={"known_from": insert.excluded.known_from},
        where=feeds.c.known_from > insert.excluded.known_from,
    )
