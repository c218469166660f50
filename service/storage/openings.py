"""Who has whom open: seen by others for some minutes, and no part of the record."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from service.domain.access import Role
from service.domain.outreach import OPEN_FOR, Opening
from service.storage.rows import insert_rows
from service.storage.tables.outreach import openings
from service.storage.transaction import Transaction


class Openings:
    """Who has whom open, as others see it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_others(self, keys: Iterable[int], who: str, *, at: datetime) -> dict[int, Opening]:
        """Who else opened these people last, in the minutes up to an instant, by their keys."""
        given = {"keys": list(keys), "who_asks": who, "since": at - OPEN_FOR}
        rows = self._connection.execute(_OF_OTHERS, given)
        return {row.patient: Opening(row.who, Role(row.role), row.at) for row in rows}


class OpeningChanges:
    """Who has whom open, as a transaction changes it."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._transaction = transaction

    def open(self, patient: int, opening: Opening, unit: str) -> None:
        """Let a person be open with somebody; what is over is forgotten."""
        self._connection.execute(_OVER, {"since": opening.at - OPEN_FOR})
        self.close(patient, opening.who)
        row = (patient, opening.who, opening.role.value, unit, opening.at)
        insert_rows(self._connection, {openings: [row]})

    def close(self, patient: int, who: str) -> None:
        """Let a person no longer be open with somebody."""
        self._connection.execute(_CLOSE, {"of": patient, "by": who})


_SINCE: Final = bindparam("since", type_=openings.c.at.type)
_OF_OTHERS: Final = (
    select(openings)
    .where(
        openings.c.patient.in_(bindparam("keys", expanding=True)),
        openings.c.who != bindparam("who_asks"),
        openings.c.at > _SINCE,
    )
    .order_by(openings.c.patient, openings.c.at)
)
_OVER: Final = delete(openings).where(openings.c.at <= _SINCE)
_CLOSE: Final = delete(openings).where(
    openings.c.patient == bindparam("of"), openings.c.who == bindparam("by")
)
