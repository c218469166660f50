"""Marks of a deployment: that its people are invented, which definitions it has published."""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from service.storage.tables.operation import deployment
from service.storage.transaction import Transaction


class Marks:
    """Marks as a reader sees them: they are about no one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def value(self, name: str) -> str:
        """What a mark says; empty where it is not there."""
        return self._connection.execute(_VALUE, {"of": name}).scalar() or ""


class MarkChanges(Marks):
    """Marks as a transaction changes them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)

    def put(self, name: str, value: str) -> None:
        """Let a mark say this and nothing else."""
        self._connection.execute(_REMOVAL, {"of": name})
        self._connection.execute(insert(deployment), {"key": name, "value": value})


_VALUE: Final = select(deployment.c.value).where(deployment.c.key == bindparam("of"))
_REMOVAL: Final = delete(deployment).where(deployment.c.key == bindparam("of"))
