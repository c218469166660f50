"""People of the worklist: each once, at the place of their first row, with all rows of theirs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from service.domain.access import Role, Viewer
from service.domain.follow_up import Hold
from service.domain.window import State
from service.domain.worklist import PeopleCounts, Standing, WorklistQuestion
from service.storage.database import Storage
from service.storage.seen import few
from tests.storage import worklist_in_memory as reference
from tests.storage.builders import SYSTEM, TODAY, a_patient, at
from tests.storage.follow_ups_told import (
    Appointment,
    Region,
    a_region,
    a_stretch,
    a_told,
    somebody,
    write,
)
from tests.storage.questions import questions

LATE = TODAY - timedelta(days=60)
OVERDUE_AND_PAUSED = frozenset({State.OVERDUE, State.PAUSED})


def walk(storage, question, viewer=SYSTEM):
    """All people of a list, page by page: the id of each with the ids of their rows."""
    found = []
    with storage.read() as view:
        page = view.follow_ups.people(question, viewer=viewer)
        found += page.people
        while page.after is not None:
            assert len(page.people) == question.limit
            page = view.follow_ups.people(replace(question, after=page.after), viewer=viewer)
            found += page.people
    return [(row.person.id, [one.id for one in row.follow_ups]) for row in found]


def counts(storage, question, viewer=SYSTEM):
    """The counts of a question."""
    with storage.read() as view:
        return view.follow_ups.counts(question, viewer=viewer)


@pytest.mark.parametrize("at_most", [0, few.FEW])
def test_a_walk_finds_each_person_that_a_plain_look_finds_once_and_the_tabs_count_them(
    storage, monkeypatch, at_most
):
    region = a_region(at_most + 10)
    write(storage, region)
    monkeypatch.setattr(few, "FEW", at_most)
    monkeypatch.setattr(few, "FEW_OF_ALL", at_most)

    for question, viewer in questions(at_most + 10, 20):
        wanted = reference.people_of(region, question, viewer)
        assert walk(storage, question, viewer) == wanted, question
        counted = counts(storage, question, viewer)
        assert counted == reference.counts_of(region, question, viewer), question


@pytest.mark.parametrize("seed", range(1))
def test_the_rows_of_all_people_are_the_rows_of_the_list(storage, seed):
    write(storage, a_region(seed + 20))
    question = WorklistQuestion(as_of=TODAY, limit=500)

    with storage.read() as view:
        page = view.follow_ups.page(question, viewer=SYSTEM)

    rows = [row.follow_up.id for row in page.rows]
    people = walk(storage, replace(question, limit=3))
    assert sorted(rows) == sorted(id_ for _, theirs in people for id_ in theirs)
    assert len({id_ for id_, _ in people}) == len(people)


@pytest.mark.parametrize("seed", range(1))
def test_the_tabs_divide_everybody_and_each_is_as_long_as_its_list(storage, seed):
    write(storage, a_region(seed + 30))
    question = WorklistQuestion(as_of=TODAY, states=OVERDUE_AND_PAUSED)

    counted = counts(storage, question)

    lengths = [len(walk(storage, replace(question, standing=one))) for one in Standing]
    assert lengths == [counted.to_call, counted.booked, counted.agreed]
    assert sum(lengths) == counted.everybody == len(walk(storage, question))
    assert len(walk(storage, replace(question, not_known=True))) == counted.not_known


def test_a_person_with_five_overdue_follow_ups_is_one_row_and_five_in_the_number_beside(storage):
    told = [a_told(key, a_stretch(LATE)) for key in range(1, 6)]
    write(storage, Region([somebody("p1", *told)], {("hattula", "lab", TODAY)}))

    counted = counts(storage, WorklistQuestion(as_of=TODAY))

    assert counted == PeopleCounts(1, 0, 0, 0, 0, 1, 5)


def test_who_has_one_row_without_an_appointment_is_still_to_be_called(storage):
    booked = [Appointment("Appointment/a1", at(600), activity="bp")]
    both = [a_told(1, a_stretch(LATE), activity="bp"), a_told(2, a_stretch(LATE))]
    one = [a_told(3, a_stretch(LATE), activity="bp")]
    people = [
        somebody("p1", *both, appointments=booked),
        somebody("p2", *one, appointments=booked),
    ]
    write(storage, Region(people))
    question = WorklistQuestion(as_of=TODAY)

    assert walk(storage, replace(question, standing=Standing.TO_CALL)) == [("p1", ["f1", "f2"])]
    assert walk(storage, replace(question, standing=Standing.BOOKED)) == [("p2", ["f3"])]


def test_paused_and_postponed_is_agreed_until_the_new_date_has_passed(storage):
    paused = a_stretch(LATE, hold=Hold.PAUSED)
    ahead = a_stretch(TODAY, original_due_on=LATE)
    past = a_stretch(LATE, original_due_on=LATE - timedelta(days=30))
    told = [paused, ahead, past]
    people = [somebody(f"p{n}", a_told(n, one)) for n, one in enumerate(told, start=1)]
    write(storage, Region(people))
    question = WorklistQuestion(as_of=TODAY, states=frozenset(State), standing=Standing.AGREED)

    assert sorted(walk(storage, question)) == [("p1", ["f1"]), ("p2", ["f2"])]


@pytest.mark.parametrize(
    "viewer", [a_patient("p1"), Viewer(Role.AUDITOR, TODAY), Viewer(Role.ADMIN, TODAY)]
)
def test_those_who_care_for_nobody_see_and_count_nobody(storage, viewer):
    write(storage, Region([somebody("p2", a_told(1, a_stretch(LATE)))]))
    question = WorklistQuestion(as_of=TODAY)

    assert walk(storage, question, viewer) == []
    assert counts(storage, question, viewer) == PeopleCounts(0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def plans(databases):
    """How SQLite goes through what is asked of people, statement by statement."""
    opened = Storage(databases.fresh("sqlite"))

    def explain(question):
        asked = []
        with opened.read() as view:
            connection = view._connection
            event.listen(connection, "before_cursor_execute", lambda *one: asked.append(one[2:4]))
            view.follow_ups.people(question, viewer=SYSTEM)
            driver: Any = connection.connection.driver_connection
            return [
                row[-1]
                for statement, values in list(asked)
                for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            ]

    yield explain
    opened.close()


@pytest.mark.parametrize("standing", [None, *Standing])
def test_earlier_rows_of_a_person_are_looked_for_by_the_person_and_not_by_their_place(
    plans, standing
):
    plan = plans(WorklistQuestion(as_of=TODAY, units=("hattula",), standing=standing))
    of_person = [step for step in plan if "stretches_of_person" in step]
    assert len(of_person) >= 2
    assert not [step for step in plan if "urgency<" in step]
