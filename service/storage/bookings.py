"""Bookings: which follow-ups of a person have an appointment, and when it is; each with when we knew it.

A booking that its appointment no longer tells is not deleted: from then on it is no longer known.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, select, update

from service.domain.record import Booked
from service.storage.rows import insert_rows
from service.storage.tables.columns import OPEN
from service.storage.tables.projection import bookings
from service.storage.transaction import Transaction


class BookingChanges:
    """Bookings as a transaction changes them; the person must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._transaction = transaction

    def replace(
        self,
        patient: int,
        source: str,
        booked: Sequence[Booked],
        *,
        known: datetime | None = None,
    ) -> None:
        """Let an appointment be booked for these, and for nothing else.

        `known` is the instant from which that counts as known, for a load of history; else it is
        this transaction's. It is not before what it takes the place of was known.
        """
        given = {"of": patient, "from_source": source}
        standing = {
            Booked(row.at, row.follow_up_id, row.activity): row.known_from
            for row in self._connection.execute(_STANDING, given)
        }
        gone = {one: since for one, since in standing.items() if one not in booked}
        new = [one for one in booked if one not in standing]
        at = self._transaction.at
        if known and new:
            at = max([known, *(since + _NEXT for since in gone.values())])
        self._end(given, gone, at)
        insert_rows(
            self._connection, {bookings: [(patient, source, *one, at, OPEN) for one in new]}
        )

    def _end(self, given: dict[str, Any], gone: Iterable[Booked], at: datetime) -> None:
        for _, follow_up, activity in gone:
            which = {**given, "follow_up": follow_up, "for_activity": activity}
            self._connection.execute(_NEVER_KNOWN, {**which, "since": at})
            self._connection.execute(_NO_LONGER, {**which, "known_to": at})


_NEXT: Final = timedelta(microseconds=1)
_OF_SOURCE: Final = and_(
    bookings.c.patient == bindparam("of"),
    bookings.c.source == bindparam("from_source"),
    bookings.c.known_to == OPEN,
)
_STANDING: Final = select(bookings).where(_OF_SOURCE)
_THIS: Final = and_(
    _OF_SOURCE,
    bookings.c.follow_up_id == bindparam("follow_up"),
    bookings.c.activity == bindparam("for_activity"),
)
_NEVER_KNOWN: Final = delete(bookings).where(
    _THIS, bookings.c.known_from >= bindparam("since", type_=bookings.c.known_from.type)
)
_NO_LONGER: Final = update(bookings).where(_THIS)
