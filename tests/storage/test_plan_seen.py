"""A patient's plan as it is read: on any day, as known at any instant, by those who may see it."""

from datetime import date, timedelta

import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import NotFound
from service.domain.interval import FOREVER
from service.domain.seen import SeenUnit
from service.domain.window import State
from tests.house import SYSTEM, TODAY
from tests.receiving import BASE, Reception, a_condition, a_patient, a_unit, an_hba1c

SHARED = [
    {"coding": [{"system": f"{BASE}/CodeSystem/care-plan-category", "code": "shared-care-plan"}]}
]


def plan_of(runtime, viewer=SYSTEM, as_of=TODAY, **more):
    """The plan of p1."""
    with runtime.store.read() as view:
        return view.follow_ups.plan("p1", viewer=viewer, as_of=as_of, **more)


def a_reception(runtime):
    """A patient of Hattula with diabetes and an HbA1c of yesterday."""
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    reception.put(an_hba1c())
    return reception


def let_plan_say(reception, **elements):
    """Let a professional change the live plan, or another one of that category by its id."""
    plan = plan_of(reception.runtime)
    reception.put(
        {
            "resourceType": "CarePlan",
            "id": plan.care_plan,
            "status": "active",
            "intent": "plan",
            "category": SHARED,
            "subject": {"reference": "Patient/p1"},
            **elements,
        }
    )


def agreed(day):
    """The extension by which a plan is agreed."""
    return {"extension": [{"url": f"{BASE}/StructureDefinition/agreed-on", "valueDate": day}]}


def test_a_plan_tells_unit_protocols_and_every_follow_up(runtime):
    a_reception(runtime)

    plan = plan_of(runtime)

    assert plan.unit == SeenUnit("u1", "Hattulan terveysasema", "+358 00 001 082")
    assert plan.protocols == (("type-2-diabetes", "2026.1"),)
    assert (plan.patient, plan.person.sex, plan.as_of) == ("p1", "female", TODAY)
    assert plan.care_plan
    assert plan.agreed_on is None
    assert plan.on_hold_until is None
    assert not plan.from_history
    hba1c = next(one for one in plan.follow_ups if one.activity == "hba1c")
    assert (hba1c.state, hba1c.stretch.done.on) == (State.UPCOMING, TODAY - timedelta(days=1))
    assert hba1c.done_known_on == TODAY
    assert hba1c.task


def test_follow_ups_stand_in_the_order_of_the_worklist(runtime):
    a_reception(runtime)

    found = [(one.stretch.urgency, one.stretch.order_on) for one in plan_of(runtime).follow_ups]

    assert found == sorted(found)


def test_a_day_in_the_past_sees_the_plan_it_should_have_had(runtime):
    a_reception(runtime)

    plan = plan_of(runtime, as_of=date(2023, 1, 1))

    assert plan.protocols == (("type-2-diabetes", "2026.1"),)
    hba1c = next(one for one in plan.follow_ups if one.activity == "hba1c")
    assert (hba1c.state, hba1c.stretch.done) == (State.OVERDUE, None)
    assert plan_of(runtime, as_of=date(2020, 5, 3)).follow_ups == ()


def test_what_was_known_before_the_result_still_says_overdue(runtime):
    reception = a_reception(runtime)

    plan = plan_of(runtime, known_at=reception.now - timedelta(seconds=1))

    hba1c = next(one for one in plan.follow_ups if one.activity == "hba1c")
    assert hba1c.state is State.OVERDUE
    assert plan.known_at == reception.now - timedelta(seconds=1)


def test_who_has_no_plan_has_a_unit(runtime):
    Reception(runtime).put(a_unit(), a_patient())

    plan = plan_of(runtime)

    assert (plan.unit.id, plan.care_plan, plan.follow_ups) == ("u1", "", ())


def test_a_plan_is_agreed_from_the_day_on_which_it_was_gone_through(runtime):
    reception = a_reception(runtime)
    before = reception.now

    let_plan_say(reception, **agreed("2026-11-20"))

    assert plan_of(runtime).agreed_on == date(2026, 11, 20)
    assert plan_of(runtime, as_of=date(2026, 11, 19)).agreed_on is None
    assert plan_of(runtime, known_at=before).agreed_on is None


