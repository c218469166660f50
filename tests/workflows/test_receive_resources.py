"""A result arrives: what it does to plans, follow-ups, rounds, bookings and feeds, in one transaction."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, datetime
from functools import partial
from threading import Event
from typing import Any

import orjson
import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden, Invalid
from service.domain.follow_up import Stretch
from service.domain.worklist import WorklistQuestion
from service.runtime import Runtime
from service.workflows.receive_resources import Received
from tests.house import LATER, SYSTEM, TODAY
from tests.receiving import (
    BASE,
    Reception,
    a_condition,
    a_patient,
    a_unit,
    an_hba1c,
)


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    return Reception(runtime)


def person_with_diabetes(reception: Reception, *, enrols: bool = True) -> None:
    reception.put(a_unit(enrols=enrols), a_patient(), a_condition())


def hba1c_today(reception: Reception, patient: str = "p1") -> Stretch:
    follow_up = reception.kept(patient).follow_ups["hba1c|lab"]
    return next(one for one in follow_up.stretches if one.holds_from <= TODAY < one.holds_to)


def body_of(reception: Reception, type_: str, id_: str) -> dict[str, object]:
    with reception.runtime.store.read() as view:
        body = view.resources.read(type_, id_, viewer=SYSTEM).body
    found: dict[str, object] = orjson.loads(body)
    return found


def an_appointment(**more: Any) -> dict[str, Any]:
    """A booked time for an HbA1c of p1."""
    activity = {"system": f"{BASE}/CodeSystem/activity", "code": "hba1c"}
    return {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "booked",
        "serviceType": [{"coding": [activity]}],
        "start": "2026-12-01T08:00:00+02:00",
        "end": "2026-12-01T08:15:00+02:00",
        "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}],
        **more,
    }


def booked_for(
    runtime: Runtime, *, as_of: date = TODAY, known_at: datetime | None = None
) -> list[str]:
    with runtime.store.read() as view:
        plan = view.follow_ups.plan("p1", viewer=SYSTEM, as_of=as_of, known_at=known_at)
    return [one.activity for one in plan.follow_ups if one.booked]


def test_a_condition_enrols_where_the_unit_takes_people_on_arrival(reception: Reception):
    person_with_diabetes(reception)
    kept = reception.kept("p1")
    assert kept.plan is not None
    assert {*kept.plan.protocols} == {"type-2-diabetes"}
    assert kept.plan.since == date(2020, 5, 4)


def test_a_condition_elsewhere_makes_eligible_and_nothing_more(reception: Reception):
    person_with_diabetes(reception, enrols=False)
    kept = reception.kept("p1")
    assert kept.plan is None
    assert kept.eligible == {"type-2-diabetes"}
    assert not kept.follow_ups


def test_a_result_moves_the_next_date_in_its_own_transaction(reception: Reception):
    person_with_diabetes(reception)
    before = hba1c_today(reception)
    [received] = reception.put(an_hba1c(on="2026-11-20"))
    after = hba1c_today(reception)
    assert before.window.due_on < TODAY < after.window.due_on
    assert after.done is not None
    assert (after.done.on, after.done.source) == (date(2026, 11, 20), "Observation/o1")
    assert [one.follow_up.key for one in received.changed] == ["hba1c"]


def test_a_result_completes_the_open_round_and_names_what_closed_it(reception: Reception):
    person_with_diabetes(reception)
    [opened] = reception.kept("p1").follow_ups["hba1c|lab"].rounds.values()
    assert body_of(reception, "Task", opened.task)["status"] == "requested"
    reception.put(an_hba1c())
    task = body_of(reception, "Task", opened.task)
    assert task["status"] == "completed"
    assert "Observation/o1" in orjson.dumps(task["output"]).decode()


def test_a_result_entered_in_error_brings_the_follow_up_back(reception: Reception):
    person_with_diabetes(reception)
    before = hba1c_today(reception)
    [opened] = reception.kept("p1").follow_ups["hba1c|lab"].rounds.values()
    reception.put(an_hba1c())
    reception.put(an_hba1c(status="entered-in-error"))
    assert hba1c_today(reception) == before
    assert body_of(reception, "Task", opened.task)["status"] == "requested"


def test_a_deleted_result_brings_the_follow_up_back(reception: Reception):
    person_with_diabetes(reception)
    before = hba1c_today(reception)
    reception.put(an_hba1c())
    reception.delete("Observation/o1")
    assert hba1c_today(reception) == before


@pytest.mark.parametrize("to", ["p2", ""])
def test_a_result_that_was_somebody_elses_counts_for_them_and_no_longer_here(
    reception: Reception, to: str
):
    person_with_diabetes(reception)
    reception.put(a_patient("p2"), a_condition("c2", patient="p2"))
    before, others = hba1c_today(reception), hba1c_today(reception, "p2")
    reception.put(an_hba1c())
    moved = an_hba1c(patient=to)
    reception.put(moved if to else {k: v for k, v in moved.items() if k != "subject"})
    assert hba1c_today(reception) == before
    assert not [fact for fact in reception.kept("p1").facts if fact.item == "hba1c"]
    assert (hba1c_today(reception, "p2") != others) == bool(to)


def test_the_follow_up_of_a_condition_that_never_was_is_withdrawn(reception: Reception):
    person_with_diabetes(reception)
    assert reception.kept("p1").follow_ups
    reception.delete("Condition/c1")
    kept = reception.kept("p1")
    assert not kept.eligible
    assert not [one for one in kept.follow_ups.values() if one.stretches]
    assert {one.status.value for one in kept.follow_ups.values()} == {"entered-in-error"}
    reception.put(a_condition())
    assert hba1c_today(reception).window.due_on < TODAY
    assert {one.status.value for one in reception.kept("p1").follow_ups.values()} == {"active"}


def test_what_is_sent_again_unchanged_makes_no_version(reception: Reception):
    person_with_diabetes(reception)
    reception.put(an_hba1c())
    [again] = reception.put(an_hba1c())
    assert again.stored is not None
    assert again.stored.version == 1
    assert not again.is_new


def test_a_result_that_closes_nothing_says_why(reception: Reception):
    person_with_diabetes(reception)
    unknown = {"value": 50, "unit": "bananas", "system": "http://unitsofmeasure.org", "code": "{b}"}
    [received] = reception.put(an_hba1c(valueQuantity=unknown))
    assert not received.changed
    assert [one.reason.value for one in received.not_counted] == ["unit"]


def test_nothing_is_stored_where_one_entry_is_bad(reception: Reception):
    person_with_diabetes(reception)
    before = reception.kept("p1")
    with pytest.raises(Invalid) as caught:
        reception.put(an_hba1c("o1"), an_hba1c("o2"), an_hba1c("o3", status="finaly"))
    assert caught.value.issues[0].expression == "Bundle.entry[2].resource.status"
    assert reception.kept("p1") == before


def test_a_booked_appointment_is_noted_until_it_is_cancelled(
    reception: Reception, runtime: Runtime
):
    person_with_diabetes(reception)
    reception.put(an_appointment())
    assert booked_for(runtime) == ["hba1c"]
    reception.put(an_appointment(status="cancelled"))
    assert booked_for(runtime) == []


def test_a_past_day_with_past_knowledge_shows_what_was_booked_then(
    reception: Reception, runtime: Runtime
):
    person_with_diabetes(reception)
    before = reception.now
    reception.put(an_appointment())
    booked = reception.now
    reception.put(an_appointment(start="2026-12-08T08:00:00+02:00"))
    moved = reception.now
    reception.delete("Appointment/a1")

    assert booked_for(runtime) == []
    assert booked_for(runtime, known_at=before) == []
    assert booked_for(runtime, known_at=booked) == ["hba1c"]
    assert booked_for(runtime, known_at=moved, as_of=date(2026, 12, 2)) == ["hba1c"]
    assert booked_for(runtime, known_at=booked, as_of=date(2026, 12, 2)) == []
    for known_at, rows in ((before, 0), (booked, 1), (reception.now, 0)):
        question = WorklistQuestion(as_of=TODAY, known_at=known_at, booked=True)
        with runtime.store.read() as view:
            assert len(view.follow_ups.page(question, viewer=SYSTEM).rows) == rows


def test_a_source_that_told_later_was_silent_as_far_as_was_known(
    reception: Reception, runtime: Runtime
):
    person_with_diabetes(reception)
    before = reception.now
    reception.put(a_patient("p2"), an_hba1c("o2", patient="p2"))

    def not_known(known_at: datetime | None) -> bool:
        with runtime.store.read() as view:
            plan = view.follow_ups.plan("p1", viewer=SYSTEM, as_of=TODAY, known_at=known_at)
        return next(bool(one.not_known) for one in plan.follow_ups if one.activity == "hba1c")

    assert not_known(before)
    assert not not_known(None)
    assert not not_known(reception.now)


def test_a_clinician_changes_only_what_is_about_people_in_their_units_care(
    reception: Reception, runtime: Runtime
):
    person_with_diabetes(reception)
    reception.put(a_unit("u2"), a_patient("p2", unit="u2"))
    nurse = Reception(runtime, viewer=Viewer(Role.CLINICIAN, TODAY, subject="nurse", unit="u1"))
    nurse.now = reception.now
    nurse.put(an_hba1c("o1"))
    with pytest.raises(Forbidden):
        nurse.put(an_hba1c("o2", patient="p2"))
    assert "o2" not in orjson.dumps([f.source for f in reception.kept("p2").facts]).decode()


def test_a_clinician_deletes_what_is_about_people_in_their_units_care_and_nothing_else(
    reception: Reception, runtime: Runtime
):
    person_with_diabetes(reception)
    reception.put(a_unit("u2"), a_patient("p2", unit="u2"))
    reception.put(an_hba1c("o1"), an_hba1c("o2", patient="p2"))
    nurse = Reception(runtime, viewer=Viewer(Role.CLINICIAN, TODAY, subject="nurse", unit="u1"))
    nurse.now = reception.now
    nurse.delete("Observation/o1")
    nurse.delete("Observation/o2")
    assert not [fact for fact in reception.kept("p1").facts if fact.item == "hba1c"]
    assert [fact.source for fact in reception.kept("p2").facts if fact.item == "hba1c"]


def test_a_clinician_changes_nothing_that_is_about_no_one(reception: Reception, runtime: Runtime):
    person_with_diabetes(reception)
    nurse = Reception(runtime, viewer=Viewer(Role.CLINICIAN, TODAY, subject="nurse", unit="u1"))
    nurse.now = reception.now
    with pytest.raises(Forbidden) as caught:
        nurse.put(an_hba1c("o1"), a_unit("u1", name="Toinen nimi"))
    assert caught.value.issues[0].expression == "Bundle.entry[1]"


def test_a_second_writer_waits_for_the_first_one_and_then_knows_what_it_stored(runtime: Runtime):
    reception = Reception(runtime)
    person_with_diabetes(reception)
    has_stored, may_end = Event(), Event()

    def first(work: Any) -> None:
        reception.within(work, an_hba1c("o1", on="2026-11-10"))
        has_stored.set()
        assert may_end.wait(20)

    def second() -> None:
        own = Reception(runtime)
        own.now = reception.now
        own.put(an_hba1c("o2", on="2026-11-12"))

    with ThreadPoolExecutor(2) as pool:
        carry_out, at = runtime.store.carry_out, reception.now + LATER
        one = pool.submit(partial(carry_out, first, actor="tests", request="first", at=at))
        assert has_stored.wait(20)
        another = pool.submit(second)
        is_waiting = not wait([another], timeout=0.5).done
        may_end.set()
    assert is_waiting
    assert (one.exception(), another.exception()) == (None, None)
    kept = reception.kept("p1")
    assert len([fact for fact in kept.facts if fact.item == "hba1c"]) == 2
    rounds = kept.follow_ups["hba1c|lab"].rounds.values()
    assert {one.closed_by for one in rounds} == {"Observation/o1", "Observation/o2", ""}


def test_two_results_of_one_patient_at_the_same_moment_both_count(runtime: Runtime):
    reception = Reception(runtime)
    person_with_diabetes(reception)

    def send(number: int) -> list[Received]:
        own = Reception(runtime)
        own.now = reception.now
        return own.put(an_hba1c(f"o{number}", on=f"2026-11-{number:02}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(1, 17)))
    kept = reception.kept("p1")
    assert {fact.source for fact in kept.facts if fact.item == "hba1c"} == {
        f"Observation/o{number}" for number in range(1, 17)
    }
    done = hba1c_today(reception).done
    assert done is not None
    assert done.on == date(2026, 11, 16)
