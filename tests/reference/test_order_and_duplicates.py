"""In which order facts come, and how often each comes, never matters; one result closes one round."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from service.domain.follow_up import FollowUp
from service.domain.round import rounds
from tests.reference.agreement import AFTER, computed
from tests.reference.judged_on_a_day import Case
from tests.reference.random_patients import a_case

SEEDS = [range(first, first + 25) for first in range(5000, 5100, 25)]


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_neither_order_nor_duplicates_of_facts_matter(seeds: range) -> None:
    for seed in seeds:
        case, random = a_case(seed), Random(seed)  # noqa: S311 - no secret
        again = [*case.facts, *random.choices(case.facts, k=len(case.facts) // 3)]
        random.shuffle(again)

        assert follow_ups(replace(case, facts=again)) == follow_ups(case), seed


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_no_result_closes_two_rounds_of_a_follow_up(seeds: range) -> None:
    for seed in seeds:
        for follow_up in follow_ups(a_case(seed)).values():
            closed = Counter(one.closed.source for one in rounds(follow_up) if one.closed)
            assert not closed or max(closed.values()) == 1, (seed, follow_up.identity)


def follow_ups(case: Case) -> dict[str, FollowUp]:
    last = max(fact.day for fact in case.facts) + AFTER
    return computed(case, last)
