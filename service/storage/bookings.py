"""Bookings: which follow-ups of a person have an appointment, and when it is."""

from collections.abc import Iterable, Sequence

from service.domain.record import Booked
from service.storage.rows import delete_rows, insert_rows
from service.storage.tables.projection import bookings
from service.storage.transaction import Transaction


class BookingChanges:
    """Bookings as a transaction changes them; the person must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def replace(self, patient: int, source: str, booked: Sequence[Booked]) -> None:
        """Let an appointment be booked for these, and for nothing else."""
        delete_rows(self._connection, [bookings], {"patient": patient, "source": source})
        self.add_many((patient, source, one) for one in booked)

    def add_many(self, booked: Iterable[tuple[int, str, Booked]]) -> None:
        """Add bookings of appointments that had none before."""
        rows = [(patient, source, *one) for patient, source, one in booked]
        insert_rows(self._connection, {bookings: rows})
