"""Searches by what follow-ups are today: a page of Tasks or ServiceRequests in any state and order.

`small`: 40,000 follow-ups; `county` and `nation`: 340,000. Asked everywhere, of the largest unit, of
one in the middle and of the smallest; with a protocol in the order that costs most.
"""

from collections.abc import Iterator
from typing import Final

from benchmarks import Figure
from benchmarks.filled import filled, milliseconds
from benchmarks.population import SYSTEM, Population
from service.domain.search import Aspect, Criterion, Query, SearchKind, SortKey
from service.domain.window import State
from service.storage.database import Storage

LIMIT: Final = 5.0
_PEOPLE: Final = {"small": 5_000, "county": 42_500, "nation": 42_500}
_UNITS: Final = ("", "unit-00-00", "unit-00-06", "unit-00-12")
_TYPES: Final = {"Task": SearchKind.ROUND, "ServiceRequest": SearchKind.FOLLOW_UP}


def measure(size: str) -> Iterator[Figure]:
    """The first page of each search."""
    population = Population(_PEOPLE[size], with_history=size != "small", with_record=True)
    for backend, storage in filled(population):
        for name, query in _queries():
            took = _page(storage, query)
            yield Figure(f"{backend}, {population.people} people, {name}", took, "ms", LIMIT)


def _page(storage: Storage, query: Query) -> float:
    with storage.read() as view:
        found = view.resources
        return milliseconds(lambda: found.search(query, viewer=SYSTEM))


def _queries() -> Iterator[tuple[str, Query]]:
    for type_, kind in _TYPES.items():
        for state in State:
            for unit in _UNITS:
                for order, sort in _orders(kind):
                    asked = _criteria(kind, {Aspect.STATE: state.value, Aspect.UNIT: unit})
                    yield (
                        f"{type_} {state} {unit or 'everywhere'} by {order}",
                        Query(type_, asked, sort),
                    )
    told = {Aspect.STATE: State.OVERDUE.value, Aspect.PROTOCOL: "asthma"}
    for unit in _UNITS:
        asked = _criteria(SearchKind.ROUND, {**told, Aspect.UNIT: unit})
        by_update = (SortKey(0, SearchKind.LAST_UPDATED),)
        yield (
            f"Task overdue of a protocol {unit or 'everywhere'}",
            Query("Task", asked, by_update),
        )


def _orders(kind: SearchKind) -> Iterator[tuple[str, tuple[SortKey, ...]]]:
    yield "storing", ()
    yield "_id", (SortKey(0, SearchKind.ID),)
    yield "_lastUpdated", (SortKey(0, SearchKind.LAST_UPDATED),)
    yield "due", (SortKey(Aspect.DUE, kind),)
    yield "-overdue-since", (SortKey(Aspect.OVERDUE_SINCE, kind, descending=True),)


def _criteria(kind: SearchKind, asked: dict[Aspect, str]) -> tuple[Criterion, ...]:
    return tuple(Criterion(aspect, kind, (value,)) for aspect, value in asked.items() if value)
