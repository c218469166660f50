"""Whose turn it is to write on SQLite, where one transaction writes at a time.

SQLite itself asks again after 1, 2, 5 and up to 100 ms (sqlite3.c, `sqliteDefaultBusyCallback`): the
lock would lie idle for as long as a transaction takes. So we ask in short steps.

What SQLite lets go at a commit is not yet all of it: whoever finds the log long copies it into the
database then. A writer that begins meanwhile keeps the log from being begun anew (sqlite.org/wal.html,
"Avoiding Excessively Large WAL Files"), so that each further commit copies and waits for the disk
twice more. So a turn ends after the copying; a lock on a file beside the database holds it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import sleep
from typing import Final

from service.domain.errors import Collision

_FIRST_STEP_SECONDS: Final = 0.00025
_LONGEST_STEP_SECONDS: Final = 0.005
_GROWTH: Final = 1.04
_READ_AND_WRITTEN: Final = 0o666


@contextmanager
def turn_at(database: Path, *, within_seconds: float) -> Iterator[None]:
    """Hold the turn among all who write to a database this way; Collision where that takes longer."""
    file = _beside(database)
    try:
        if not _in_short_steps(partial(_is_held, file), within_seconds):
            raise Collision
        yield
    finally:
        os.close(file)


def begin_in_turn(connection: sqlite3.Connection, *, within_seconds: float) -> None:
    """Begin a transaction that writes, once no other one does; sqlite3's own error where that takes longer.

    The connection must not wait by itself (`busy_timeout` 0).
    """
    if not _in_short_steps(partial(_has_begun, connection), within_seconds):
        connection.execute("BEGIN IMMEDIATE")


def _in_short_steps(is_done: Callable[[], bool], within_seconds: float) -> bool:
    """Ask until it is done; False where it is not within the time."""
    step, waited = _FIRST_STEP_SECONDS, 0.0
    while not is_done():
        if waited >= within_seconds:
            return False
        sleep(step)
        waited += step
        step = min(step * _GROWTH, _LONGEST_STEP_SECONDS)
    return True


def _beside(database: Path) -> int:
    """The open file on which the lock is; as the database, it belongs to whoever that belongs to."""
    kept = f"{database}-turn"
    try:
        return os.open(kept, os.O_RDONLY)
    except FileNotFoundError:
        file = os.open(kept, os.O_RDONLY | os.O_CREAT)
    there = database.stat()
    os.fchmod(file, there.st_mode & _READ_AND_WRITTEN)
    if os.geteuid() == 0:
        os.fchown(file, there.st_uid, there.st_gid)
    return file


def _is_held(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _has_begun(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
