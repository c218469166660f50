"""Results with a comparator are ranges: a comparison is true only if it holds for all of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.fact import Fact, by_time, compare
from service.domain.truth import Truth
from tests.builders import a_fact, a_result

SIGNS = {
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}
VALUES = st.integers(0, 6)


def possible(fact: Fact) -> list[float]:
    """A grid of values, finer than the ones drawn, that the result may stand for."""
    grid = [half / 2 for half in range(-20, 40)]
    test = SIGNS.get(fact.comparator, lambda value, stated: value == stated)
    return [value for value in grid if test(value, fact.value)]


@given(VALUES, st.sampled_from(["", *SIGNS]), st.sampled_from(list(SIGNS)), VALUES)
def test_a_comparison_holds_for_all_of_the_range_or_for_none_or_is_unknown(
    value: int, comparator: str, sign: str, limit: int
) -> None:
    fact = a_result("hba1c", value, "2024-03-12", comparator=comparator)
    held = {SIGNS[sign](one, limit) for one in possible(fact)}
    expected = {frozenset({True}): Truth.TRUE, frozenset({False}): Truth.FALSE}

    assert compare(fact, sign, limit) is expected.get(frozenset(held), Truth.UNKNOWN)


def test_what_has_no_value_is_unknown() -> None:
    assert compare(a_fact("hba1c", "2024-03-12"), ">", 53) is Truth.UNKNOWN


@pytest.mark.parametrize(
    "earlier_and_later",
    [
        ({"on": "2024-03-11", "at": "z", "received": 9}, {"on": "2024-03-12"}),
        ({"at": "2024-03-12T06:00:00Z", "received": 9}, {"at": "2024-03-12T07:00:00Z"}),
        ({"received": 1, "source": "z"}, {"received": 2, "source": "a"}),
        ({"source": "a", "part": 1}, {"source": "b"}),
        ({"source": "a", "part": 0}, {"source": "a", "part": 1}),
    ],
    ids=["day", "instant", "arrival", "source", "part"],
)
def test_results_come_in_order_of_day_instant_and_arrival(
    earlier_and_later: tuple[dict[str, str], dict[str, str]],
) -> None:
    earlier, later = (
        a_result("hba1c", 50, more.get("on", "2024-03-12"), **_without_day(more))
        for more in earlier_and_later
    )

    assert by_time(earlier) < by_time(later)


def _without_day(more: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in more.items() if name != "on"}


def test_a_fact_holds_for_ever_unless_it_says_otherwise() -> None:
    assert a_fact("hba1c", "2024-03-12").until == date.max
