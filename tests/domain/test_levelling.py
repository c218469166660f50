"""A unit's year spread evenly: nobody falls overdue by it, no week becomes busier than the busiest was."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.contact import ContactKind
from service.domain.interval import Interval
from service.domain.levelling import Chain, Moved, chains_of, levelled, to_birth_months, week_load
from service.domain.visit_plan import plan_visits
from service.domain.visit_proof import faults
from service.domain.visit_round import Round
from service.domain.window import State
from tests.domain.visit_rounds import FIGURES, MONDAY, a_round, in_days

NURSE = ContactKind.NURSE_VISIT
A_YEAR = in_days(365)


def chains(person: str, *rounds: Round, born: int = 0) -> list[Chain]:
    plan = plan_visits(rounds, day=MONDAY, until=A_YEAR, figures=FIGURES)
    return list(chains_of(person, born, plan, FIGURES))


def busiest(moved, kind: ContactKind) -> int:
    return max((count for (of, _), count in week_load(moved).items() if of is kind), default=0)


def a_check(name: str, due: int = 100, *, around: int = 60, **more) -> Round:
    return a_round(name, due - around, due, due + around, NURSE, **more)


def test_a_week_in_which_all_are_due_is_spread_over_the_weeks_of_their_windows():
    people = [one for at in range(40) for one in chains(f"p{at}", a_check(f"f{at}"))]
    assert busiest([Moved(one, 0) for one in people], NURSE) == 40
    assert busiest(levelled(people), NURSE) == 3


def test_the_load_is_weighed_against_the_capacity_of_each_kind():
    both = [
        one
        for at in range(12)
        for one in chains(f"p{at}", a_check(f"f{at}", around=14), a_round(f"s{at}", 86, 100, 114))
    ]
    moved = levelled(both, {NURSE: 10, ContactKind.SAMPLE: 1})
    assert busiest(moved, ContactKind.SAMPLE) <= 3


def test_a_sample_moves_with_the_visit_that_needs_it():
    [one] = chains(
        "p", a_round("hba1c", 60, 100, 160), a_check("yearly"), a_check("feet", protocols=("x",))
    )
    assert {each.kind for each in one.contacts} == {ContactKind.SAMPLE, NURSE}
    assert one.earliest < 0 < one.latest


def test_an_appointment_stays():
    [one] = chains("p", a_check("feet", booked_on=in_days(90)))
    assert list(one.moves()) == [0]


def test_a_yearly_check_goes_to_the_month_of_birth_where_its_window_reaches_it():
    [reached] = to_birth_months(chains("p", a_check("feet"), born=4))
    assert next(on for _, on in reached.contacts()).month == 4
    [too_far] = to_birth_months(chains("p", a_check("feet"), born=8))
    [(contact, on)] = too_far.contacts()
    assert contact.on < on <= in_days(160), "as near as the window allows"


def test_what_comes_round_more_often_than_yearly_keeps_its_day():
    often = chains("p", a_check("bp", interval=Interval(months=6)), born=4)
    unknown = chains("q", a_check("feet"))
    assert [one.days for one in to_birth_months([*often, *unknown])] == [0, 0]


@st.composite
def units(draw: st.DrawFn) -> list[Chain]:
    """People with checks due in the same weeks, some overdue, some booked."""
    found: list[Chain] = []
    for at in range(draw(st.integers(1, 12))):
        rounds = []
        for number in range(draw(st.integers(1, 3))):
            due, around = draw(st.sampled_from([-100, 0, 30, 100])), draw(st.integers(0, 60))
            contact = draw(st.sampled_from([NURSE, ContactKind.SAMPLE, ContactKind.HOME]))
            activity = draw(st.sampled_from(["yearly", "feet", "phq9"]))
            name = f"p{at}-{number}"
            rounds.append(
                a_round(name, due - around, due, due + around, contact, activity=activity)
            )
        found += chains(f"p{at}", *rounds, born=draw(st.integers(0, 12)))
    return found


@settings(max_examples=15, deadline=None)
@given(units(), st.randoms(use_true_random=False))
def test_nobody_falls_overdue_no_week_gets_busier_and_the_order_given_does_not_matter(
    people, chance
):
    before = [Moved(one, 0) for one in people]
    for spread in (levelled, to_birth_months):
        after = spread(people)
        assert sorted(one.chain for one in after) == sorted(people)
        for moved in after:
            for contact, on in moved.contacts():
                assert on >= MONDAY
                for one in contact.rounds:
                    late = one.round.window.state_on(on) is State.OVERDUE
                    assert not late or one.was_overdue
        shuffled = list(people)
        chance.shuffle(shuffled)
        assert spread(shuffled) == after
    for kind in ContactKind:
        assert busiest(levelled(people), kind) <= busiest(before, kind)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(0, 12))
def test_a_persons_plan_is_still_sound_after_the_move(room, born):
    rounds = [
        a_round("hba1c", 100 - room, 100, 100 + room),
        a_round("yearly", 90 - room, 110, 130 + room, NURSE),
    ]
    plan = plan_visits(rounds, day=MONDAY, until=A_YEAR, figures=FIGURES)
    moved = to_birth_months(chains_of("p", born, plan, FIGURES))
    contacts = tuple(
        contact._replace(
            on=on,
            from_day=on,
            to_day=on,
            rounds=tuple(
                one._replace(on=on, state=one.round.window.state_on(on)) for one in contact.rounds
            ),
        )
        for each in moved
        for contact, on in each.contacts()
    )
    journeys: tuple[date, ...] = tuple({one.on for one in contacts})
    assert (
        faults(plan._replace(contacts=contacts, journeys=journeys), rounds, figures=FIGURES) == ()
    )


def test_a_move_is_of_whole_weeks():
    people = [one for at in range(9) for one in chains(f"p{at}", a_check(f"f{at}"))]
    days = {one.days for one in levelled(people)}
    assert len(days) > 1
    assert all(timedelta(days=each) % timedelta(weeks=1) == timedelta() for each in days)
