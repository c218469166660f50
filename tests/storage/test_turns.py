"""On SQLite one transaction writes at a time; the others come in turn."""

import sqlite3
from pathlib import Path
from threading import Thread

import pytest

from service.storage.turns import begin_in_turn


def a_connection(file: Path) -> sqlite3.Connection:
    """A connection that waits for nobody by itself."""
    return sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)


def test_a_transaction_begins_as_soon_as_the_other_one_has_ended(tmp_path) -> None:
    first, second = (a_connection(tmp_path / "turns.sqlite") for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    waiting = Thread(target=begin_in_turn, args=(second,), kwargs={"within_seconds": 20})
    waiting.start()
    waiting.join(timeout=0.02)
    assert not second.in_transaction
    first.execute("COMMIT")
    waiting.join(timeout=20)
    assert second.in_transaction


def test_who_waits_longer_than_allowed_is_told_that_the_database_is_busy(tmp_path) -> None:
    first, second = (a_connection(tmp_path / "turns.sqlite") for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as raised:
        begin_in_turn(second, within_seconds=0.002)
    assert raised.value.sqlite_errorcode == sqlite3.SQLITE_BUSY


def test_what_is_wrong_otherwise_is_told_at_once(tmp_path) -> None:
    connection = a_connection(tmp_path / "turns.sqlite")
    connection.execute("BEGIN")
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        begin_in_turn(connection, within_seconds=20)
