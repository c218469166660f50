"""What a database driver raises, in the domain's words: no room, a collision, a key taken twice."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError

from service.domain.errors import Collision, Conflict, StorageFull

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_POSTGRES_COLLISIONS = (
    postgres.SerializationFailure,
    postgres.DeadlockDetected,
    postgres.LockNotAvailable,
)
_SQLITE_TAKEN = frozenset({sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE})
_TWICE = "Another resource or row with the same identity is stored already."
_PRIMARY_CODE = 0xFF  # SQLite adds detail in the higher bits of its result codes


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise StorageFull, Collision or Conflict for what the driver raises; the rest as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, psycopg.Error, OSError) as error:
        original = _original(error)
        if _is_taken(original):
            raise Conflict(_TWICE) from None  # the driver names the key, which may be a person's
        ours = _translated(original)
        if ours is None:
            raise
        raise ours from error


def _original(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _translated(error: BaseException | None) -> StorageFull | Collision | None:
    if _is_full(error):
        return StorageFull()
    return Collision() if _is_collision(error) else None


def _is_taken(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) in _SQLITE_TAKEN
    return isinstance(error, postgres.UniqueViolation)


def _is_full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) == sqlite3.SQLITE_FULL
    return isinstance(error, postgres.DiskFull) or (
        isinstance(error, OSError) and error.errno in _NO_ROOM
    )


def _is_collision(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_BUSY
    return isinstance(error, _POSTGRES_COLLISIONS)


def _sqlite_code(error: sqlite3.Error) -> int:
    # An error that the module raises by itself carries no code.
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
