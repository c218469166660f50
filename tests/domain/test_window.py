"""Windows: in order, within their limits, one state a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.interval import FOREVER, Interval
from service.domain.window import (
    Leeway,
    State,
    days_overdue,
    spread,
    window_around,
    window_from_plan,
)
from tests.builders import a_day, an_interval, the_figures

FIGURES = the_figures()
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
LENGTHS = st.one_of(
    st.builds(Interval, st.integers(1, 120)), st.builds(Interval, st.just(0), st.integers(1, 2000))
)
OWN = st.builds(Leeway, st.none() | st.integers(0, 90), st.none() | st.integers(0, 90))


@given(DAYS, LENGTHS, OWN)
def test_a_window_opens_is_due_and_closes_in_that_order(
    due_on: date, length: Interval, own: Leeway
) -> None:
    window = window_around(due_on, length, FIGURES, own)

    assert window.opens_on <= window.due_on <= window.closes_on
    assert window.due_on == due_on


@given(DAYS, LENGTHS)
def test_lead_is_at_most_half_the_interval_and_grace_at_least_a_week(
    due_on: date, length: Interval
) -> None:
    window = window_around(due_on, length, FIGURES)
    days = (due_on - length.before(due_on)).days

    assert 2 * (window.due_on - window.opens_on).days <= days
    assert (window.due_on - window.opens_on).days <= 61
    assert 7 <= (window.closes_on - window.due_on).days <= 91


@given(DAYS, LENGTHS)
def test_a_longer_interval_never_has_less_lead_or_grace(due_on: date, length: Interval) -> None:
    longer = Interval(length.months, length.days + 1)
    one, other = (window_around(due_on, each, FIGURES) for each in (length, longer))

    assert other.opens_on <= one.opens_on
    assert other.closes_on >= one.closes_on


@given(DAYS, LENGTHS, st.integers(-200, 200))
def test_on_each_day_there_is_one_state_and_overdue_says_by_how_much(
    due_on: date, length: Interval, offset: int
) -> None:
    window = window_around(due_on, length, FIGURES)
    day = due_on + timedelta(days=offset)
    state = window.state_on(day)

    assert (state is State.OVERDUE) == (days_overdue(window, day) > 0)
    assert (state is State.OVERDUE) == (day >= window.overdue_from)
    assert (state is State.UPCOMING) == (day < window.opens_on)


def test_due_today_is_not_overdue() -> None:
    window = window_around(a_day("2024-06-12"), an_interval("P3M"), FIGURES)

    assert window.state_on(a_day("2024-06-12")) is State.DUE
    assert window.state_on(a_day("2024-07-05")) is State.DUE
    assert window.state_on(a_day("2024-07-06")) is State.OVERDUE


def test_a_date_from_the_plan_has_thirty_days_on_either_side() -> None:
    window = window_from_plan(a_day("2024-03-31"), FIGURES)

    assert window.opens_on == a_day("2024-03-01")
    assert window.closes_on == a_day("2024-04-30")


@pytest.mark.parametrize(
    ("lead", "grace", "opens", "closes"),
    [(None, 3, "2024-06-03", "2024-06-15"), (2, None, "2024-06-10", "2024-07-05")],
)
def test_a_protocol_may_state_one_of_the_two(
    lead: int | None, grace: int | None, opens: str, closes: str
) -> None:
    window = window_around(a_day("2024-06-12"), an_interval("P3M"), FIGURES, Leeway(lead, grace))

    assert (window.opens_on, window.closes_on) == (a_day(opens), a_day(closes))


def test_at_the_end_of_the_calendar_a_window_stays_within_it() -> None:
    assert spread(FOREVER, 30, 30) == (FOREVER, FOREVER, FOREVER)
    assert spread(a_day("9999-12-20"), 5, 30).closes_on == FOREVER
