"""Received, not counted: results that could have closed something and did not, with the reason."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from service.domain.access import Role, Viewer
from service.domain.record import NotCounted, NotCountedReason, SenderCount
from service.storage.access import bound, visible
from service.storage.rows import delete_rows, insert_rows
from service.storage.tables.projection import not_counted
from service.storage.transaction import Transaction


class NotCountedResults:
    """Results that did not count, as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, patient: int, *, viewer: Viewer) -> list[tuple[str, NotCounted]]:
        """What of a person's results did not count, each with its source."""
        rows = self._connection.execute(_of(viewer.role), {"patient": patient, **bound(viewer)})
        return [
            (source, NotCounted(NotCountedReason(reason), code, sender))
            for source, reason, code, sender in rows
        ]

    def by_sender(self, *, viewer: Viewer) -> list[SenderCount]:
        """Which codes of which senders did not count and how often, most often first."""
        rows = self._connection.execute(_by_sender(viewer.role), bound(viewer))
        return [
            SenderCount(sender, code, NotCountedReason(reason), results)
            for sender, code, reason, results in rows
        ]


class NotCountedChanges(NotCountedResults):
    """Results that did not count, as a transaction changes them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._tx = transaction.tx

    def replace(self, patient: int, source: str, results: Sequence[NotCounted]) -> None:
        """Let a source have these results that did not count, and no others."""
        delete_rows(self._connection, [not_counted], {"patient": patient, "source": source})
        self.add_many((patient, source, result) for result in results)

    def add_many(self, results: Iterable[tuple[int, str, NotCounted]]) -> None:
        """Add results of sources that had none before: the person's key, the source, the result."""
        once = dict.fromkeys(results)
        rows = [
            (patient, source, reason.value, code, sender, self._tx)
            for patient, source, (reason, code, sender) in once
        ]
        insert_rows(self._connection, {not_counted: rows})


@cache
def _of(role: Role) -> Select[Any]:
    columns = not_counted.c
    return (
        select(columns.source, columns.reason, columns.code, columns.sender)
        .where(columns.patient == bindparam("patient"), visible(role, columns.patient))
        .order_by(columns.source, columns.reason, columns.code, columns.sender)
    )


@cache
def _by_sender(role: Role) -> Select[Any]:
    columns = not_counted.c
    group = (columns.sender, columns.code, columns.reason)
    often = func.count().desc()
    seen = visible(role, columns.patient)
    return select(*group, func.count()).where(seen).group_by(*group).order_by(often, *group)
