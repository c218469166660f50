"""Transactions: all or nothing, a full disk, collisions, and what a reader cannot do."""

import sqlite3
from datetime import UTC, datetime
from multiprocessing import get_context

import psycopg
import pytest
from psycopg import errors as postgres
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service.domain.errors import Collision, Conflict, StorageFull, UnknownVersion
from service.storage.database import ATTEMPTS, Storage
from service.storage.engines import database_url
from service.storage.failure import in_our_words
from service.storage.repositories import Work
from service.storage.tables.record import patients, transactions
from tests.storage.builders import NOON, SYSTEM, a_reading, at, keep, stamp, writing


def test_a_transaction_leaves_its_number_instant_actor_and_request(storage):
    with writing(storage, 5) as work:
        number = work.transaction.tx

    with storage.engine.connect() as connection:
        row = connection.execute(select(transactions)).one()
    assert (row.tx, row.at, row.actor, row.request) == (number, at(5), "tests", "a-request")


def test_on_postgresql_a_transaction_leaves_its_own_number_too(databases):
    storage = Storage(databases.fresh("postgresql"))
    with writing(storage) as work:
        asked = text("SELECT pg_current_xact_id()::text::bigint")
        own = work.transaction.connection.execute(asked).scalar_one()

    with storage.engine.connect() as connection:
        assert connection.execute(select(transactions.c.xid)).scalar_one() == own
    storage.close()


class Interrupted(Exception):
    """What a workflow may raise in the middle of its work."""


def test_nothing_is_kept_of_a_transaction_that_fails(storage):
    def stop_halfway(work):
        work.patients.lock(["p1"])
        work.resources.add(a_reading("a1", about="p1"), stamp)
        raise Interrupted

    with pytest.raises(Interrupted):
        storage.carry_out(stop_halfway, actor="tests", request="half", at=NOON)

    with storage.engine.connect() as connection:
        assert connection.execute(select(transactions)).all() == []
        assert connection.execute(select(patients)).all() == []
    with storage.read() as view:
        assert view.resources.find("Observation", "a1", viewer=SYSTEM) is None


def test_who_reads_cannot_write(storage):
    keep(storage, a_reading("a1"))

    with pytest.raises(DBAPIError), storage.read() as view:
        view.resources._connection.execute(text("DELETE FROM resources"))


def test_a_reader_sees_what_is_committed_and_nothing_else(storage):
    with writing(storage) as work, storage.read() as view:
        work.resources.add(a_reading("a1"), stamp)
        before = view.resources.find("Observation", "a1", viewer=SYSTEM)
        work.transaction.connection.commit()
        after = view.resources.find("Observation", "a1", viewer=SYSTEM)

    assert before is None
    assert after is not None


def test_a_full_sqlite_database_is_said_to_be_full_and_nothing_is_half_stored(databases):
    storage = Storage(databases.fresh("sqlite"))
    keep(storage, a_reading("a0"))

    def fill(work):
        connection = work.transaction.connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
        readings = [a_reading(f"a{number}", body={"text": "x" * 2000}) for number in range(1, 90)]
        work.resources.add_many(readings, stamp)

    with pytest.raises(StorageFull):
        storage.carry_out(fill, actor="tests", request="fill", at=NOON)

    with storage.read() as view:
        found = view.resources.find_many("Observation", ["a0", "a1"], viewer=SYSTEM)
        assert list(found) == ["a0"]
    storage.close()


