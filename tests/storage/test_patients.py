"""People's keys and locks: two writers on one person follow each other and lose nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.domain.errors import ManyMatches, VersionConflict
from service.domain.record import Stored
from service.domain.search import Criterion, Query, SearchKind, TokenValue
from service.storage.database import Storage
from service.storage.repositories import Work
from service.storage.tables.columns import NO_ONE, SEVERAL
from tests.storage.builders import (
    CODE,
    NOON,
    SYSTEM,
    a_clinician,
    a_fact,
    a_patient,
    a_reading,
    a_token,
    change,
    key_of,
    let_care,
    stamp,
    writing,
)

WRITERS, ROUNDS = 2, 20


def test_people_get_a_key_once(storage):
    with writing(storage) as work:
        first = work.patients.lock(["p2", "p1"])
    with writing(storage) as work:
        second = work.patients.lock(["p1", "p2", "p3"])

    assert first.keys() == {"p1", "p2"}
    assert second | first == second
    assert len(set(second.values())) == 3
    assert min(second.values()) > NO_ONE


def test_locking_nobody_locks_nobody(storage):
    with writing(storage) as work:
        assert work.patients.lock([]) == {}


def test_a_row_stands_under_one_person_no_one_or_several(storage):
    with writing(storage) as work:
        keys = work.patients.lock(["p1", "p2"])

        assert work.patients.key_of(["p1"]) == keys["p1"]
        assert work.patients.key_of(["p1", "p1"]) == keys["p1"]
        assert work.patients.key_of(["p1", "p2"]) == SEVERAL
        assert work.patients.key_of([]) == NO_ONE


def test_keys_are_told_to_those_who_may_see_the_person(storage):
    keys = {id_: key_of(storage, id_) for id_ in ("p1", "p2")}
    let_care(storage, "hattula", "p1")

    with storage.read() as view:
        told = view.patients.keys
        assert told(["p1", "p2", "p9"], viewer=SYSTEM) == keys
        assert told(["p1", "p2"], viewer=a_clinician("hattula")) == {"p1": keys["p1"]}
        assert told(["p1", "p2"], viewer=a_patient("p2")) == {"p2": keys["p2"]}


def count_one_more(storage: Storage, minute: int) -> None:
    """Read a counter that is kept as a fact, and store one more: lost if two read the same."""

    def change(work: Work) -> None:
        patient = work.patients.lock(["p1"])["p1"]
        known = work.evidence.of(patient, viewer=SYSTEM)
        counted = sum(fact.value or 0 for fact in known)
        more = a_fact("count", value=counted + 1, source="Basic/counter")
        work.evidence.replace(patient, "Basic/counter", [more])

    at = NOON + timedelta(minutes=minute)
    storage.carry_out(change, actor="tests", request="count", at=at)


def test_two_writers_on_one_person_lose_no_update(database_url):
    def write(_writer: int) -> None:
        storage = Storage(database_url)
        for minute in range(ROUNDS):
            count_one_more(storage, minute)
        storage.close()

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, range(WRITERS)))

    storage = Storage(database_url)
    with storage.read() as view:
        patient = view.patients.keys(["p1"], viewer=SYSTEM)["p1"]
        (fact,) = view.evidence.of(patient, viewer=SYSTEM)
    storage.close()
    assert fact.value == WRITERS * ROUNDS


def test_writers_who_share_several_people_never_wait_in_a_ring(database_url):
    def write(writer: int) -> None:
        storage = Storage(database_url)
        people = [f"p{number}" for number in range(6)][:: 1 - 2 * (writer % 2)]
        for minute in range(ROUNDS):
            with writing(storage, minute) as work:
                work.patients.lock(people)
                work.patients.lock(people[:3])
        storage.close()

    with ThreadPoolExecutor(4) as writers:
        assert list(writers.map(write, range(4))) == [None] * 4


def test_of_parallel_conditional_creates_one_creates(database_url):
    condition = Criterion(CODE, SearchKind.TOKEN, (TokenValue(None, "4548-4"),))
    query = Query("Observation", (condition,))

    def create(writer: int) -> Stored:
        def change(work: Work) -> Stored:
            work.resources.hold([query])
            found = work.resources.match(query, viewer=SYSTEM)
            reading = a_reading(f"a{writer}", tokens=[a_token("4548-4")])
            return found or work.resources.add(reading, stamp)

        storage = Storage(database_url)
        stored = storage.carry_out(change, actor="tests", request="create", at=NOON)
        storage.close()
        return stored

    with ThreadPoolExecutor(8) as writers:
        stored = list(writers.map(create, range(8)))

    assert len({one.id for one in stored}) == 1


def test_of_parallel_updates_of_one_version_one_is_stored(database_url):
    storage = Storage(database_url)
    with writing(storage) as work:
        work.resources.add(a_reading("a1"), stamp)

    def update(_writer: int) -> int:
        own = Storage(database_url)
        try:
            return change(own, a_reading("a1"), expected=1).version
        except VersionConflict:
            return 0
        finally:
            own.close()

    with ThreadPoolExecutor(8) as writers:
        stored = sorted(writers.map(update, range(8)))

    storage.close()
    assert stored == [0] * 7 + [2]


def test_conditions_held_together_never_wait_in_a_ring(database_url):
    queries = [
        Query("Observation", (Criterion(CODE, SearchKind.TOKEN, (TokenValue(None, code),)),))
        for code in ("a", "b", "c", "d")
    ]

    def hold(writer: int) -> None:
        storage = Storage(database_url)
        for minute in range(ROUNDS):
            with writing(storage, minute) as work:
                work.resources.hold(queries[:: 1 - 2 * (writer % 2)])
        storage.close()

    with ThreadPoolExecutor(4) as writers:
        assert list(writers.map(hold, range(4))) == [None] * 4


def test_several_matches_of_a_condition_are_said_not_chosen_from(storage):
    with writing(storage) as work:
        for id_ in ("a1", "a2"):
            work.resources.add(a_reading(id_, tokens=[a_token("4548-4")]), stamp)
        condition = Criterion(CODE, SearchKind.TOKEN, (TokenValue(None, "4548-4"),))

        with pytest.raises(ManyMatches):
            work.resources.match(Query("Observation", (condition,)), viewer=SYSTEM)


def test_locking_somebody_again_leaves_the_instant_of_the_transaction_as_it_is(storage):
    with writing(storage) as work:
        [key] = work.patients.lock(["p1"]).values()
        work.directory.place_patients([(key, "u1", 3, NOON.date())])
        at = work.at
        work.patients.lock((), keys=[key])
        work.patients.lock(["p1", "p2"])

        assert work.at == at
