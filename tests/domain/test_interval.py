"""Calendar intervals: clamping to the month's end, no drift, and the end of the calendar."""

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from service.domain.interval import FOREVER, Interval, next_day
from tests.builders import a_day, an_interval

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
LENGTHS = st.builds(Interval, st.integers(0, 600), st.integers(0, 4000))
MONTHS = st.builds(Interval, st.integers(0, 600))


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("P3M", 3, 0),
        ("P1Y", 12, 0),
        ("P1Y6M", 18, 0),
        ("P12W", 0, 84),
        ("P10D", 0, 10),
        ("P1M15D", 1, 15),
        ("P0D", 0, 0),
    ],
)
def test_a_duration_is_months_and_days(text: str, months: int, days: int) -> None:
    assert Interval.parse(text) == Interval(months, days)


@pytest.mark.parametrize("text", ["", "P", "3M", "PT6H", "P1.5M", "P-1M", "P3M ", "P1D1M", "P3X"])
def test_what_is_no_calendar_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        Interval.parse(text)


@given(LENGTHS)
def test_what_is_written_reads_back(length: Interval) -> None:
    assert Interval.parse(length.iso) == length


@pytest.mark.parametrize(
    ("text", "iso"),
    [("P1Y", "P12M"), ("P14D", "P2W"), ("P10D", "P10D"), ("P0M", "P0D"), ("P1M7D", "P1M7D")],
)
def test_a_length_is_written_in_its_largest_plain_unit(text: str, iso: str) -> None:
    assert an_interval(text).iso == iso


@given(DAYS, LENGTHS)
def test_a_length_after_a_day_is_what_dateutil_says(day: date, length: Interval) -> None:
    assert length.after(day) == day + relativedelta(months=length.months, days=length.days)


@given(DAYS, LENGTHS)
def test_a_length_before_a_day_is_what_dateutil_says(day: date, length: Interval) -> None:
    assert length.before(day) == day - relativedelta(months=length.months) - relativedelta(
        days=length.days
    )


@given(DAYS, st.integers(0, 300), st.integers(1, 12))
def test_counted_from_the_anchor_month_ends_do_not_drift(day: date, times: int, every: int) -> None:
    later = Interval(months=every * times).after(day)

    assert (later.day == day.day) or (later.day < day.day and next_day(later).day == 1)


@given(DAYS, MONTHS, MONTHS)
def test_the_longer_of_two_lengths_of_months_ends_no_earlier(
    day: date, one: Interval, other: Interval
) -> None:
    shorter, longer = sorted((one, other), key=lambda length: length.nominal_days)

    assert shorter.after(day) <= longer.after(day)


@given(st.dates(date(9990, 1, 1), FOREVER), LENGTHS)
def test_nothing_ends_after_the_last_day_of_the_calendar(day: date, length: Interval) -> None:
    assert day <= length.after(day) <= FOREVER


def test_forever_and_any_length_is_forever() -> None:
    assert an_interval("P3M").after(FOREVER) == FOREVER
    assert an_interval("P10D").before(FOREVER) == FOREVER
    assert next_day(FOREVER) == FOREVER


def test_only_p0d_is_now() -> None:
    assert an_interval("P0D").is_now
    assert not an_interval("P1D").is_now
    assert not an_interval("P1M").is_now


def test_four_months_are_longer_than_seventeen_weeks() -> None:
    assert an_interval("P4M").nominal_days > an_interval("P17W").nominal_days
    assert an_interval("P4M").nominal_days < an_interval("P18W").nominal_days


def test_the_day_after_the_last_of_february() -> None:
    assert next_day(a_day("2024-02-29")) == a_day("2024-03-01")