def test_what_postgresql_raises_when_it_is_full_is_said_to_be_full(databases):
    storage = Storage(databases.fresh("postgresql"))

    def fill(work):
        raises = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"
        work.transaction.connection.exec_driver_sql(raises)

    with pytest.raises(StorageFull) as refusal:
        storage.carry_out(fill, actor="tests", request="fill", at=NOON)

    assert isinstance(refusal.value.__cause__, DBAPIError)
    assert isinstance(refusal.value.__cause__.orig, postgres.DiskFull)
    storage.close()


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (postgres.DiskFull(), StorageFull),
        (OSError(28, "No space left on device"), StorageFull),
        (postgres.SerializationFailure(), Collision),
        (postgres.DeadlockDetected(), Collision),
        (postgres.LockNotAvailable(), Collision),
        (postgres.UniqueViolation(), Conflict),
        (sqlite3.IntegrityError(), sqlite3.IntegrityError),
        (psycopg.OperationalError(), psycopg.OperationalError),
        (sqlite3.OperationalError(), sqlite3.OperationalError),
        (FileNotFoundError(), FileNotFoundError),
    ],
)
def test_what_a_driver_raises_is_told_in_our_words_or_as_it_is(raised, told):
    with pytest.raises(told), in_our_words():
        raise raised


def test_a_change_that_collides_is_carried_out_again(storage):
    turns = [_deadlock, _nothing]

    def collide_once(work):
        work.resources.add(a_reading("a1"), stamp)
        turns.pop(0)()
        return "done"

    done = storage.carry_out(collide_once, actor="tests", request="again", at=NOON)

    assert (done, turns) == ("done", [])
    with storage.read() as view:
        assert view.resources.read("Observation", "a1", viewer=SYSTEM).version == 1


def _deadlock():
    raise postgres.DeadlockDetected


def _nothing():
    pass


def test_a_change_that_always_collides_is_a_conflict(storage):
    attempts = []

    def collide(work):
        attempts.append(work)
        raise postgres.SerializationFailure

    with pytest.raises(Conflict):
        storage.carry_out(collide, actor="tests", request="again", at=NOON)
    assert len(attempts) == ATTEMPTS


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_opens_connections_of_its_own(storage):
    keep(storage, a_reading("a1"))

    child = get_context("fork").Process(target=_read_a1, args=(storage, storage.engine))
    child.start()
    child.join()

    assert child.exitcode == 0
    assert keep(storage, a_reading("a2"))[0].version == 1


def _read_a1(storage, engine_of_parent):
    assert storage.engine is not engine_of_parent
    with storage.read() as view:
        view.resources.read("Observation", "a1", viewer=SYSTEM)


def test_a_sqlite_transaction_locks_at_its_start(databases):
    storage = Storage(databases.fresh("sqlite"))
    other = sqlite3.connect(storage.engine.url.database or "", timeout=0)

    with storage.engine.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")

    other.close()
    storage.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql+pymysql://host/name"])
def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match="PostgreSQL or a SQLite file"):
        database_url(url)


def test_no_value_stands_in_an_error_message(storage):
    with pytest.raises(DBAPIError) as failure, writing(storage) as work:
        work.transaction.connection.execute(
            text("SELECT secret FROM nowhere WHERE id = :id"), {"id": "somebody"}
        )

    assert "somebody" not in str(failure.value)


def test_keys_are_never_given_twice_on_postgresql(databases):
    url = databases.fresh("postgresql")
    one, other = Storage(url), Storage(url)
    at_noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    for number, storage in enumerate([one, other, one, other]):
        with storage.write(actor="tests", request="keys", at=at_noon) as work:
            readings = [a_reading(f"r{number}-{place}") for place in range(600)]
            work.resources.add_many(readings, stamp)

    with one.engine.connect() as connection:
        keys = connection.execute(text("SELECT resource FROM resources")).scalars().all()
    assert len(keys) == len(set(keys)) == 2400
    one.close()
    other.close()


def test_a_change_that_meets_a_version_published_since_it_began_is_tried_again(storage):
    tried: list[int] = []

    def change(work: Work) -> int:
        tried.append(work.transaction.tx)
        if len(tried) == 1:
            raise UnknownVersion
        return tried[-1]

    stored = storage.carry_out(change, actor="tests", request="", at=NOON)

    assert (len(tried), stored) == (2, tried[-1])
