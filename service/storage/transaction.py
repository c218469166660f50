"""One writing transaction: its number and instant, the keys it gives, the people it has locked."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Sequence,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from service.clock import SystemClock
from service.domain.marks import PROTOCOLS
from service.storage.compiled import read_together
from service.storage.engines import LOCK_TIMEOUT_SECONDS
from service.storage.rows import Row, Rows, insert_rows
from service.storage.tables.columns import KEY_BLOCK, Instant
from service.storage.tables.operation import deployment
from service.storage.tables.projection import follow_up_keys, follow_ups
from service.storage.tables.record import (
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


@dataclass(slots=True)
class Transaction:
    """What a change is made in: number `tx`, instant `at`, and the people locked so far, by id.

    `mark` is that of the newest publication of a protocol, its own or the last when it began.
    """

    connection: Connection
    tx: int
    at: datetime
    keys: Keys
    locked: dict[str, int] = field(default_factory=dict)
    waiting: defaultdict[Table, list[Row]] | None = None
    mark: str = ""

    def insert(self, rows: Rows) -> None:
        """Insert rows: now, or with others at the end of what is done together."""
        if self.waiting is None:
            insert_rows(self.connection, rows)
            return
        for table, given in rows.items():
            self.waiting[table] += given

    @contextmanager
    def together(self) -> Iterator[None]:
        """Insert all new rows at once after the body, which must not ask for them."""
        self.waiting = defaultdict(list)
        try:
            yield
            rows = self.waiting
        finally:
            self.waiting = None
        insert_rows(self.connection, rows)

    def follow_on(self, changed_at: datetime | None) -> None:
        """Let the instant come after that of an earlier change about the same people."""
        if changed_at is not None and changed_at >= self.at:
            self.at = changed_at + _NEXT
            self.connection.execute(_MOVE_ON, {"of": self.tx, "at": self.at})

    def record_keys(self, count: int) -> list[int]:
        """Keys for resources and versions; a resource bears the key of its first version."""
        return self.keys.take(self.connection, record_keys, count)

    def follow_up_keys(self, count: int) -> list[int]:
        """Keys for follow-ups."""
        return self.keys.take(self.connection, follow_up_keys, count)

    def patient_keys(self, count: int) -> list[int]:
        """Keys for people."""
        return self.keys.take(self.connection, patient_keys, count)


def begin(
    connection: Connection,
    keys: Keys,
    *,
    actor: str,
    request: str,
    at: datetime,
    history: bool = False,
) -> Transaction:
    """Leave the transaction's row; on PostgreSQL with its own number for those who read later.

    Its instant is not before its start, so that what is known at an instant stays what it was: on
    SQLite it has waited for its turn by then, on PostgreSQL readers see since when it has been running.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    started = SystemClock().now() if on_sqlite else connection.execute(_STARTED).scalar_one()
    # An instant further back is not of this moment: the clock was set.
    if at < started <= at + _LONGEST_WAIT:
        at = started
    if on_sqlite and abs(started - at) <= _LONGEST_WAIT:
        at = _after_the_last(connection, at)
    statement = _BEGIN_ON_SQLITE if on_sqlite else _BEGIN_ON_POSTGRESQL
    given = {"at": at, "actor": actor, "request": request, "history": history}
    tx, mark = connection.execute(statement, given).one()
    return Transaction(connection, tx, at, keys, mark=mark or "")


def _after_the_last(connection: Connection, at: datetime) -> datetime:
    """An instant of this moment in a millisecond that no transaction is known from: clients see no more."""
    [[row]] = read_together(connection, [_LAST], {})
    last: datetime | None = row[0]
    if last is None:
        return at
    begun = timedelta(microseconds=last.microsecond % _IN_A_MILLISECOND)
    following = last - begun + _MILLISECOND
    return following if at < following <= at + _LONGEST_WAIT else at


def settled(connection: Connection) -> ColumnElement[bool]:
    """Whether no writer that still runs began before a transaction, so that none can come before it.

    On SQLite a writer is alone. On PostgreSQL one that began earlier may commit later; a number from
    beyond the snapshot was given by another cluster, of which a copy was restored here.
    """
    return true() if connection.dialect.name == "sqlite" else _SETTLED


_SNAPSHOT: Final = func.pg_current_snapshot()
_SETTLED: Final[ColumnElement[bool]] = or_(
    transactions.c.xid < cast(cast(func.pg_snapshot_xmin(_SNAPSHOT), Text), BigInteger),
    transactions.c.xid >= cast(cast(func.pg_snapshot_xmax(_SNAPSHOT), Text), BigInteger),
)
_LONGEST_WAIT: Final = timedelta(seconds=2 * LOCK_TIMEOUT_SECONDS)
_STARTED: Final = select(func.transaction_timestamp())
_IN_A_MILLISECOND: Final = 1_000
_MILLISECOND: Final = timedelta(milliseconds=1)
_LAST: Final = select(func.max(transactions.c.at, type_=Instant))
_NEXT: Final = timedelta(microseconds=1)
_MOVE_ON: Final = update(transactions).where(transactions.c.tx == bindparam("of"))
# Asked with what begins a transaction, the mark costs no round trip of its own.
_MARK: Final = select(deployment.c.value).where(deployment.c.key == PROTOCOLS).scalar_subquery()
_BEGIN_ON_SQLITE: Final = insert(transactions).values(xid=0).returning(transactions.c.tx, _MARK)
_BEGIN_ON_POSTGRESQL: Final = (
    insert(transactions)
    .values(xid=cast(cast(func.pg_current_xact_id(), Text), BigInteger))
    .returning(transactions.c.tx, _MARK)
)


_HIGHEST: Final[Mapping[Sequence, Select[int]]] = {
    record_keys: select(func.coalesce(func.max(versions.c.version_key), 0)),
    patient_keys: select(func.coalesce(func.max(patients.c.patient), 0)),
    follow_up_keys: select(func.coalesce(func.max(follow_ups.c.follow_up), 0)),
}


class CountedKeys:
    """Keys on SQLite, where a writing transaction is alone: one more than the highest there is."""

    def __init__(self) -> None:
        self._next: dict[Sequence, int] = {}

    def take(self, connection: Connection, sequence: Sequence, count: int) -> list[int]:
        """So many keys after the highest."""
        if sequence not in self._next:
            [[row]] = read_together(connection, [_HIGHEST[sequence]], {})
            self._next[sequence] = row[0] + 1
        first = self._next[sequence]
        self._next[sequence] = first + count
        return list(range(first, first + count))


class BlockKeys:
    """Keys on PostgreSQL: a process takes blocks and numbers from them without a round trip."""

    def __init__(self) -> None:
        self._free: defaultdict[Sequence, deque[int]] = defaultdict(deque)
        self._lock = Lock()

    def take(self, connection: Connection, sequence: Sequence, count: int) -> list[int]:
        """So many keys of the blocks that this process holds."""
        with self._lock:
            free = self._free[sequence]
            missing = -(-(count - len(free)) // KEY_BLOCK)
            if missing > 0:
                blocks = select(sequence.next_value()).select_from(func.generate_series(1, missing))
                for first in connection.execute(blocks).scalars():
                    free.extend(range(first, first + KEY_BLOCK))
            return [free.popleft() for _ in range(count)]
