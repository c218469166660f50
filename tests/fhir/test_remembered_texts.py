"""What is remembered of clients' texts is small: a long one is read each time."""

import pytest

from service.fhir import references, timing
from service.fhir.references import target_of
from service.fhir.search import text
from service.fhir.search.text import folded, system_of
from service.fhir.timing import range_of

CACHES = (
    references._remembered,
    timing._remembered,
    timing._range_of_partial,
    text._remembered,
    text._known_system,
)


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (target_of, f"https://long.example/{'a' * 5_000}/Patient/1"),
        (range_of, f"2027-03-12T09:30:00.{'0' * 5_000}Z"),
        (range_of, "2" * 5_000),
        (folded, "Ä" * 5_000),
        (system_of, f"http://long.example/{'a' * 5_000}"),
    ],
)
def test_a_long_text_is_read_and_not_remembered(read, written: str) -> None:
    before = [cache.cache_info().currsize for cache in CACHES]
    read(written)
    assert [cache.cache_info().currsize for cache in CACHES] == before


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    assert folded(f"Ä{'b' * 200}") == f"a{'b' * 200}"
    assert range_of(f"2027-03-12T09:30:00.{'0' * 60}Z") == range_of("2027-03-12T09:30:00.000000Z")
    assert target_of(f"https://long.example/{'a' * 400}/Patient/1") is not None
