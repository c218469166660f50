"""The engine and the reference say the same of every follow-up on every day of random patients."""

import pytest

from tests.reference.agreement import disagreements_about

CROWDED = [range(first, first + 15) for first in range(0, 285, 15)]
LONG = [range(first, first + 5) for first in range(1000, 1015, 5)]


@pytest.mark.parametrize("seeds", CROWDED, ids=str)
def test_engine_and_reference_agree_on_every_day(seeds: range) -> None:
    assert disagreements_about(seeds) == {}


@pytest.mark.parametrize("seeds", LONG, ids=str)
def test_engine_and_reference_agree_over_years(seeds: range) -> None:
    assert disagreements_about(seeds, days=900) == {}
