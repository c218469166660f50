"""The combined visit of one person, against what computing their follow-ups from the facts costs.

Both are pure; each person of a demo region is taken in turn, so that a change of the machine's speed
falls on both. `the open rounds` is what the worklist adds for each person it shows; `a year` is
`$plan-visit` with the rounds that follow.
"""

from collections.abc import Callable, Iterator
from datetime import date
from statistics import median
from time import process_time
from typing import Final

import orjson

from benchmarks import Figure
from benchmarks.house import filled_house
from service.domain.access import Role, Viewer
from service.domain.interval import Interval
from service.domain.projection import look, project
from service.domain.search import Query
from service.domain.visit_plan import plan_visits
from service.runtime import Runtime
from service.workflows.foreseeing import state_of
from service.workflows.plan_visit import rounds_of
from service.workflows.ports import View
from tests.databases import databases_of_this_worker

OPEN_AT_MOST: Final = 0.5
YEAR_AT_MOST: Final = 3.0
SLOWEST_AT_MOST: Final = 100.0
_PEOPLE: Final = {"small": 150, "county": 500, "nation": 500}
_TIMES: Final = 3


def measure(size: str) -> Iterator[Figure]:
    """Medians over the people of the region, by processor time; and the slowest year of all."""
    with (
        databases_of_this_worker() as databases,
        filled_house(databases, "sqlite", _PEOPLE[size]) as runtime,
        runtime.store.read() as view,
    ):
        spent = [_spent(runtime, view, one) for one in _followed(runtime, view)]
    projected, opened, year = (median(figures) for figures in zip(*spent, strict=True))
    yield Figure("a person's follow-ups from their facts", projected * 1000, "ms")
    yield Figure("the open rounds against it", opened / projected, "times", OPEN_AT_MOST)
    yield Figure("a year against it", year / projected, "times", YEAR_AT_MOST)
    slowest = max(one for *_, one in spent) * 1000
    yield Figure(f"the slowest year of {len(spent)} people", slowest, "ms", SLOWEST_AT_MOST)


def _followed(runtime: Runtime, view: View) -> list[str]:
    found = view.resources.search(Query("CarePlan", count=1000), viewer=_viewer(runtime))
    told = (orjson.loads(one.body)["subject"]["reference"] for one in found.matches)
    return sorted({reference.removeprefix("Patient/") for reference in told})


def _viewer(runtime: Runtime) -> Viewer:
    return Viewer(Role.SYSTEM, runtime.clock.today(), subject="benchmarks")


def _spent(runtime: Runtime, view: View, patient: str) -> tuple[float, float, float]:
    """Seconds for the projection, for the open rounds, and for a year."""
    catalogue, viewer, today = runtime.catalogue, _viewer(runtime), runtime.clock.today()
    plan = view.follow_ups.plan(patient, viewer=viewer, as_of=today)
    [kept] = view.kept.of([plan.key], view.evidence.of_many([plan.key], viewer=viewer))
    state, followed = state_of(kept), kept.plan.protocols if kept.plan else {}
    rounds = rounds_of(plan, catalogue, from_day=today, until=Interval(months=12).after(today))

    def visits(until: date) -> None:
        figures, km = catalogue.visit_figures, plan.distance_km
        plan_visits(rounds, day=today, until=until, figures=figures, distance_km=km)

    return (
        _best(
            lambda: project(
                look(state, catalogue, followed), state, followed, catalogue, today=today
            )
        ),
        _best(lambda: visits(today)),
        _best(lambda: visits(Interval(months=12).after(today))),
    )


def _best(call: Callable[[], object]) -> float:
    """The least processor time of a few calls."""
    found = []
    for _ in range(_TIMES):
        started = process_time()
        call()
        found.append(process_time() - started)
    return min(found)
