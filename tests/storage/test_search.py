"""Searches as clients ask them: order, pages, totals, what a page includes."""

from dataclasses import replace

import pytest

from service.domain.errors import NotFound, TooLarge
from service.domain.search import (
    Criterion,
    DateValue,
    Inclusion,
    Query,
    ReferenceValue,
    SearchKind,
    SortKey,
    TokenValue,
)
from service.storage.search import inclusion
from tests.storage.builders import (
    CODE,
    DATE,
    SUBJECT,
    SYSTEM,
    a_clinician,
    a_date,
    a_patient,
    a_reading,
    a_reference,
    a_token,
    at,
    change,
    ids,
    keep,
    key_of,
    let_care,
    remove,
)
from tests.storage.test_search_agrees import pages

OBSERVATIONS = Query("Observation")
BY_CODE = Criterion(CODE, SearchKind.TOKEN, (TokenValue(None, "4548-4"),))
BY_DATE = SortKey(DATE, SearchKind.DATE)
NEWEST_FIRST = SortKey(DATE, SearchKind.DATE, descending=True)
BY_UPDATE = SortKey(0, SearchKind.LAST_UPDATED)


def search(storage, query, viewer=SYSTEM):
    with storage.read() as view:
        return view.resources.search(query, viewer=viewer)


def of_patient(id_: str) -> Criterion:
    return Criterion(SUBJECT, SearchKind.REFERENCE, (ReferenceValue("Patient", id_),))


def updated(prefix: str, minutes: int) -> Criterion:
    low = int(at(minutes).timestamp()) * 1_000_000
    return Criterion(0, SearchKind.LAST_UPDATED, (DateValue(prefix, low, low + 60_000_000),))


def a_result(id_: str, about: str, on: str, code: str = "4548-4"):
    return a_reading(
        id_,
        about=about,
        tokens=[a_token(code)],
        dates=[a_date(on)],
        references=[a_reference(f"Patient/{about}")],
    )


def test_a_search_without_criteria_gives_all_of_the_type_in_the_order_of_storing(storage):
    keep(storage, a_reading("b"), a_reading("a"), a_reading("p1", "Patient"), a_reading("c"))

    found = search(storage, OBSERVATIONS)

    assert ids(found.matches) == ["b", "a", "c"]
    assert (found.after, found.total, found.included) == (None, None, ())


def test_the_last_page_says_that_it_is_the_last_one(storage):
    keep(storage, a_reading("a"), a_reading("b"))

    assert search(storage, replace(OBSERVATIONS, count=1)).after is not None
    assert search(storage, replace(OBSERVATIONS, count=2)).after is None


def test_counting_alone_gives_no_matches(storage):
    keep(storage, a_reading("a"), a_reading("b"))

    found = search(storage, replace(OBSERVATIONS, count=0, total=True))

    assert (found.matches, found.after, found.total) == ((), None, 2)


def test_a_total_is_right_on_a_page_beyond_the_last_match(storage):
    keep(storage, a_reading("a"), a_reading("b"))
    first = search(storage, replace(OBSERVATIONS, count=1))
    remove(storage, "Observation", "b")

    found = search(storage, replace(OBSERVATIONS, after=first.after, total=True))

    assert (found.matches, found.total) == ((), 1)


def test_the_newest_result_of_a_patient_comes_first(storage):
    keep(
        storage,
        a_result("old", "p1", "2025-01-10"),
        a_result("new", "p1", "2026-01-10"),
        a_result("other", "p2", "2026-05-10"),
        a_result("sugar", "p1", "2026-06-10", code="2345-7"),
    )
    query = Query("Observation", (of_patient("p1"), BY_CODE), (NEWEST_FIRST,), count=1)

    assert ids(search(storage, query).matches) == ["new"]


def test_several_values_are_any_of_them(storage):
    keep(
        storage,
        a_reading("a", tokens=[a_token("4548-4")]),
        a_reading("b", tokens=[a_token("59261-8")]),
        a_reading("c", tokens=[a_token("718-7")]),
    )
    either = replace(BY_CODE, values=(TokenValue(None, "4548-4"), TokenValue(None, "59261-8")))

    assert ids(search(storage, Query("Observation", (either,))).matches) == ["a", "b"]


