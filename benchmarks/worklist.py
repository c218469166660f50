"""The worklist: a page of any state, filter and order, today and on a past day; and how it grows.

`small`: 4,000 and 40,000 follow-ups; `county`: 340,000 with five years of both clocks; `nation`:
340,000 and 3.4 million of today. The largest unit is asked: it has 30 of 100 people of its region.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Final

from benchmarks import Figure
from benchmarks.filled import filled, milliseconds
from benchmarks.population import SYSTEM, TODAY, Population, noon
from service.domain.window import State
from service.domain.worklist import Sort, Standing, WorklistQuestion
from service.storage.database import Storage

TODAY_LIMIT: Final = 5.0
PAST_LIMIT: Final = 200.0
GROWTH_LIMIT: Final = 1.3
DEEP: Final = 40
_POPULATIONS: Final = {
    "small": (Population(500), Population(5_000)),
    "county": (Population(42_500),),
    "nation": (
        Population(42_500, with_history=False),
        Population(425_000, regions=10, with_history=False),
    ),
}
_UNIT: Final = WorklistQuestion(as_of=TODAY, units=("unit-00-00",))
_EVERYWHERE: Final = WorklistQuestion(as_of=TODAY)


def measure(size: str) -> Iterator[Figure]:
    """Pages of today and of past days, and how much longer they take among more follow-ups."""
    found: list[Mapping[str, float]] = []
    for population in _POPULATIONS[size]:
        times: dict[str, float] = {}
        for backend, storage in filled(population):
            for figure in _pages(storage, f"{backend}, {population.people} people, "):
                times[figure.name.replace(f" {population.people} people,", "")] = figure.value
                yield figure
        found.append(times)
    yield from _growth(found)


def _growth(found: list[Mapping[str, float]]) -> Iterator[Figure]:
    for smaller, larger in pairwise(found):
        for name, time in larger.items():
            yield Figure(f"growth of {name}", time / smaller[name], "times", GROWTH_LIMIT)


def _pages(storage: Storage, where: str) -> Iterator[Figure]:
    for name, question in _questions():
        yield Figure(f"{where}{name}, page 1", _page(storage, question), "ms", TODAY_LIMIT)
        deep = _page(storage, _continued(storage, question))
        yield Figure(f"{where}{name}, page {DEEP}", deep, "ms", TODAY_LIMIT)
    for name, question in _past():
        yield Figure(f"{where}{name}, page 1", _page(storage, question), "ms", PAST_LIMIT)
    for name, question in _of_people():
        yield Figure(f"{where}{name}, page 1", _people(storage, question), "ms")
    yield Figure(f"{where}counts of the tabs", _counts(storage), "ms")


def _people(storage: Storage, question: WorklistQuestion) -> float:
    with storage.read() as view:
        seen = view.follow_ups
        return milliseconds(lambda: seen.people(question, viewer=SYSTEM))


def _counts(storage: Storage) -> float:
    with storage.read() as view:
        seen = view.follow_ups
        return milliseconds(lambda: seen.counts(_UNIT, viewer=SYSTEM))


def _page(storage: Storage, question: WorklistQuestion) -> float:
    with storage.read() as view:
        seen = view.follow_ups
        return milliseconds(lambda: seen.page(question, viewer=SYSTEM))


def _continued(storage: Storage, question: WorklistQuestion) -> WorklistQuestion:
    """The question for a deep page; for the last one where there are fewer."""
    with storage.read() as view:
        for _ in range(DEEP - 1):
            after = view.follow_ups.page(question, viewer=SYSTEM).after
            if after is None:
                break
            question = replace(question, after=after)
    return question


def _questions() -> Iterator[tuple[str, WorklistQuestion]]:
    for state in State:
        for sort in Sort:
            asked = replace(_UNIT, states=frozenset({state}), sort=sort)
            yield f"{state} by {sort}", asked
    yield "protocol", replace(_UNIT, protocols=frozenset({"asthma"}))
    yield "activity", replace(_UNIT, activities=frozenset({"activity-07"}))
    yield "performer", replace(_UNIT, performers=frozenset({"nurse"}))
    yield "performer of nothing", replace(_UNIT, performers=frozenset({"dentist"}))
    yield "protocol of nobody", replace(_UNIT, protocols=frozenset({"copd"}))
    yield "booked", replace(_UNIT, booked=True)
    yield "not known", replace(_UNIT, not_known=True)
    yield "language", replace(_UNIT, language="sv")
    yield "nobody speaks it", replace(_UNIT, language="et")
    yield "distance over 60 km", replace(_UNIT, distance_over=60)
    yield "known until an hour ago", replace(_UNIT, known_at=noon(TODAY) - timedelta(hours=1))
    for state in (State.OVERDUE, State.DUE, State.UPCOMING):
        yield f"{state} everywhere", replace(_EVERYWHERE, states=frozenset({state}))


def _past() -> Iterator[tuple[str, WorklistQuestion]]:
    for years in (1, 4):
        day = TODAY - timedelta(days=365 * years)
        yield f"{years} years ago", replace(_UNIT, as_of=day)
        yield f"{years} years ago as known then", replace(_UNIT, as_of=day, known_at=noon(day))
    then = noon(TODAY - timedelta(days=365))
    yield "today as known a year ago", replace(_UNIT, known_at=then)


def _of_people() -> Iterator[tuple[str, WorklistQuestion]]:
    yield "people", _UNIT
    yield "people to call", replace(_UNIT, standing=Standing.TO_CALL)
    day = TODAY - timedelta(days=365)
    yield "people a year ago", replace(_UNIT, as_of=day)
