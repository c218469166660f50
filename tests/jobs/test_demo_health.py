"""What the demo people's measurements are made of."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.jobs.demo.health import creatinine
from service.jobs.demo.identity import Born, identity_code
from service.jobs.demo.occasions import working_day
from service.jobs.demo.practice import practice_of
from service.jobs.demo.resources.datatypes import instant
from service.jobs.demo.tables.municipalities import BY_CODE
from service.jobs.demo.thoroughness import WELL_FOLLOWED, share_of


def egfr(krea: float, *, age: int, is_man: bool) -> float:
    """CKD-EPI 2009 as published (creatinine in umol/l)."""
    scale, slope, factor = (0.9, -0.411, 1.0) if is_man else (0.7, -0.329, 1.018)
    ratio = krea / 88.4 / scale
    return float(141 * min(ratio, 1) ** slope * max(ratio, 1) ** -1.209 * 0.993**age * factor)


@given(st.floats(6, 120), st.integers(18, 99), st.booleans())
def test_creatinine_and_egfr_of_one_sample_agree(level: float, age: int, is_man: bool) -> None:
    krea = creatinine(level, age=age, is_man=is_man)
    assert egfr(krea, age=age, is_man=is_man) == pytest.approx(level, rel=1e-9)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_working_day_is_the_last_one_that_is_open(day: date) -> None:
    found = working_day(day)
    assert found.weekday() < 5
    assert timedelta(0) <= day - found <= timedelta(days=7)
    assert working_day(found) == found


def test_christmas_is_no_working_day() -> None:
    assert working_day(date(2026, 12, 26)) == date(2026, 12, 23)


@pytest.mark.parametrize(
    ("day", "minutes", "told"),
    [
        (date(2026, 1, 15), 485, "2026-01-15T08:05:00+02:00"),
        (date(2026, 7, 15), 485, "2026-07-15T08:05:00+03:00"),
        (date(2026, 3, 29), 485, "2026-03-29T08:05:00+03:00"),
        (date(2026, 10, 25), 485, "2026-10-25T08:05:00+02:00"),
        (date(2026, 10, 24), 1265, "2026-10-24T21:05:00+03:00"),
    ],
)
def test_instants_are_told_in_the_time_of_helsinki(day: date, minutes: int, told: str) -> None:
    assert instant(day, minutes) == told


def test_units_differ_and_small_ones_more() -> None:
    small, large = (
        [abs(practice_of(code, seed).control) for code in codes for seed in range(40)]
        for codes in (("890", "742", "583"), ("109", "698"))
    )
    assert sum(small) / len(small) > 2 * sum(large) / len(large)
    assert max(small) <= 0.12


@given(st.floats(0, 1))
def test_shares_of_the_well_and_the_less_well_followed_make_the_share_of_all(share: float) -> None:
    well, less_well = (share_of(share, well_followed=which) for which in (True, False))
    assert 0 <= less_well <= share + 1e-9
    assert share <= well <= 1
    assert WELL_FOLLOWED * well + (1 - WELL_FOLLOWED) * less_well == pytest.approx(share)


def test_all_municipality_codes_are_different() -> None:
    assert len(BY_CODE) == 32
    assert all(code == place.code for code, place in BY_CODE.items())


def test_men_have_odd_and_women_even_individual_numbers() -> None:
    numbers = [identity_code(Born(date(1950, 1, 2), rank))[7:10] for rank in (0, 5, 6, 11, 12)]
    assert numbers == ["900", "900", "901", "901", "902"]