def test_a_plan_whose_agreement_is_taken_back_is_a_proposal_again(runtime):
    reception = a_reception(runtime)
    let_plan_say(reception, **agreed("2026-11-20"))
    between = reception.now

    let_plan_say(reception)

    assert plan_of(runtime).agreed_on is None
    assert plan_of(runtime, known_at=between).agreed_on == date(2026, 11, 20)


def test_a_plan_on_hold_says_so_and_its_follow_ups_rest(runtime):
    reception = a_reception(runtime)

    let_plan_say(reception, status="on-hold")

    plan = plan_of(runtime)
    assert plan.on_hold_until == FOREVER
    assert {one.state for one in plan.follow_ups} == {State.PAUSED}
    assert {one.adjustment.kind for one in plan.follow_ups} == {"plan-on-hold"}


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer(Role.PATIENT, TODAY, patient="p1"),
        Viewer(Role.CLINICIAN, TODAY, unit="u1"),
        SYSTEM,
    ],
)
def test_the_patient_and_those_who_care_for_them_see_the_plan(runtime, viewer):
    a_reception(runtime)

    assert len(plan_of(runtime, viewer).follow_ups) == len(plan_of(runtime).follow_ups) > 0


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer(Role.PATIENT, TODAY, patient="p2"),
        Viewer(Role.CLINICIAN, TODAY, unit="u2"),
        Viewer(Role.AUDITOR, TODAY),
        Viewer(Role.ADMIN, TODAY),
    ],
)
def test_for_others_there_is_no_such_patient(runtime, viewer):
    a_reception(runtime)

    with pytest.raises(NotFound):
        plan_of(runtime, viewer)


def test_an_unknown_patient_is_not_found(runtime):
    with pytest.raises(NotFound):
        plan_of(runtime)


@pytest.mark.parametrize("status", ["completed", "revoked"])
def test_a_plan_that_is_over_follows_its_protocols_for_the_last_time_today(runtime, status):
    reception = a_reception(runtime)
    before, tomorrow = reception.now, TODAY + timedelta(days=1)

    let_plan_say(reception, status=status)

    assert plan_of(runtime).protocols == (("type-2-diabetes", "2026.1"),)
    over = plan_of(runtime, as_of=tomorrow)
    assert over.protocols == ()
    assert {one.state for one in over.follow_ups} <= {State.ENDED}
    assert plan_of(runtime, as_of=tomorrow, known_at=before).protocols != ()


@pytest.mark.parametrize("type_", ["CarePlan", "ServiceRequest", "Task"])
def test_results_count_on_where_somebody_has_deleted_what_we_made(runtime, type_):
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    plan = plan_of(runtime)
    hba1c = next(one for one in plan.follow_ups if one.activity == "hba1c")
    made = {"CarePlan": plan.care_plan, "ServiceRequest": hba1c.id, "Task": hba1c.task}
    reception.delete(f"{type_}/{made[type_]}")

    reception.put(an_hba1c())

    after = next(one for one in plan_of(runtime).follow_ups if one.activity == "hba1c")
    assert (after.state, after.stretch.done.on) == (State.UPCOMING, TODAY - timedelta(days=1))
    if type_ != "ServiceRequest":
        with runtime.store.read() as view:
            assert not view.resources.find(type_, made[type_], viewer=SYSTEM).deleted


@pytest.mark.parametrize(
    "said",
    [
        {"status": "completed"},
        {"status": "draft", **agreed("2026-11-20")},
        {"intent": "proposal", "status": "on-hold"},
        {"status": "on-hold", "category": [{"text": "wound care"}]},
    ],
)
def test_another_plan_that_is_not_live_decides_nothing_of_the_live_one(runtime, said):
    reception = a_reception(runtime)
    before = plan_of(runtime)

    let_plan_say(reception, id="another", **said)

    after = plan_of(runtime, as_of=TODAY + timedelta(days=1))
    assert (after.protocols, after.agreed_on) == (before.protocols, None)
    assert after.on_hold_until is None