def test_a_resource_with_two_values_that_match_is_found_once(storage):
    keep(storage, a_reading("a", tokens=[a_token("4548-4"), a_token("4548-4", "urn:local")]))

    found = search(storage, Query("Observation", (BY_CODE,), total=True))

    assert (ids(found.matches), found.total) == (["a"], 1)


def test_resources_without_the_sort_key_come_last_in_both_directions(storage):
    keep(
        storage,
        a_reading("none"),
        a_reading("late", dates=[a_date("2026-02-01")]),
        a_reading("early", dates=[a_date("2026-01-01")]),
        a_reading("none too"),
    )

    def sorted_by(key):
        return [
            id_
            for page in pages(storage, replace(OBSERVATIONS, sort=(key,), count=1))
            for id_ in ids(page.matches)
        ]

    assert sorted_by(BY_DATE) == ["early", "late", "none", "none too"]
    assert sorted_by(NEWEST_FIRST) == ["late", "early", "none too", "none"]


def test_resources_are_found_by_when_they_were_last_updated(storage):
    keep(storage, a_reading("a"), minutes=0)
    keep(storage, a_reading("b"), minutes=5)
    change(storage, a_reading("a"), minutes=10)

    def found(prefix, minutes):
        query = Query("Observation", (updated(prefix, minutes),), (BY_UPDATE,))
        return ids(search(storage, query).matches)

    assert found("ge", 5) == ["b", "a"]
    assert found("gt", 5) == ["a"]
    assert found("lt", 10) == ["b"]
    assert found("le", 10) == ["b", "a"]
    assert found("eq", 5) == ["b"]
    assert found("ne", 5) == ["a"]
    assert found("sa", 0) == ["b", "a"]
    assert found("eb", 6) == ["b"]
    assert found("ap", 10) == ["a"]


def test_the_last_updated_come_first_page_by_page(storage):
    for minutes, id_ in enumerate("abcd"):
        keep(storage, a_reading(id_, tokens=[a_token("4548-4")]), minutes=minutes)
    change(storage, a_reading("b", tokens=[a_token("4548-4")]), minutes=9)
    newest_first = (replace(BY_UPDATE, descending=True),)

    def walk(*criteria):
        query = Query("Observation", criteria, newest_first, count=1)
        return [id_ for page in pages(storage, query) for id_ in ids(page.matches)]

    assert walk() == ["b", "d", "c", "a"]
    assert walk(BY_CODE) == ["b", "d", "c", "a"]


def test_an_included_target_comes_once_and_not_if_it_is_missing_or_deleted(storage):
    keep(
        storage,
        a_reading("p1", "Patient", about="p1"),
        a_reading("p2", "Patient", about="p2"),
        a_result("a", "p1", "2026-01-01"),
        a_result("b", "p1", "2026-01-02"),
        a_result("c", "p2", "2026-01-03"),
        a_result("d", "p3", "2026-01-04"),
    )
    remove(storage, "Patient", "p2")
    query = replace(OBSERVATIONS, includes=(Inclusion("Observation", SUBJECT),))

    found = search(storage, query)

    assert ids(found.matches) == ["a", "b", "c", "d"]
    assert ids(found.included) == ["p1"]


def test_only_targets_of_the_type_asked_for_are_included(storage):
    keep(
        storage,
        a_reading("p1", "Patient", about="p1"),
        a_reading("g1", "Group"),
        a_reading("a", references=[a_reference("Patient/p1"), a_reference("Group/g1")]),
    )
    of_groups = Inclusion("Observation", SUBJECT, target_type="Group")

    found = search(storage, replace(OBSERVATIONS, includes=(of_groups,)))

    assert ids(found.included) == ["g1"]


def test_what_refers_to_a_match_is_included_the_other_way_round(storage):
    keep(
        storage,
        a_reading("p1", "Patient", about="p1"),
        a_reading("p2", "Patient", about="p2"),
        a_result("a", "p1", "2026-01-01"),
        a_result("b", "p2", "2026-01-02"),
    )
    back = Inclusion("Observation", SUBJECT, reverse=True)

    found = search(storage, Query("Patient", includes=(back,), count=1))

    assert (ids(found.matches), ids(found.included)) == (["p1"], ["a"])


