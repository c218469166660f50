"""On SQLite one transaction writes at a time; the others come in turn."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from service.domain.errors import Collision
from service.storage.turns import begin_in_turn, turn_at

PAGE = 4096
LOG_PAGES = 20


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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a log that is copied into it from twenty pages on."""
    file = tmp_path / "turns.sqlite"
    connection = a_connection(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE told (body BLOB)")
    connection.close()
    return file


def test_a_turn_is_taken_as_soon_as_the_other_one_has_ended(file) -> None:
    taken: list[str] = []

    def take() -> None:
        with turn_at(file, within_seconds=20):
            taken.append("second")

    waiting = Thread(target=take)
    with turn_at(file, within_seconds=20):
        waiting.start()
        waiting.join(timeout=0.02)
        taken.append("first")
    waiting.join(timeout=20)
    assert taken == ["first", "second"]


def test_who_waits_too_long_for_a_turn_collides(file) -> None:
    with (
        turn_at(file, within_seconds=20),
        pytest.raises(Collision),
        turn_at(file, within_seconds=0.002),
    ):
        raise AssertionError


def test_a_turn_belongs_to_whom_the_database_belongs(file) -> None:
    file.chmod(0o660)
    with turn_at(file, within_seconds=20):
        beside = Path(f"{file}-turn").stat()
    there = file.stat()
    assert (beside.st_uid, beside.st_gid) == (there.st_uid, there.st_gid)
    assert beside.st_mode & 0o777 == 0o660


def test_the_log_is_begun_anew_however_many_write_without_a_pause(file) -> None:
    def write(times: int) -> None:
        connection = a_connection(file)
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        for _ in range(times):
            with turn_at(file, within_seconds=20):
                begin_in_turn(connection, within_seconds=20)
                connection.execute("INSERT INTO told VALUES (zeroblob(3000))")
                connection.execute("COMMIT")

    keeping = a_connection(file)  # whoever closes the last connection removes the log
    keeping.execute("SELECT * FROM told")
    with ThreadPoolExecutor(3) as writers:
        list(writers.map(write, [40] * 3))
    assert Path(f"{file}-wal").stat().st_size < 2 * LOG_PAGES * PAGE
    assert keeping.execute("SELECT count(*) FROM told").fetchone() == (120,)
