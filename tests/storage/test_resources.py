"""Storing a resource and reading it back: versions, deletions, history, conditions."""

from dataclasses import replace

import orjson
import pytest

from service.domain.errors import (
    Conflict,
    Deleted,
    Forbidden,
    ManyMatches,
    NotFound,
    VersionConflict,
)
from service.domain.record import HistoryQuestion
from service.domain.search import Criterion, Query, SearchKind, TokenValue
from service.storage.patients import NotLocked
from tests.storage.builders import (
    SYSTEM,
    a_clinician,
    a_reading,
    a_token,
    at,
    change,
    ids,
    keep,
    remove,
    stamp,
    writing,
)

A1 = HistoryQuestion(("Observation",), "a1")


def test_what_was_stored_is_read_with_its_stamp(storage):
    keep(storage, a_reading("a1", body={"status": "final"}))

    with storage.read() as view:
        stored = view.resources.read("Observation", "a1", viewer=SYSTEM)

    assert (stored.version, stored.at, stored.method) == (1, at(0), "POST")
    assert orjson.loads(stored.body) == {
        "resourceType": "Observation",
        "status": "final",
        "id": "a1",
        "meta": {"versionId": "1", "lastUpdated": "2026-11-21T12:00:00+00:00"},
    }


def test_an_unknown_id_is_not_found(storage):
    with storage.read() as view, pytest.raises(NotFound):
        view.resources.read("Observation", "a1", viewer=SYSTEM)


def test_the_same_id_under_another_type_is_another_resource(storage):
    keep(storage, a_reading("a1", "Observation"))

    with storage.read() as view:
        assert view.resources.find("Patient", "a1", viewer=SYSTEM) is None


def test_an_id_that_is_taken_is_a_conflict_and_nothing_is_stored(storage):
    keep(storage, a_reading("a1"))

    with pytest.raises(Conflict):
        keep(storage, a_reading("a0"), a_reading("a1"))

    with storage.read() as view:
        assert view.resources.find("Observation", "a0", viewer=SYSTEM) is None


def test_an_update_makes_the_next_version(storage):
    keep(storage, a_reading("a1"))

    stored = change(storage, a_reading("a1", body={"status": "amended"}))

    with storage.read() as view:
        read = view.resources.read("Observation", "a1", viewer=SYSTEM)
    assert read == stored
    assert (read.version, read.at, read.method) == (2, at(1), "PUT")


def test_an_update_of_what_is_not_there_makes_its_first_version(storage):
    stored = change(storage, a_reading("a1"))

    assert (stored.version, stored.method) == (1, "PUT")


def test_an_update_of_the_expected_version_is_stored(storage):
    keep(storage, a_reading("a1"))

    assert change(storage, a_reading("a1"), expected=1).version == 2


@pytest.mark.parametrize("expected", [0, 2, 99])
def test_an_update_of_another_version_is_refused(storage, expected):
    keep(storage, a_reading("a1"))

    with pytest.raises(VersionConflict):
        change(storage, a_reading("a1"), expected=expected)


def test_an_update_that_expects_what_never_was_is_refused(storage):
    with pytest.raises(VersionConflict):
        change(storage, a_reading("a1"), expected=1)


def test_a_deleted_resource_is_gone_and_stays_in_history(storage):
    keep(storage, a_reading("a1"))

    deletion = remove(storage, "Observation", "a1")

    assert deletion is not None
    assert (deletion.version, deletion.deleted, deletion.body) == (2, True, b"")
    with storage.read() as view:
        assert view.resources.find("Observation", "a1", viewer=SYSTEM) == deletion
        with pytest.raises(Deleted):
            view.resources.read("Observation", "a1", viewer=SYSTEM)
        history = view.resources.history(A1, viewer=SYSTEM)
    assert [version.method for version in history.versions] == ["DELETE", "POST"]


def test_deleting_twice_or_what_never_was_makes_no_version(storage):
    keep(storage, a_reading("a1"))
    remove(storage, "Observation", "a1")

    assert remove(storage, "Observation", "a1") is None
    assert remove(storage, "Observation", "never") is None


def test_a_deletion_of_another_version_is_refused(storage):
    keep(storage, a_reading("a1"))

    with pytest.raises(VersionConflict):
        remove(storage, "Observation", "a1", expected=2)


def test_an_update_revives_what_was_deleted_and_counts_on(storage):
    keep(storage, a_reading("a1"))
    remove(storage, "Observation", "a1")

    assert change(storage, a_reading("a1"), minutes=3).version == 3
    with storage.read() as view:
        assert view.resources.read("Observation", "a1", viewer=SYSTEM).version == 3


