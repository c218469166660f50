"""The worklist: for any question, the page is what a plain look at every stretch finds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from service.domain.access import Role, Viewer
from service.domain.adjustment import AdjustmentKind
from service.domain.follow_up import Done, Hold
from service.domain.seen import Booking, NotKnown, SeenUnit
from service.domain.window import State
from service.domain.worklist import WorklistQuestion, WorklistRow
from service.storage.database import Storage
from service.storage.seen import few
from service.storage.tables.projection import stretches
from tests.storage import worklist_in_memory as reference
from tests.storage.builders import SYSTEM, TODAY, a_clinician, a_fact, a_patient, at, writing
from tests.storage.follow_ups_told import (
    LEARNED,
    Appointment,
    Region,
    Version,
    a_decision,
    a_region,
    a_stretch,
    a_told,
    somebody,
    write,
    write_follow_up,
)
from tests.storage.questions import questions

LATE = TODAY - timedelta(days=60)


def walk(
    storage: Storage, question: WorklistQuestion, viewer: Viewer = SYSTEM
) -> Iterator[WorklistRow]:
    """All rows of a list, page by page."""
    with storage.read() as view:
        page = view.follow_ups.page(question, viewer=viewer)
        yield from page.rows
        while page.after is not None:
            assert len(page.rows) == question.limit
            page = view.follow_ups.page(replace(question, after=page.after), viewer=viewer)
            yield from page.rows


def one_row(storage: Storage, as_of: date = TODAY) -> WorklistRow:
    """The one row of the list of everything."""
    question = WorklistQuestion(as_of=as_of, states=frozenset(State))
    [row] = walk(storage, question)
    return row


@pytest.mark.parametrize("at_most", [0, few.FEW])
def test_a_walk_finds_what_a_plain_look_at_all_stretches_finds(storage, monkeypatch, at_most):
    seed = at_most
    region = a_region(seed)
    write(storage, region)
    # With none at most, every filter is walked through; else a list begins with whom it leaves.
    monkeypatch.setattr(few, "FEW", at_most)
    monkeypatch.setattr(few, "FEW_OF_ALL", at_most)

    for question, viewer in questions(seed, 40):
        found = [(row.person.id, row.follow_up.id) for row in walk(storage, question, viewer)]
        wanted = reference.rows_of(region, question, viewer)
        assert found == [(one.person.id, one.told.id) for one in wanted], question


def test_a_row_tells_what_was_written(storage):
    told = a_told(1, a_stretch(LATE), activity="hba1c", kind="lab", performer="nurse")
    keys = write(storage, Region([somebody("p1", told, language="sv", distance=12)]))

    row = one_row(storage)

    assert row.person.key == keys["p1"]
    assert (row.person.id, row.person.person.language, row.person.distance_km) == ("p1", "sv", 12)
    assert row.person.unit == SeenUnit("hattula", "hattulan keskus", "00")
    follow_up = row.follow_up
    assert (follow_up.id, follow_up.task, follow_up.identity) == ("f1", "t1", "hba1c|1")
    assert follow_up.stretch == told.versions[0].stretch
    assert (follow_up.state, follow_up.days_overdue) == (State.OVERDUE, 40)


def test_an_unknown_distance_is_told_as_none(storage):
    write(storage, Region([somebody("p1", a_told())]))

    assert one_row(storage).person.distance_km is None


def test_what_is_in_time_is_no_days_overdue(storage):
    write(storage, Region([somebody("p1", a_told(1, a_stretch(TODAY)))]))

    assert one_row(storage).follow_up.days_overdue == 0


def test_the_first_appointment_from_the_start_of_the_day_on_is_told(storage):
    booked = [
        Appointment("Appointment/past", at(-60 * 24), follow_up="f1", activity="hba1c"),
        Appointment("Appointment/later", at(60 * 24 * 9), activity="hba1c"),
        Appointment("Appointment/next", at(60 * 24 * 3), follow_up="f1", activity="hba1c"),
        Appointment("Appointment/other", at(60), follow_up="f2", activity="hba1c"),
    ]
    write(storage, Region([somebody("p1", a_told(), appointments=booked)]))

    assert one_row(storage).follow_up.booked == Booking(at(60 * 24 * 3), "next")


def test_a_silent_source_is_named_with_the_last_day_it_sent_anything(storage):
    anchor = date(2026, 6, 1)
    silent = date(2026, 5, 31)
    told = a_told(1, a_stretch(LATE, anchor_on=anchor), kind="lab")
    fed = {("hattula", "lab", silent), ("hattula", "visit", TODAY), ("loppi", "lab", TODAY)}
    write(storage, Region([somebody("p1", told)], fed))

    assert one_row(storage).follow_up.not_known == NotKnown("lab", silent)


def test_a_source_that_never_sent_anything_is_named_without_a_day(storage):
    write(storage, Region([somebody("p1", a_told())]))

    assert one_row(storage).follow_up.not_known == NotKnown("lab", None)


def test_what_was_once_done_is_known(storage):
    done = a_stretch(LATE, done=Done(date(2026, 1, 5), "Observation/o1", None))
    write(storage, Region([somebody("p1", a_told(1, done))]))

    assert one_row(storage).follow_up.not_known is None


def test_the_day_on_which_a_doing_became_known_is_told(storage):
    done = a_stretch(LATE, done=Done(date(2026, 3, 12), "Observation/a1", None))
    [key] = write(storage, Region([somebody("p1", a_told(1, done))])).values()
    with writing(storage, minutes=60 * 24) as work:
        work.patients.lock(["p1"])
        work.evidence.replace(key, "Observation/a1", [a_fact(on="2026-03-12")])

    assert one_row(storage).follow_up.done_known_on == TODAY + timedelta(days=1)


def test_the_decision_that_shapes_the_stretch_stands_beside_it(storage):
    paused = a_stretch(LATE, hold=Hold.PAUSED, exclusion="suspended")
    [key] = write(storage, Region([somebody("p1", a_told(1, paused))])).values()
    suspended = a_decision(AdjustmentKind.SUSPENDED, "f1", source="ServiceRequest/f1")
    moved = a_decision(AdjustmentKind.POSTPONED, "f1", due_on=TODAY, source="ServiceRequest/f1")
    of_other = a_decision(AdjustmentKind.SUSPENDED, "f2", source="ServiceRequest/f1")
    with writing(storage) as work:
        work.patients.lock(["p1"])
        work.adjustments.replace(key, "ServiceRequest/f1", [of_other, moved, suspended])

    assert one_row(storage).follow_up.adjustment == suspended


def test_a_walk_pinned_to_an_instant_gives_each_match_once_while_others_write(storage):
    told = [a_told(key, a_stretch(LATE)) for key in range(1, 9)]
    [patient] = write(storage, Region([somebody("p1", *told)])).values()
    question = WorklistQuestion(as_of=TODAY, known_at=at(1), limit=3)

    found = []
    for number, row in enumerate(walk(storage, question)):
        found.append(row.follow_up.id)
        if number == 4:
            _supersede(storage, patient, [1, 8])

    assert found == [f"f{key}" for key in range(1, 9)]


def _supersede(storage: Storage, patient: int, keys: list[int]) -> None:
    """Let a later transaction move follow-ups to the end of the list, and add one."""
    with writing(storage, minutes=5) as work:
        connection = work.transaction.connection
        for key in keys:
            connection.execute(
                update(stretches)
                .where(stretches.c.follow_up == key)
                .values(known_to=at(5), live=False)
            )
        write_follow_up(work, patient, a_told(20, a_stretch(LATE), known=at(5)), TODAY)


@pytest.mark.parametrize(
    "viewer",
    [
        a_patient("p1"),
        a_clinician("loppi"),
        a_clinician(""),
        Viewer(Role.AUDITOR, TODAY),
        Viewer(Role.ADMIN, TODAY),
    ],
)
def test_those_who_do_not_care_for_a_person_see_nothing(storage, viewer):
    write(storage, Region([somebody("p2", a_told(1, a_stretch(LATE)))]))

    with storage.read() as view:
        page = view.follow_ups.page(WorklistQuestion(as_of=TODAY), viewer=viewer)

    assert page.rows == ()


def test_a_unit_sees_a_person_who_came_to_it_on_days_before_they_came(storage):
    moved = [a_stretch(LATE, unit="loppi", holds_to=TODAY), a_stretch(LATE, holds_from=TODAY)]
    person = replace(somebody("p1", a_told(1, *moved)), moves=[(LATE, "loppi"), (TODAY, "hattula")])
    write(storage, Region([person]))
    question = WorklistQuestion(as_of=TODAY - timedelta(days=3))

    assert len(list(walk(storage, question, a_clinician("hattula")))) == 1
    assert list(walk(storage, question, a_clinician("loppi"))) == []


def test_who_will_have_moved_by_a_day_to_come_is_found_in_the_unit_of_that_day(storage):
    day = TODAY + timedelta(days=30)
    both = [a_stretch(LATE, holds_to=day), a_stretch(LATE, holds_from=day, unit="loppi")]
    moves = [(LATE, "hattula"), (day, "loppi")]
    person = replace(somebody("p1", a_told(1, *both), language="sv", distance=90), moves=moves)
    write(storage, Region([person]))
    question = WorklistQuestion(as_of=day, language="sv", distance_over=80)

    assert len(list(walk(storage, replace(question, units=("loppi",))))) == 1
    assert list(walk(storage, replace(question, units=("hattula",)))) == []


def test_what_was_not_known_yet_is_not_told(storage):
    known = [Version(a_stretch(LATE), LEARNED[1], at(9999))]
    write(storage, Region([somebody("p1", a_told(1, versions=known))]))
    before = WorklistQuestion(as_of=TODAY, known_at=reference.known_before(LEARNED[1]))

    assert list(walk(storage, before)) == []
    assert len(list(walk(storage, replace(before, known_at=LEARNED[1])))) == 1
