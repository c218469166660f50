"""Whose turn it is to write on SQLite, where one transaction writes at a time.

SQLite itself asks again after 1, 2, 5 and up to 100 ms (sqlite3.c, `sqliteDefaultBusyCallback`): the
lock would lie idle for as long as a transaction takes. So we ask in short steps.
"""

import sqlite3
from time import sleep
from typing import Final

_FIRST_STEP_SECONDS: Final = 0.0005
_LONGEST_STEP_SECONDS: Final = 0.005
_GROWTH: Final = 1.1


def begin_in_turn(connection: sqlite3.Connection, *, within_seconds: float) -> None:
    """Begin a transaction that writes, once no other one does; sqlite3's own error where that takes longer.

    The connection must not wait by itself (`busy_timeout` 0).
    """
    step, waited = _FIRST_STEP_SECONDS, 0.0
    while not _begun(connection, may_wait=waited < within_seconds):
        sleep(step)
        waited += step
        step = min(step * _GROWTH, _LONGEST_STEP_SECONDS)


def _begun(connection: sqlite3.Connection, *, may_wait: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if may_wait and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
