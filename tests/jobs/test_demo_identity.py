"""Identity codes and birth dates of the demo region."""

from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import hetu

from service.domain.errors import TooLarge
from service.jobs.demo.generation import generate
from service.jobs.demo.identity import MOST_PEOPLE, born, coded, identity_code

INDEXES = st.integers(0, MOST_PEOPLE - 1)
SEEDS = st.integers(0, 10_000)
YEARS = st.integers(2024, 2099)


def code_of(index: int, seed: int = 1, year: int = 2026) -> str:
    return identity_code(born(index, seed=seed, year=year))


def test_identity_codes_of_a_county_are_all_different() -> None:
    assert len({code_of(index) for index in range(42_500)}) == 42_500


@given(INDEXES, INDEXES, SEEDS, YEARS)
def test_two_people_share_a_code_only_if_they_are_one(
    one: int, other: int, seed: int, year: int
) -> None:
    same_code = code_of(one, seed, year) == code_of(other, seed, year)
    assert same_code == (one == other)


@given(INDEXES, SEEDS, YEARS)
def test_every_code_is_valid_with_an_individual_number_of_no_real_person(
    index: int, seed: int, year: int
) -> None:
    code = code_of(index, seed, year)
    assert hetu.is_valid(code, allow_temporary=True)
    assert 900 <= int(code[7:10]) <= 953


@given(INDEXES, SEEDS, YEARS)
def test_everybody_is_an_adult_under_a_hundred_on_new_years_day(
    index: int, seed: int, year: int
) -> None:
    assert date(year - 100, 1, 1) < born(index, seed=seed, year=year).on <= date(year - 18, 1, 1)


def test_all_century_signs_are_in_use() -> None:
    assert {code_of(index)[6] for index in range(20_000)} == set("-YXWVUABCDEF")


def test_check_character_is_that_of_the_published_examples() -> None:
    assert coded(date(1980, 12, 31), sign="-", number="999") == "311280-999J"
    assert coded(date(2016, 5, 2), sign="C", number="903") == "020516C903K"


def test_people_of_any_number_lie_evenly_over_the_ages() -> None:
    old = [born(index, seed=5, year=2026).on < date(1956, 1, 2) for index in range(1024)]
    assert sum(old) / 1024 == pytest.approx(0.42, abs=0.01)


def test_more_people_than_there_are_codes_are_refused() -> None:
    with pytest.raises(TooLarge):
        next(generate(MOST_PEOPLE + 1, seed=1, today=date(2026, 11, 22)))


def test_the_largest_region_begins_at_once() -> None:
    whole = generate(MOST_PEOPLE, seed=1, today=date(2026, 11, 22))
    assert len(list(islice(whole, 4))) == 4
