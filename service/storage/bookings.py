"""Bookings: which follow-ups of a person have an appointment, and when it is; each with when we knew it.

A booking that its appointment no longer tells is not deleted: from then on it is no longer known.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
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

    def replace(self, patient: int, source: str, booked: Sequence[Booked]) -> None:
        """Let an appointment be booked for these, and for nothing else."""
        given = {"of": patient, "from_source": source}
        standing = {
            Booked(row.at, row.follow_up_id, row.activity)
            for row in self._connection.execute(_STANDING, given)
        }
        if gone := standing - set(booked):
            self._end(given, gone)
        self.add_many((patient, source, one) for one in booked if one not in standing)

    def add_many(self, booked: Iterable[tuple[int, str, Booked]]) -> None:
        """Add bookings of appointments that had none before."""
        since: tuple[datetime, datetime] = (self._transaction.at, OPEN)
        rows = [(patient, source, *one, *since) for patient, source, one in booked]
        insert_rows(self._connection, {bookings: rows})

    def _end(self, given: dict[str, Any], gone: Iterable[Booked]) -> None:
        for _, follow_up, activity in gone:
            which = {**given, "follow_up": follow_up, "for_activity": activity}
            at = self._transaction.at
            self._connection.execute(_NEVER_KNOWN, {**which, "since": at})
            self._connection.execute(_NO_LONGER, {**which, "known_to": at})


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
