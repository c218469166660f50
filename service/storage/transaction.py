"""One writing transaction: its number and instant, the keys it may give, the people it has locked."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, Protocol

from sqlalchemy import BigInteger, Connection, Select, Sequence, Text, cast, func, insert, select

from service.storage.tables.record import (
    KEY_BLOCK,
    patient_keys,
    patients,
    record_keys,
    transactions,
    versions,
)


class Keys(Protocol):
    """Where the keys of new rows come from."""

    def take(self, connection: Connection, sequence: Sequence, count: int) -> list[int]:
        """So many keys of a sequence that nobody has or gets."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a change is made in: number `tx`, instant `at`, and the people locked so far, by id."""

    connection: Connection
    tx: int
    at: datetime
    keys: Keys
    locked: dict[str, int] = field(default_factory=dict)

    def record_keys(self, count: int) -> list[int]:
        """Keys for resources and versions; a resource bears the key of its first version."""
        return self.keys.take(self.connection, record_keys, count)

    def patient_keys(self, count: int) -> list[int]:
        """Keys for people."""
        return self.keys.take(self.connection, patient_keys, count)


def begin(
    connection: Connection, keys: Keys, *, actor: str, request: str, at: datetime
) -> Transaction:
    """Leave the transaction's row; on PostgreSQL with its own number for those who read later."""
    on_sqlite = connection.dialect.name == "sqlite"
    statement = _BEGIN_ON_SQLITE if on_sqlite else _BEGIN_ON_POSTGRESQL
    given = {"at": at, "actor": actor, "request": request}
    return Transaction(connection, connection.execute(statement, given).scalar_one(), at, keys)


_BEGIN_ON_SQLITE: Final = insert(transactions).values(xid=0).returning(transactions.c.tx)
_BEGIN_ON_POSTGRESQL: Final = (
    insert(transactions)
    .values(xid=cast(cast(func.pg_current_xact_id(), Text), BigInteger))
    .returning(transactions.c.tx)
)


_HIGHEST: Final[Mapping[Sequence, Select[int]]] = {
    record_keys: select(func.coalesce(func.max(versions.c.version_key), 0)),
    patient_keys: select(func.coalesce(func.max(patients.c.patient), 0)),
}


class CountedKeys:
    """Keys on SQLite, where a writing transaction is alone: one more than the highest there is."""

    def __init__(self) -> None:
        self._next: dict[Sequence, int] = {}

    def take(self, connection: Connection, sequence: Sequence, count: int) -> list[int]:
        """So many keys after the highest."""
        if sequence not in self._next:
            self._next[sequence] = connection.execute(_HIGHEST[sequence]).scalar_one() + 1
        first = self._next[sequence]
        self._next[sequence] = first + count
        return list(range(first, first + count))


class BlockKeys:
    """Keys on PostgreSQL: a process takes blocks and numbers from them without a round trip."""

    def __init__(self) -> None:
        self._free: dict[Sequence, deque[int]] = {record_keys: deque(), patient_keys: deque()}
        self._lock = Lock()

    def take(self, connection: Connection, sequence: Sequence, count: int) -> list[int]:
        """So many keys of the blocks that this process holds."""
        free = self._free[sequence]
        with self._lock:
            missing = -(-(count - len(free)) // KEY_BLOCK)
            if missing > 0:
                blocks = select(sequence.next_value()).select_from(func.generate_series(1, missing))
                for first in connection.execute(blocks).scalars():
                    free.extend(range(first, first + KEY_BLOCK))
            return [free.popleft() for _ in range(count)]
