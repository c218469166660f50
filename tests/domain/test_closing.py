"""What counts as done: each doing once, in order, on the day it is done."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from service.domain.closing import Closing, Doing, Series, doings, last_doing
from service.domain.fact import ELSEWHERE, SELF, Fact
from tests.builders import a_closing, a_day, a_fact, a_patient, a_result

FIRST = date(2024, 1, 1)
PANEL = a_closing("salts", "k", "na|cl", identity="salts|lab")
ITEMS = ("k", "na", "cl", "salts", "salts|lab", "hb")


@st.composite
def results(draw: st.DrawFn) -> list[Fact]:
    """Some results of the panel, and of others."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(0, 20)), max_size=12))
    return [
        Fact(item, FIRST + timedelta(days=day), f"Observation/{number}", value=1.0)
        for number, (item, day) in enumerate(drawn)
    ]


def done_on(closing: Closing, facts: list[Fact], day: date) -> date | None:
    """The last day it was done, as known on a day."""
    last = last_doing(a_patient(*facts).doings(closing), day)
    return last.done_on if last else None


@given(results())
def test_a_panel_is_done_on_the_oldest_of_its_parts_latest_days(facts: list[Fact]) -> None:
    for number in range(22):
        day = FIRST + timedelta(days=number)
        known = [fact for fact in facts if fact.day <= day]
        whole = [f.day for f in known if f.item in {"salts", "salts|lab"}]
        parts = [[f.day for f in known if f.item in part] for part in PANEL.parts]
        together = [min(map(max, parts))] if all(parts) else []
        assert done_on(PANEL, facts, day) == max([*whole, *together], default=None)


@given(results())
def test_doings_go_forward_one_a_day(facts: list[Fact]) -> None:
    found = a_patient(*facts).doings(PANEL)

    assert [doing.day for doing in found] == sorted({doing.day for doing in found})
    assert [doing.done_on for doing in found] == sorted({doing.done_on for doing in found})
    assert all(doing.done_on <= doing.day for doing in found)


@given(results(), st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_facts_do_not_matter(facts: list[Fact], random: Random) -> None:
    shuffled = [*facts, *facts]
    random.shuffle(shuffled)

    assert a_patient(*shuffled).doings(PANEL) == a_patient(*facts).doings(PANEL)


def test_of_two_results_on_one_day_the_later_is_told() -> None:
    early = a_result("k", 4.0, "2024-03-12", at="2024-03-12T06:00:00Z", source="Observation/z")
    late = a_result("k", 4.2, "2024-03-12", at="2024-03-12T09:00:00Z", source="Observation/a")
    day = a_day("2024-03-12")

    assert a_patient(late, early).doings(a_closing("k", "k")) == (Doing(day, day, "Observation/a"),)


def test_the_patient_s_own_counts_only_where_the_activity_says_so() -> None:
    own = a_result("act", 22, "2024-03-12", quality=SELF)

    assert a_patient(own).doings(a_closing("act", "act", own=True))
    assert not a_patient(own).doings(a_closing("act", "act"))


def test_a_mean_of_a_home_series_is_a_whole_one() -> None:
    closing = a_closing("home_bp", "home_bp", own=True, series=Series(4, 7))
    mean = a_result("home_bp", 132, "2024-03-12", quality=SELF, detail="mean")

    assert len(a_patient(mean).doings(closing)) == 1


def test_what_is_based_on_the_follow_up_closes_a_series_too() -> None:
    closing = a_closing("home_bp", "home_bp", identity="home_bp|self-measurement", own=True)
    series = Closing(closing.key, closing.identity, closing.parts, own=True, series=Series(4, 7))
    told = a_fact("home_bp|self-measurement", "2024-03-12", quality=ELSEWHERE)

    assert len(a_patient(told).doings(series)) == 1


def test_readings_of_one_half_of_the_day_make_no_pair() -> None:
    closing = a_closing("home_bp", "home_bp", own=True, series=Series(1, 7))
    morning = a_result("home_bp", 130, "2024-03-12", source="a", quality=SELF, detail="morning")
    unnamed = a_result("home_bp", 130, "2024-03-12", source="b", quality=SELF)

    assert a_patient(morning, unnamed).doings(closing) == ()


def test_nothing_done_is_nothing_known() -> None:
    assert doings(PANEL, []) == ()
    assert last_doing((), FIRST) is None
