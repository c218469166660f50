"""Walking the pages of a search while others write: each match is met, and met once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count, repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.record import Reading
from service.domain.search import Criterion, Query, SearchKind, SortKey, TokenValue
from service.storage.database import Storage
from tests.storage.builders import (
    CODE,
    DATE,
    FAMILY,
    VALUE,
    a_date,
    a_reading,
    a_token,
    change,
    ids,
    keep,
    remove,
)
from tests.storage.test_search_agrees import pages

AT_FIRST = 8
BY_CODE = Criterion(CODE, SearchKind.TOKEN, (TokenValue(None, "4548-4"),))
KEYS = (
    (DATE, SearchKind.DATE),
    (VALUE, SearchKind.QUANTITY),
    (CODE, SearchKind.TOKEN),
    (FAMILY, SearchKind.STRING),
    (0, SearchKind.ID),
)

# Each example has a resource type of its own, so that one database serves them all.
_types = (f"Walked{number}" for number in count())


@dataclass
class Others:
    """Other clients: they add matches, store matches again and delete some."""

    storage: Storage
    type: str
    new: Iterator[int] = field(default_factory=lambda: count(AT_FIRST))
    removed: set[str] = field(default_factory=set)

    def add(self, _number: int) -> None:
        keep(self.storage, self.a_match(next(self.new)))

    def store_again(self, number: int) -> None:
        change(self.storage, self.a_match(number))

    def remove(self, number: int) -> None:
        remove(self.storage, self.type, f"r{number}")
        self.removed.add(f"r{number}")

    def a_match(self, number: int) -> Reading:
        """Four days and values in turn, and every fifth without one: ties, and missing sort keys."""
        of = number % 4 + 1
        return a_reading(
            f"r{number}",
            self.type,
            tokens=[a_token("4548-4"), a_token("final", "")],
            dates=[a_date(f"2026-01-0{of}"), a_date(f"2026-02-0{of}")][: number % 5],
            quantities=[(VALUE, of / 3, "", of / 3, of / 3, 0, "", of / 3, of / 3)][: number % 5],
            strings=[(FAMILY, "ab"[number % 2], "", 0)],
        )


_moves = st.sampled_from([Others.add, Others.store_again, Others.remove])
_sorts = st.lists(
    st.builds(
        lambda key, falls: SortKey(key[0], key[1], falls), st.sampled_from(KEYS), st.booleans()
    ),
    max_size=3,
).map(tuple)
_turns = st.lists(st.lists(st.tuples(_moves, st.integers(0, AT_FIRST - 1)), max_size=2), max_size=6)


@pytest.mark.check(99)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=_turns, sort=_sorts, criteria=st.sampled_from([(), (BY_CODE,)]))
def test_each_match_is_met_once_while_others_write(storage, turns, sort, criteria):
    others = Others(storage, next(_types))
    keep(storage, *(others.a_match(number) for number in range(AT_FIRST)))
    walk = pages(storage, Query(others.type, criteria, sort, count=2))

    met: list[str] = []
    for page, moves in zip(walk, chain(turns, repeat([])), strict=False):
        met += ids(page.matches)
        for move, number in moves:
            move(others, number)

    assert len(met) == len(set(met))
    assert {f"r{number}" for number in range(AT_FIRST)} - others.removed <= set(met)
