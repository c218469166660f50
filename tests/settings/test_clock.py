from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import CLINIC_ZONE, Clock, SystemClock, clinic_day
from tests.clocks import FixedClock


def test_a_late_evening_in_utc_is_the_clinics_next_day() -> None:
    assert clinic_day(datetime(2027, 6, 3, 20, 59, 59, tzinfo=UTC)) == date(2027, 6, 3)
    assert clinic_day(datetime(2027, 6, 3, 21, 0, tzinfo=UTC)) == date(2027, 6, 4)


def test_winter_time_begins_the_day_an_hour_later_in_utc() -> None:
    assert clinic_day(datetime(2027, 12, 31, 21, 59, tzinfo=UTC)) == date(2027, 12, 31)
    assert clinic_day(datetime(2027, 12, 31, 22, 0, tzinfo=UTC)) == date(2028, 1, 1)


@given(st.integers(0, 4_000_000_000), st.integers(-14, 14))
def test_the_day_is_the_same_however_the_instant_is_written(seconds: int, hours: int) -> None:
    instant = datetime.fromtimestamp(seconds, UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert clinic_day(elsewhere) == clinic_day(instant) == instant.astimezone(CLINIC_ZONE).date()


def test_an_instant_without_offset_has_no_day() -> None:
    with pytest.raises(ValueError, match="offset from UTC"):
        clinic_day(datetime(2027, 6, 3, 12, 0))  # noqa: DTZ001 - the naive one is what is refused


def test_a_fixed_clock_stands_still() -> None:
    clock: Clock = FixedClock(datetime(2027, 6, 4, 0, 30, tzinfo=CLINIC_ZONE))
    assert clock.now() == datetime(2027, 6, 3, 21, 30, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.today() == date(2027, 6, 4)


def test_the_machines_clock_gives_aware_instants_in_utc_that_do_not_go_back() -> None:
    clock: Clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second


def test_the_machines_clock_gives_the_clinics_day() -> None:
    clock = SystemClock()
    before, today, after = clock.now(), clock.today(), clock.now()
    assert clinic_day(before) <= today <= clinic_day(after)


def test_a_fixed_day_holds_the_day_but_not_the_instant() -> None:
    clock = SystemClock(fixed_today=date(2019, 6, 1))
    assert clock.today() == date(2019, 6, 1)
    assert clinic_day(clock.now()) > date(2019, 6, 1)
