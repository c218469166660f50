"""Connections to the database: one engine that writes and one that only reads, each its own way.

SQLite: write-ahead log, every commit on the disk, writing transactions that lock at their start
(a transaction that reads first and locks later loses updates). PostgreSQL: READ COMMITTED with
explicit row locks for writing, one statement a snapshot (AUTOCOMMIT) for reading.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from service.storage.turns import begin_in_turn

LOCK_TIMEOUT_SECONDS: Final = 30
# The name under which PostgreSQL shows transactions that change something.
WRITER: Final = "seuranta"
# What begins a reading whose statements all see the same; one that fails ends with its connection's use.
ONE_MOMENT: Final[Mapping[str, str]] = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}
_CACHE_KIBIBYTES: Final = 32 * 1024
# A transaction of twenty resources writes some 400 pages, many of them again and again: at SQLite's
# own 1,000 every third one would copy the log into the file and wait for the disk twice more.
_PAGES_IN_LOG: Final = 8_000
_POSTGRESQL_OPTIONS: Final = f"-c timezone=UTC -c jit=off -c lock_timeout={LOCK_TIMEOUT_SECONDS}s"


def database_url(text: str) -> URL:
    """The URL of a SQLite file or a PostgreSQL database, with the driver that we use.

    Raises ValueError for another database, and for SQLite in memory: two engines cannot share it.
    """
    url = make_url(text)
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or url.database in {None, "", ":memory:"}:
        message = f"the database must be PostgreSQL or a SQLite file, not {backend}"
        raise ValueError(message)
    return url.set(drivername="sqlite+pysqlite")


def writing_engine(url: URL) -> Engine:
    """An engine for transactions that change something."""
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        return _sqlite_engine(url, "PRAGMA busy_timeout = 0", writes=True)
    return _postgresql_engine(url, isolation_level="READ COMMITTED")


def reading_engine(url: URL) -> Engine:
    """An engine that the database itself keeps from changing anything."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, "PRAGMA query_only = ON")
    return _postgresql_engine(
        url,
        "-c default_transaction_read_only=on",
        isolation_level="AUTOCOMMIT",
        name=f"{WRITER}-reading",
    )


def _engine(url: URL, given: Mapping[str, Any], **more: Any) -> Engine:
    # What a statement was about may be a person: it stands in no error message.
    return create_engine(url, connect_args=dict(given), hide_parameters=True, **more)


def _postgresql_engine(url: URL, *options: str, isolation_level: Any, name: str = WRITER) -> Engine:
    given = {
        "application_name": name,
        "options": " ".join((_POSTGRESQL_OPTIONS, *options)),
    }
    return _engine(url, given, isolation_level=isolation_level)


def _sqlite_engine(url: URL, *pragmas: str, writes: bool = False) -> Engine:
    # With isolation_level None the driver begins nothing by itself; we say when and how.
    given = {"isolation_level": None, "timeout": LOCK_TIMEOUT_SECONDS}
    engine = _engine(url, given)

    def prepare(connection: Any, _record: object) -> None:
        for pragma in (*_SQLITE_PRAGMAS, *pragmas):
            connection.execute(pragma)

    def start(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        begin_in_turn(driver, within_seconds=LOCK_TIMEOUT_SECONDS)

    event.listen(engine, "connect", prepare)
    if writes:
        event.listen(engine, "begin", start)
    return engine


_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA wal_autocheckpoint = {_PAGES_IN_LOG}",
    f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}",
)