def test_an_inclusion_of_another_type_than_the_matches_gives_nothing(storage):
    keep(storage, a_reading("p1", "Patient", about="p1"), a_result("a", "p1", "2026-01-01"))

    found = search(storage, replace(OBSERVATIONS, includes=(Inclusion("Task", SUBJECT),)))

    assert found.included == ()


def test_a_match_is_not_included_again(storage):
    keep(
        storage,
        a_reading("a", references=[a_reference("Observation/b")]),
        a_reading("b"),
    )

    found = search(storage, replace(OBSERVATIONS, includes=(Inclusion("Observation", SUBJECT),)))

    assert (ids(found.matches), found.included) == (["a", "b"], ())


def test_a_page_that_includes_too_much_is_refused_rather_than_cut(storage, monkeypatch):
    monkeypatch.setattr(inclusion, "INCLUDED_AT_MOST", 1)
    keep(
        storage,
        a_reading("p1", "Patient", about="p1"),
        a_result("a", "p1", "2026-01-01"),
        a_result("b", "p1", "2026-01-02"),
    )
    back = Inclusion("Observation", SUBJECT, reverse=True)

    with pytest.raises(TooLarge):
        search(storage, Query("Patient", includes=(back,)))


def test_a_viewer_finds_counts_and_includes_only_what_they_may_see(storage):
    for person in ("p1", "p2"):
        keep(storage, a_reading(person, "Patient", about=person))
        keep(storage, a_result(f"of-{person}", person, "2026-01-01"))
    let_care(storage, "hattula", "p1")
    query = Query(
        "Observation",
        (BY_CODE,),
        includes=(Inclusion("Observation", SUBJECT),),
        total=True,
    )

    for viewer in (a_patient("p1"), a_clinician("hattula")):
        found = search(storage, query, viewer)
        assert (ids(found.matches), ids(found.included), found.total) == (["of-p1"], ["p1"], 1)


def test_a_patient_walks_their_own_resources_whatever_they_are_sorted_by(storage):
    for number, person in enumerate(["p1", "p2", "p1", "p1"]):
        keep(storage, a_result(f"r{number}", person, f"2026-01-0{number + 1}"))
    key_of(storage, "p3")
    query = replace(OBSERVATIONS, sort=(NEWEST_FIRST,))

    assert ids(search(storage, query, a_patient("p1")).matches) == ["r3", "r2", "r0"]
    assert search(storage, query, a_patient("p3")).matches == ()


def test_answers_in_parts_are_of_one_moment(storage):
    keep(storage, a_reading("p1", "Patient", about="p1"), a_result("a", "p1", "2026-01-01"))
    back = Query("Patient", includes=(Inclusion("Observation", SUBJECT, reverse=True),), total=True)

    with storage.read(one_moment=True) as view:
        before = view.resources.search(back, viewer=SYSTEM)
        keep(storage, a_result("b", "p1", "2026-01-02"), a_reading("p2", "Patient", about="p2"))
        again = view.resources.search(back, viewer=SYSTEM)

    assert again == before
    after = search(storage, back)
    assert (after.total, ids(after.included)) == (2, ["a", "b"])


def test_a_reading_of_one_moment_that_fails_leaves_its_connection_in_order(storage):
    keep(storage, a_reading("a"))

    with pytest.raises(NotFound), storage.read(one_moment=True) as view:
        view.resources.read("Observation", "none", viewer=SYSTEM)

    keep(storage, a_reading("b"))
    assert ids(search(storage, OBSERVATIONS).matches) == ["a", "b"]


def test_matches_of_several_types_stand_in_one_order_and_count_once(storage):
    keep(
        storage,
        a_result("a", "p1", "2026-01-03"),
        a_reading("t", "Task", dates=[a_date("2026-01-02")]),
    )
    keep(storage, a_result("b", "p2", "2026-01-01"))
    parts = tuple(Query(type_, sort=(BY_DATE,)) for type_ in ("Observation", "Task"))
    twice = (*parts, Query("Observation", (of_patient("p1"),), (BY_DATE,)))
    query = Query("", sort=(BY_DATE,), count=2, parts=twice, total=True)

    walked = list(pages(storage, query))

    assert [ids(page.matches) for page in walked] == [["b", "t"], ["a"]]
    assert {page.total for page in walked} == {3}
    last = search(storage, replace(query, backwards=True))
    assert ids(last.matches) == ["t", "a"]
