"""The combined visit: what goes together, when, on how many journeys; each plan checked again."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.contact import ContactKind
from service.domain.interval import Interval
from service.domain.protocol import Kind
from service.domain.visit_plan import PlannedRound, VisitPlan, plan_visits, samples_by
from service.domain.visit_proof import Fault, faults
from service.domain.visit_round import Round
from service.domain.window import State
from tests.domain.visit_rounds import FIGURES, MONDAY, a_round, in_days

NURSE = ContactKind.NURSE_VISIT
PHYSICIAN = ContactKind.PHYSICIAN_VISIT
MONTHLY: dict[str, Any] = {"interval": Interval(months=1), "repeats": True}


def planned(*rounds: Round, until: int = 365, km: int | None = None) -> VisitPlan:
    """A plan that has nothing wrong with it."""
    plan = plan_visits(rounds, day=MONDAY, until=in_days(until), figures=FIGURES, distance_km=km)
    assert faults(plan, rounds, figures=FIGURES) == ()
    return plan


def together(plan: VisitPlan) -> list[list[str]]:
    return [[one.round.follow_up for one in contact.rounds] for contact in plan.contacts]


def days_of(plan: VisitPlan) -> dict[str, date]:
    return {one.round.follow_up: one.on for each in plan.contacts for one in each.rounds}


def test_a_sample_is_taken_a_week_or_two_before_the_visit_that_needs_it():
    plan = planned(
        a_round("hba1c", -10, 0, 30),
        a_round("yearly", -30, 0, 60, NURSE, kind=Kind.VISIT),
    )
    on = days_of(plan)
    assert 7 <= (on["yearly"] - on["hba1c"]).days <= 14
    assert [(one.sample, one.visit) for one in plan.in_time] == [(("hba1c", 1), ("yearly", 1))]
    assert len(plan.journeys) == 2
    assert plan.proven


def test_the_samples_of_a_visit_have_a_last_day():
    plan = planned(
        a_round("hba1c", -10, 0, 30),
        a_round("lipids", -10, 3, 40),
        a_round("yearly", -30, 0, 60, NURSE, kind=Kind.VISIT),
        a_round("feet", -30, 0, 60, NURSE),
    )
    assert samples_by(plan) == {"yearly": plan.contacts[0].to_day}
    assert (days_of(plan)["yearly"] - plan.contacts[0].to_day).days == 7


def test_a_sample_of_another_protocol_binds_no_visit():
    plan = planned(
        a_round("tsh", -10, 0, 30, protocols=("hypothyroidism",)),
        a_round("yearly", -30, 0, 60, NURSE, kind=Kind.VISIT),
    )
    assert plan.in_time == ()
    assert plan.journeys == (MONDAY,)


def test_a_sample_binds_the_visit_nearest_to_it_and_no_later_one():
    plan = planned(
        a_round("hba1c", -5, 0, 20, interval=Interval(months=3)),
        a_round("yearly", 40, 100, 190, NURSE, kind=Kind.VISIT),
    )
    assert plan.in_time == ()


def test_no_professional_takes_over_what_another_does_but_one_journey_serves_both():
    plan = planned(
        a_round("feet", 0, 10, 30, NURSE),
        a_round("review", 5, 12, 40, PHYSICIAN, protocols=("copd",)),
    )
    assert [contact.kind for contact in plan.contacts] == [NURSE, PHYSICIAN]
    assert len(plan.journeys) == 1


def test_what_can_be_done_from_afar_needs_no_journey_unless_it_fits_into_one():
    alone = planned(a_round("phq9", 0, 10, 20, NURSE))
    assert (alone.journeys, alone.contacts[0].remote) == ((), True)
    beside = planned(a_round("phq9", 0, 10, 20, NURSE), a_round("feet", 5, 15, 30, NURSE))
    assert together(beside) == [["phq9", "feet"]]
    assert (len(beside.journeys), beside.contacts[0].remote) == (1, False)


def test_nothing_is_moved_nearer_to_its_due_date_at_the_cost_of_a_journey():
    plan = planned(
        a_round("oral", 0, 0, 0, ContactKind.DENTAL),
        a_round("phq9", 0, 0, 0, NURSE),
        a_round("feet", 0, 3, 3, NURSE),
        a_round("phq9-later", 3, 3, 3, NURSE, activity="phq9"),
        km=1,
    )
    assert plan.journeys == (MONDAY,)


def test_a_long_way_saves_journeys_and_a_short_one_contacts():
    rounds = [
        a_round("nurse-early", 0, 3, 5, NURSE),
        a_round("nurse-late", 4, 7, 8, NURSE),
        a_round("sample-early", 0, 2, 3, protocols=("copd",)),
        a_round("sample-late", 6, 8, 10, protocols=("copd",)),
    ]
    far, near = planned(*rounds, km=80), planned(*rounds, km=2)
    assert (len(far.journeys), len(far.contacts)) == (2, 4)
    assert (len(near.journeys), len(near.contacts)) == (3, 3)
    assert len(planned(*rounds).journeys) == 2, "a way that is not known counts as long"


def test_what_is_overdue_is_done_soon_and_what_is_due_not_later_than_its_window():
    plan = planned(a_round("inr", -40, -30, -27, is_safety=True), a_round("feet", -5, 1, 3, NURSE))
    [contact] = [each for each in plan.contacts if each.kind is ContactKind.SAMPLE]
    assert contact.on == MONDAY
    assert (contact.rounds[0].was_overdue, contact.rounds[0].state) == (True, State.OVERDUE)
    assert days_of(plan)["feet"] <= in_days(3)


def test_an_appointment_stands_and_draws_to_it_what_fits():
    plan = planned(
        a_round("review", -10, 0, 40, PHYSICIAN, booked_on=in_days(22)),
        a_round("medication", 15, 30, 50, PHYSICIAN),
        a_round("hba1c", -10, 0, 30),
    )
    assert days_of(plan)["review"] == days_of(plan)["medication"] == in_days(22)
    assert 7 <= (in_days(22) - days_of(plan)["hba1c"]).days <= 14


def test_a_sample_too_late_for_a_booked_visit_is_told_and_taken_all_the_same():
    plan = planned(
        a_round("review", -10, 0, 40, PHYSICIAN, booked_on=in_days(2)),
        a_round("hba1c", -10, 0, 30),
    )
    assert (len(plan.in_time), len(plan.too_late)) == (0, 1)
    assert days_of(plan)["hba1c"] >= MONDAY


def test_working_days_are_chosen_where_there_are_any():
    saturday = 5
    plan = planned(a_round("hba1c", saturday - 3, saturday, saturday + 3))
    assert plan.contacts[0].on == in_days(saturday - 1)
    weekend = planned(a_round("hba1c", saturday, saturday, saturday + 1))
    assert weekend.contacts[0].on == in_days(saturday)


def test_a_sample_before_eating_is_told():
    contact = planned(a_round("fpg", 0, 5, 9), a_round("alat", 0, 5, 9)).contacts[0]
    assert contact.fasting
    assert len(contact.rounds) == 2


def test_what_the_person_does_at_home_is_no_journey_and_no_ones_appointment():
    plan = planned(a_round("home_bp", 0, 5, 9, ContactKind.HOME), a_round("fpg", 0, 5, 9))
    assert len(plan.contacts) == 2
    assert plan.journeys == (in_days(4),)


def test_rounds_that_follow_are_counted_from_the_planned_day():
    inr = a_round("inr", -2, 2, 5, **MONTHLY)
    plan = planned(inr, until=100)
    on = [contact.on for contact in plan.contacts]
    assert len(on) == 4
    for before, after in zip(plan.contacts, plan.contacts[1:], strict=False):
        assert after.rounds[0].round.window.due_on == Interval(months=1).after(before.on)


def test_a_yearly_check_goes_with_a_later_round_of_a_monthly_one():
    plan = planned(
        a_round("inr", -2, 2, 5, protocols=("anticoagulation",), **MONTHLY),
        a_round("lipids", 20, 80, 120, protocols=("dyslipidaemia",)),
        until=100,
    )
    assert len(plan.journeys) == 4
    assert ["inr", "lipids"] in [sorted(each) for each in together(plan)]


@st.composite
def people(draw: st.DrawFn) -> list[Round]:
    """A few rounds of all kinds, some repeating, some overdue, some booked."""
    found = []
    for number in range(draw(st.integers(0, 7))):
        due, lead, grace = draw(
            st.tuples(st.integers(-60, 90), st.integers(0, 20), st.integers(0, 30))
        )
        contact = draw(st.sampled_from([ContactKind.SAMPLE, NURSE, PHYSICIAN, ContactKind.HOME]))
        more: dict[str, Any] = {
            "protocols": (draw(st.sampled_from(["copd", "asthma"])),),
            "kind": draw(st.sampled_from([Kind.VISIT, Kind.MEASUREMENT])),
            "is_safety": draw(st.booleans()),
            "activity": draw(st.sampled_from(["phq9", "feet", "yearly"])),
            "interval": draw(st.sampled_from([None, Interval(months=3), Interval(months=12)])),
            "repeats": draw(st.booleans()),
        }
        if draw(st.integers(0, 9)) == 0:
            more["booked_on"] = in_days(draw(st.integers(0, 40)))
        found.append(a_round(f"r{number}", due - lead, due, due + grace, contact, **more))
    return found


@settings(max_examples=50, deadline=None)
@given(people(), st.integers(90, 200), st.randoms(use_true_random=False))
def test_nothing_falls_overdue_nothing_is_forgotten_and_the_order_given_does_not_matter(
    rounds, until, chance
):
    plan = planned(*rounds, until=until)
    assert faults(plan, rounds, figures=FIGURES) == ()
    shuffled = [*rounds, *rounds[:2]]
    chance.shuffle(shuffled)
    assert planned(*shuffled, until=until) == plan


@settings(max_examples=30, deadline=None)
@given(people())
def test_a_contact_may_be_moved_within_its_days_while_the_others_stay(rounds):
    plan = plan_visits(rounds, day=MONDAY, until=MONDAY, figures=FIGURES)
    for place, contact in enumerate(plan.contacts):
        for on in (contact.from_day, contact.to_day):
            moved = [
                each._replace(
                    on=on,
                    rounds=tuple(
                        one._replace(on=on, state=one.round.window.state_on(on))
                        for one in each.rounds
                    ),
                )
                if at == place or (each.on == contact.on and not each.remote and not contact.remote)
                else each
                for at, each in enumerate(plan.contacts)
            ]
            journeys = tuple({each.on for each in moved if not each.remote})
            changed = plan._replace(contacts=tuple(moved), journeys=journeys)
            assert faults(changed, rounds, figures=FIGURES) == ()


FAULTY = {
    Fault.FORGOTTEN: lambda plan: plan._replace(contacts=plan.contacts[1:], in_time=()),
    Fault.WRONG_JOURNEYS: lambda plan: plan._replace(journeys=()),
    Fault.SAMPLE_UNTIMELY: lambda plan: on_another_day(plan, "hba1c", 16),
    Fault.AFTER_WINDOW: lambda plan: on_another_day(plan, "hba1c", 31),
    Fault.IN_THE_PAST: lambda plan: on_another_day(plan, "hba1c", -1),
    Fault.BEFORE_WINDOW: lambda plan: on_another_day(plan, "hba1c", -11),
    Fault.NOT_SOON: lambda plan: on_another_day(plan, "inr", 15),
    Fault.APPOINTMENT_MOVED: lambda plan: on_another_day(plan, "review", 21),
    Fault.WRONG_STATE: lambda plan: on_another_day(plan, "inr", 3, state=State.DUE),
    Fault.NOT_REMOTE: lambda plan: changed_contact(plan, "inr", remote=True),
    Fault.MIXED: lambda plan: changed_contact(plan, "inr", kind=NURSE),
}


def changed_contact(plan: VisitPlan, name: str, **change: Any) -> VisitPlan:
    """The plan with something else about the contact that takes care of a follow-up."""
    contacts = [
        each._replace(**change) if name in {one.round.follow_up for one in each.rounds} else each
        for each in plan.contacts
    ]
    return plan._replace(contacts=tuple(contacts))


def on_another_day(plan: VisitPlan, name: str, day: int, state: State | None = None) -> VisitPlan:
    """The plan with one of its rounds on another day."""

    def moved(one: PlannedRound) -> PlannedRound:
        if one.round.follow_up != name:
            return one
        on = in_days(day)
        return one._replace(on=on, state=state or one.round.window.state_on(on))

    contacts = (each._replace(rounds=tuple(map(moved, each.rounds))) for each in plan.contacts)
    return plan._replace(contacts=tuple(contacts))


@pytest.mark.parametrize("fault", FAULTY, ids=lambda fault: fault.name.lower())
def test_the_check_finds_what_is_wrong_with_a_plan(fault):
    rounds = [
        a_round("hba1c", -10, 0, 30),
        a_round("review", -10, 0, 40, PHYSICIAN, kind=Kind.VISIT, booked_on=in_days(22)),
        a_round("inr", -40, -30, -27, protocols=("anticoagulation",), is_safety=True),
    ]
    plan = planned(*rounds)
    assert faults(plan, rounds, figures=FIGURES) == ()
    found = faults(FAULTY[fault](plan), rounds, figures=FIGURES)
    assert fault in {one.fault for one in found}


def test_the_check_finds_a_round_that_does_not_follow_from_the_one_before():
    inr = a_round("inr", -2, 2, 5, **MONTHLY)
    plan = planned(inr, until=60)
    wrong = plan._replace(
        contacts=(
            plan.contacts[0],
            plan.contacts[0]._replace(
                rounds=(plan.contacts[0].rounds[0]._replace(round=inr._replace(number=2)),)
            ),
        )
    )
    assert Fault.WRONG_ROUND in {one.fault for one in faults(wrong, [inr], figures=FIGURES)}


def test_forty_follow_ups_are_planned_with_proof():
    kinds = [ContactKind.SAMPLE, NURSE, ContactKind.SAMPLE, NURSE, PHYSICIAN]
    names = ("copd", "hypertension", "type-2-diabetes")
    rounds = [
        a_round(f"r{at}", due - 36, due, due + 91, kinds[at % 5], protocols=(names[at % 3],))
        for at, due in enumerate((-200, -20, 10, 40, 150, 60, -5, 90) * 5)
    ]
    plan = planned(*rounds)
    assert plan.proven
    assert sum(len(contact.rounds) for contact in plan.contacts) == 40


@st.composite
def few(draw: st.DrawFn) -> list[Round]:
    """Some rounds that fit into a fortnight, so that every choice of days can be tried."""
    found = []
    for number in range(draw(st.integers(2, 4))):
        opens = draw(st.integers(0, 6))
        closes = opens + draw(st.integers(0, 4))
        contact = draw(st.sampled_from([ContactKind.SAMPLE, NURSE, PHYSICIAN]))
        activity = draw(st.sampled_from(["yearly", "phq9", "feet"]))
        found.append(a_round(f"r{number}", opens, closes, closes, contact, activity=activity))
    return found


@settings(max_examples=25, deadline=None)
@given(few(), st.booleans())
def test_no_choice_of_days_makes_fewer_journeys_and_contacts(rounds, is_far):
    figures = replace(FIGURES, results_days=2, fresh_days=4)
    km = 100 if is_far else 1
    plan = plan_visits(rounds, day=MONDAY, until=MONDAY, figures=figures, distance_km=km)
    keys = [one.key for one in rounds]
    pairs = [(keys.index(one.sample), keys.index(one.visit)) for one in plan.in_time]
    spans = [one.first_and_last(MONDAY, figures) for one in rounds]
    choices = product(
        *(range((first - MONDAY).days, (last - MONDAY).days + 1) for first, last in spans)
    )
    fewest = min(
        counted(rounds, days)[:: 1 if is_far else -1]
        for days in choices
        if all(2 <= days[visit] - days[sample] <= 4 for sample, visit in pairs)
    )
    assert (len(plan.journeys), len(plan.contacts))[:: 1 if is_far else -1] == fewest


def counted(rounds: list[Round], days: tuple[int, ...]) -> tuple[int, int]:
    """The journeys and the contacts that rounds on these days make."""
    held: dict[tuple[int, ContactKind], list[Round]] = {}
    for one, day in zip(rounds, days, strict=True):
        held.setdefault((day, one.contact), []).append(one)
    travelled = {
        day
        for (day, _), together in held.items()
        if any(one.activity not in FIGURES.remote for one in together)
    }
    return len(travelled), len(held)
