"""One-time links and sessions: used once, over when they expire, never kept in the clear."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from service.domain.access import Identity, Role
from service.storage.database import Storage
from service.storage.tables.access import sessions, sign_in_links
from tests.storage.builders import at, writing

NURSE = Identity(Role.CLINICIAN, subject="nurse", unit="hattula")
PATIENT = Identity(Role.PATIENT, patient="p1")
SECRET = "a long and random secret"


@pytest.fixture
def offered(storage):
    """A storage in which a link for a nurse is valid for ten minutes."""
    with writing(storage) as work:
        work.sign_in.offer(SECRET, NURSE, expires_at=at(10))
    return storage


def use(storage: Storage, minutes: int, secret: str = SECRET) -> Identity | None:
    with writing(storage, minutes) as work:
        return work.sign_in.use(secret)


def test_a_link_signs_in_once(offered):
    assert use(offered, 1) == NURSE
    assert use(offered, 2) is None


@pytest.mark.parametrize(("minutes", "signs_in"), [(9, True), (10, False), (11, False)])
def test_a_link_is_of_no_use_from_when_it_expires(offered, minutes, signs_in):
    assert (use(offered, minutes) == NURSE) is signs_in


def test_an_unknown_link_signs_nobody_in(offered):
    assert use(offered, 1, secret="guessed") is None


def test_of_two_uses_at_the_same_moment_one_wins(database_url):
    storage = Storage(database_url)
    with writing(storage) as work:
        work.sign_in.offer(SECRET, NURSE, expires_at=at(10))

    def use_once(_: int) -> Identity | None:
        own = Storage(database_url)
        used = use(own, 1)
        own.close()
        return used

    with ThreadPoolExecutor(6) as clients:
        used = list(clients.map(use_once, range(6)))

    storage.close()
    assert used.count(NURSE) == 1
    assert used.count(None) == 5


def test_a_session_stands_for_its_identity_until_it_expires(storage):
    with writing(storage) as work:
        work.sign_in.begin_session(SECRET, PATIENT, expires_at=at(60))

    with storage.read() as view:
        assert view.sign_in.session(SECRET, at=at(59)) == PATIENT
        assert view.sign_in.session(SECRET, at=at(60)) is None
        assert view.sign_in.session("guessed", at=at(1)) is None


def test_a_session_that_was_ended_is_over(storage):
    with writing(storage) as work:
        work.sign_in.begin_session(SECRET, PATIENT, expires_at=at(60))
    with writing(storage, 5) as work:
        work.sign_in.end_session(SECRET)

    with storage.read() as view:
        assert view.sign_in.session(SECRET, at=at(6)) is None


@pytest.mark.parametrize("table", [sign_in_links, sessions])
def test_no_secret_is_kept(offered, table):
    with writing(offered) as work:
        work.sign_in.begin_session(SECRET, NURSE, expires_at=at(60))

    with offered.engine.connect() as connection:
        rows = connection.execute(select(table)).all()
    assert len(rows) == 1
    assert SECRET not in str(rows)


def test_what_has_expired_is_removed_when_somebody_else_comes(offered):
    with writing(offered, 9) as work:
        work.sign_in.begin_session("the first session", NURSE, expires_at=at(20))
        work.sign_in.offer("the second link", PATIENT, expires_at=at(19))
    with writing(offered, 25) as work:
        work.sign_in.offer("the third link", PATIENT, expires_at=at(35))
        work.sign_in.begin_session("the second session", PATIENT, expires_at=at(60))

    with offered.engine.connect() as connection:
        assert len(connection.execute(select(sign_in_links)).all()) == 1
        assert len(connection.execute(select(sessions)).all()) == 1
