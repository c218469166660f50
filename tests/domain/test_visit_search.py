"""The fewest trips and contacts, held against every way there is to choose the days."""

from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.visit_days import best_days
from service.domain.visit_search import Errand, Lead, arrange, tightened

LEAD = Lead(2, 4)


@st.composite
def errands(draw: st.DrawFn) -> tuple[list[Errand], list[tuple[int, int]]]:
    """A few errands, and samples that are asked for before visits where that can be."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        first = draw(st.integers(0, 8))
        place = draw(st.sampled_from(["sample", "nurse", "physician"]))
        last = first + draw(st.integers(0, 5))
        found.append(Errand(place, draw(st.booleans()), first, last))
    bounds = [(one.first, one.last) for one in found]
    pairs: list[tuple[int, int]] = []
    for pair in permutations(range(len(found)), 2):
        is_asked = found[pair[0]].place == "sample" != found[pair[1]].place and draw(st.booleans())
        if is_asked and tightened(bounds, [*pairs, pair], LEAD):
            pairs.append(pair)
    return found, pairs


def keeps(days, pairs) -> bool:
    return all(LEAD.at_least <= days[v] - days[s] <= LEAD.at_most for s, v in pairs)


def every_choice(bounds, pairs):
    days = product(*(range(first, last + 1) for first, last in bounds))
    return (chosen for chosen in days if keeps(chosen, pairs))


def counted(found, days) -> tuple[int, int]:
    """Trips and contacts of errands on these days."""
    trips = {day for one, day in zip(found, days, strict=True) if one.travels}
    return len(trips), len({(one.place, day) for one, day in zip(found, days, strict=True)})


@settings(max_examples=60, deadline=None)
@given(errands(), st.booleans())
def test_no_choice_of_days_has_fewer_trips_or_then_fewer_contacts(asked, trips_first):
    found, pairs = asked
    arranged = arrange(found, pairs, LEAD, trips_first=trips_first)
    best = min(
        counted(found, days)[:: 1 if trips_first else -1]
        for days in every_choice([(one.first, one.last) for one in found], pairs)
    )
    assert (arranged.trips, arranged.contacts)[:: 1 if trips_first else -1] == best
    assert arranged.proven


@settings(max_examples=40, deadline=None)
@given(errands(), st.booleans())
def test_every_errand_has_one_occasion_and_the_occasions_have_days(asked, trips_first):
    found, pairs = asked
    occasions = arrange(found, pairs, LEAD, trips_first=trips_first).occasions
    assert sorted(one for occasion in occasions for one in occasion) == list(range(len(found)))
    spans = [
        (max(found[one].first for one in each), min(found[one].last for one in each))
        for each in occasions
    ]
    assert all(first <= last for first, last in spans)
    where = {one: at for at, each in enumerate(occasions) for one in each}
    assert tightened(spans, [(where[s], where[v]) for s, v in pairs], LEAD)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_days_of_occasions_cost_the_least_there_is(data):
    count = data.draw(st.integers(1, 4))
    bounds = [(first, first + data.draw(st.integers(0, 5))) for first in (0, 2, 3, 5)[:count]]
    pairs: list[tuple[int, int]] = []
    for pair in ((0, 1), (0, 2), (3, 2), (3, 1)):
        if max(pair) < count and tightened(bounds, [*pairs, pair], LEAD):
            pairs.append(pair)
    costs = [
        [data.draw(st.integers(0, 9)) for _ in range(first, last + 1)] for first, last in bounds
    ]

    def cost(days) -> int:
        return sum(costs[at][day - bounds[at][0]] for at, day in enumerate(days))

    found = best_days(bounds, costs, frozenset(pairs), LEAD)
    assert keeps(found, pairs)
    assert cost(found) == min(map(cost, every_choice(bounds, pairs)))


def test_a_sample_that_cannot_be_in_time_is_refused():
    late = [Errand("sample", True, 5, 6), Errand("nurse", True, 0, 6)]
    with pytest.raises(ValueError, match="in time"):
        arrange(late, [(0, 1)], LEAD, trips_first=True)
    with pytest.raises(ValueError, match="in time"):
        best_days([(5, 6), (0, 6)], [[0, 0], [0] * 7], frozenset({(0, 1)}), LEAD)


def test_nobody_with_nothing_to_do_has_to_go_anywhere():
    assert arrange([], [], LEAD, trips_first=True).contacts == 0