def test_each_version_is_read_as_it_was(storage):
    keep(storage, a_reading("a1", body={"status": "preliminary"}))
    change(storage, a_reading("a1", body={"status": "final"}))
    remove(storage, "Observation", "a1")

    with storage.read() as view:
        read = view.resources.read_version
        first = read("Observation", "a1", version=1, viewer=SYSTEM)
        second = read("Observation", "a1", version=2, viewer=SYSTEM)
        with pytest.raises(Deleted):
            read("Observation", "a1", version=3, viewer=SYSTEM)
        with pytest.raises(NotFound):
            read("Observation", "a1", version=4, viewer=SYSTEM)

    assert (first.at, orjson.loads(first.body)["status"]) == (at(0), "preliminary")
    assert (second.at, orjson.loads(second.body)["status"]) == (at(1), "final")


def test_history_pages_from_the_newest_version_and_none_is_left_out(storage):
    keep(storage, a_reading("a1"))
    for minutes in range(1, 7):
        change(storage, a_reading("a1"), minutes)

    with storage.read() as view:
        pages: list[list[int]] = []
        asked = replace(A1, count=3)
        while not pages or asked.after is not None:
            page = view.resources.history(asked, viewer=SYSTEM)
            pages.append([version.version for version in page.versions])
            asked = replace(asked, after=page.after)

    assert pages == [[7, 6, 5], [4, 3, 2], [1]]


def test_history_of_an_unknown_id_is_not_found(storage):
    with storage.read() as view, pytest.raises(NotFound):
        view.resources.history(A1, viewer=SYSTEM)


def test_many_are_found_at_once_by_id(storage):
    keep(storage, a_reading("a1"), a_reading("a2"), a_reading("a3"))
    remove(storage, "Observation", "a3")

    with storage.read() as view:
        found = view.resources.find_many("Observation", ["a1", "a3", "a9"], viewer=SYSTEM)

    assert {id_: stored.method for id_, stored in found.items()} == {"a1": "POST", "a3": "DELETE"}


def test_who_may_not_see_a_resource_can_neither_change_nor_delete_it(storage):
    keep(storage, a_reading("a1", about="p1"))

    with pytest.raises(Forbidden):
        change(storage, a_reading("a1", about="p1"), viewer=a_clinician())
    assert remove(storage, "Observation", "a1", viewer=a_clinician()) is None
    with storage.read() as view:
        assert view.resources.read("Observation", "a1", viewer=SYSTEM).version == 1


def test_a_person_must_be_locked_before_something_about_them_changes(storage):
    with pytest.raises(NotLocked), writing(storage) as work:
        work.resources.add(a_reading("a1", about="p1"), stamp)


def with_code(code: str) -> Query:
    value = TokenValue("http://loinc.org", code)
    return Query("Observation", (Criterion(1, SearchKind.TOKEN, (value,)),))


def test_a_condition_matches_the_one_resource_that_meets_it(storage):
    keep(storage, a_reading("a1", tokens=[a_token("4548-4")]))
    keep(storage, a_reading("a2", tokens=[a_token("718-7")]), a_reading("a3"))

    with writing(storage, 1) as work:
        found = work.resources.match(with_code("4548-4"), viewer=SYSTEM)
        assert ids([found]) == ["a1"]
        assert work.resources.match(with_code("2093-3"), viewer=SYSTEM) is None


def test_a_condition_that_several_meet_is_refused(storage):
    keep(
        storage,
        a_reading("a1", tokens=[a_token("4548-4")]),
        a_reading("a2", tokens=[a_token("4548-4")]),
    )

    with pytest.raises(ManyMatches), writing(storage, 1) as work:
        work.resources.match(with_code("4548-4"), viewer=SYSTEM)


def test_a_condition_sees_what_the_same_transaction_stored(storage):
    with writing(storage) as work:
        work.resources.add(a_reading("a1", tokens=[a_token("4548-4")]), stamp)

        assert ids([work.resources.match(with_code("4548-4"), viewer=SYSTEM)]) == ["a1"]


@pytest.mark.parametrize("count", [3, 700])
def test_many_stored_at_once_are_read_like_single_ones(storage, count):
    readings = [
        a_reading(f"a{number}", about=f"p{number % 9}", tokens=[a_token("4548-4")] * 2)
        for number in range(count)
    ]
    with writing(storage) as work:
        work.patients.lock({id_ for reading in readings for id_ in reading.patients})
        added = work.resources.add_many(readings, stamp)

    with storage.read() as view:
        found = view.resources.find_many(
            "Observation", [reading.id for reading in readings], viewer=SYSTEM
        )
        page = view.resources.search(with_code("4548-4"), viewer=SYSTEM)
    assert [found[stored.id] for stored in added] == added
    assert ids(page.matches) == [stored.id for stored in added[:50]]


def test_search_rows_follow_the_current_version(storage):
    keep(storage, a_reading("a1", about="p1", tokens=[a_token("4548-4")]))

    change(storage, a_reading("a1", about="p2", tokens=[a_token("718-7")]))

    with storage.read() as view:
        search = view.resources.search
        assert search(with_code("4548-4"), viewer=SYSTEM).matches == ()
        assert ids(search(with_code("718-7"), viewer=SYSTEM).matches) == ["a1"]
    remove(storage, "Observation", "a1")
    with storage.read() as view:
        assert view.resources.search(with_code("718-7"), viewer=SYSTEM).matches == ()
