"""Dates as ranges of instants and as clinic days, over the changes of the clocks too."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import CLINIC_ZONE
from service.fhir.timing import (
    EARLIEST,
    LATEST,
    ClinicDay,
    Range,
    clinic_day_of,
    day_range,
    instant_of,
    instant_text,
    microseconds_of,
    moment_of,
    range_of,
    range_of_period,
    range_of_timing,
)

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
MOMENTS = st.datetimes(
    datetime(1900, 1, 2),  # noqa: DTZ001 - the zone is drawn beside it
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12 * 60, 14 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
)


def at(*parts: int) -> int:
    """A moment of the clinic's clock as an instant."""
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    return microseconds_of(datetime(year, month, day, hour, minute, second, tzinfo=CLINIC_ZONE))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2027", at(2027, 1, 1), at(2028, 1, 1)),
        ("2027-03", at(2027, 3, 1), at(2027, 4, 1)),
        ("2027-03-12", at(2027, 3, 12), at(2027, 3, 13)),
        ("2028-02", at(2028, 2, 1), at(2028, 3, 1)),
        ("2027-03-12T09:30", at(2027, 3, 12, 9, 30), at(2027, 3, 12, 9, 31)),
        ("2027-03-12T09:30:15", at(2027, 3, 12, 9, 30, 15), at(2027, 3, 12, 9, 30, 16)),
        ("2027-03-12T07:30:15Z", at(2027, 3, 12, 9, 30, 15), at(2027, 3, 12, 9, 30, 16)),
        ("2027-03-12T12:30:15+05:00", at(2027, 3, 12, 9, 30, 15), at(2027, 3, 12, 9, 30, 16)),
    ],
)
def test_a_date_stands_for_the_whole_of_its_precision(text: str, low: int, high: int) -> None:
    assert range_of(text) == Range(low, high)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("2027-03-12T07:30:15.2Z", SECOND // 10),
        ("2027-03-12T07:30:15.25Z", SECOND // 100),
        ("2027-03-12T07:30:15.250Z", SECOND // 1_000),
        ("2027-03-12T07:30:15.250000Z", 1),
        ("2027-03-12T07:30:15.250000123Z", 1),
    ],
)
def test_a_fraction_is_as_wide_as_its_last_digit(text: str, width: int) -> None:
    read = range_of(text)
    assert read is not None
    assert read.high - read.low == width


def test_a_leap_second_follows_the_59th() -> None:
    leap, before = range_of("2016-12-31T23:59:60Z"), range_of("2016-12-31T23:59:59Z")
    assert leap is not None
    assert before is not None
    assert leap.low == before.high


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-03-12", 24)]
)
def test_a_clinic_day_is_23_or_25_hours_when_the_clocks_change(day: str, hours: int) -> None:
    read = range_of(day)
    assert read is not None
    assert read.high - read.low == hours * HOUR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "27-03-12",
        "2027-3-1",
        "2027-02-29",
        "2027-13",
        "0000",
        "2027-03-12T",
        "2027-03-12T09",
        "2027-03-12T24:00:00Z",
        "2027-03-12T09:30:61Z",
        "2027-03-12 09:30:00Z",
        "2027-03-12T09:30:00+2",
        "\u0662\u0660\u0662\u0667",
    ],
)
def test_what_is_no_date_has_no_range(text: str) -> None:
    assert range_of(text) is None
    assert clinic_day_of(text) is None


@pytest.mark.parametrize("text", ["0001", "0001-01-01", "9999", "9999-12-31", "9999-12"])
def test_the_ends_of_the_calendar_have_ranges(text: str) -> None:
    read = range_of(text)
    assert read is not None
    assert EARLIEST < read.low < read.high < LATEST


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59Z"]
)
def test_moments_beyond_the_calendar_have_a_range_but_no_day(text: str) -> None:
    assert range_of(text) is not None
    assert instant_of(text) is None
    assert clinic_day_of(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-12", ClinicDay(date(2027, 3, 12), approximate=False)),
        ("2027-03", ClinicDay(date(2027, 3, 1), approximate=True)),
        ("2027", None),
        ("2027-03-12T22:30:00Z", ClinicDay(date(2027, 3, 13), approximate=False)),
        ("2027-07-12T20:59:59Z", ClinicDay(date(2027, 7, 12), approximate=False)),
        ("2027-07-12T21:00:00Z", ClinicDay(date(2027, 7, 13), approximate=False)),
        ("2027-03-12T23:30:00+02:00", ClinicDay(date(2027, 3, 12), approximate=False)),
    ],
)
def test_the_clinic_day_is_that_of_helsinki(text: str, day: ClinicDay | None) -> None:
    assert clinic_day_of(text) == day


def test_a_period_without_an_end_has_no_limit_there() -> None:
    assert range_of_period({"start": "2027"}) == Range(at(2027, 1, 1), LATEST)
    assert range_of_period({"end": "2027-03-12"}) == Range(EARLIEST, at(2027, 3, 13))
    assert range_of_period({"extension": []}) is None


def test_a_timing_counts_by_its_outer_limits() -> None:
    events = {"event": ["2027-03-12", "2027-01-01"]}
    assert range_of_timing(events) == Range(at(2027, 1, 1), at(2027, 3, 13))
    bounds = {"repeat": {"boundsPeriod": {"start": "2027"}, "frequency": 1}}
    assert range_of_timing(bounds) == Range(at(2027, 1, 1), LATEST)
    assert range_of_timing({"repeat": {"frequency": 1}}) is None


@given(DAYS)
def test_days_follow_each_other_without_gap_or_overlap(day: date) -> None:
    assert day_range(day).high == day_range(day + timedelta(days=1)).low
    assert day_range(day) == range_of(day.isoformat())


@given(DAYS)
def test_a_day_lies_within_its_month_and_its_year(day: date) -> None:
    own, month, year = (range_of(day.isoformat()[:length]) for length in (10, 7, 4))
    assert own is not None
    assert month is not None
    assert year is not None
    assert year.low <= month.low <= own.low < own.high <= month.high <= year.high


@given(MOMENTS)
def test_a_moment_falls_into_its_clinic_day(moment: datetime) -> None:
    day, instant = clinic_day_of(moment.isoformat(timespec="microseconds")), microseconds_of(moment)
    assert day is not None
    assert day_range(day.day).low <= instant < day_range(day.day).high
    assert not day.approximate


@given(MOMENTS)
def test_the_zone_it_is_written_in_changes_nothing(moment: datetime) -> None:
    here, there = moment.isoformat(), moment.astimezone(UTC).isoformat()
    assert range_of(here) == range_of(there)


@given(MOMENTS)
def test_an_instant_is_written_and_read_to_the_millisecond(moment: datetime) -> None:
    read = instant_of(instant_text(moment))
    assert read is not None
    assert timedelta() <= moment - read < timedelta(milliseconds=1)


@given(st.integers(-(10**15), 10**15))
def test_instants_and_moments_are_one(instant: int) -> None:
    assert microseconds_of(moment_of(instant)) == instant


def test_a_moment_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="offset"):
        microseconds_of(datetime(2027, 3, 12))  # noqa: DTZ001 - refused for that
