"""The audit of a whole county on any past day, over five years of both clocks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from benchmarks import Figure
from benchmarks.filled import filled, milliseconds
from benchmarks.population import TODAY, Population, noon
from service.domain.access import Role, Viewer
from service.storage.database import Storage

LIMIT: Final = 1_000.0
AUDITOR: Final = Viewer(Role.AUDITOR, TODAY, subject="benchmarks")
_PEOPLE: Final = {"small": 2_000, "county": 42_500, "nation": 42_500}


def measure(size: str) -> Iterator[Figure]:
    """All counts of a day: today, and one and four years ago, as known now and then."""
    for backend, storage in filled(Population(_PEOPLE[size])):
        yield from _audits(storage, f"{backend}, {_PEOPLE[size]} people, ")


def _audits(storage: Storage, where: str) -> Iterator[Figure]:
    for years in (0, 1, 4):
        day = TODAY - timedelta(days=365 * years)
        for told, known_at in (("now", None), ("then", noon(day))):
            with storage.read() as view:
                seen = view.follow_ups
                took = milliseconds(
                    lambda: seen.compliance(viewer=AUDITOR, as_of=day, known_at=known_at)  # noqa: B023
                )
            yield Figure(f"{where}{years} years ago, as known {told}", took, "ms", LIMIT)
