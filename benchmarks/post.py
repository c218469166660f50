"""One result posted: validated, stored, indexed, follow-ups recomputed, committed durably.

What it costs must not grow with the population (design principle 9): the same posts go to a small
and a large region in turn, so that a change of the machine's speed falls on both.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Final

import orjson
from flask.testing import FlaskClient

from benchmarks import Figure
from benchmarks.house import BACKENDS, client_of, filled_house, token_of
from service.domain.access import Role, Viewer
from service.domain.search import Query
from service.runtime import Runtime
from tests.databases import databases_of_this_worker
from tests.receiving import an_hba1c

AT_MOST: Final = 1.2
# As many are loaded in both regions; in the large one the others stand in the projection alone.
_LOADED: Final = {"small": 100, "county": 200, "nation": 1_000}
_PEOPLE: Final = {"small": (100, 1_000), "county": (1_000, 42_500), "nation": (1_000, 42_500)}
_POSTS: Final = 300
_WARMING: Final = 30


def measure(size: str) -> Iterator[Figure]:
    """The median cost in the small region, and the large one's as a share of it, on each database."""
    (few, many), loaded = _PEOPLE[size], _LOADED[size]
    with databases_of_this_worker() as databases:
        for backend in BACKENDS:
            with ExitStack() as stack:
                houses = [
                    stack.enter_context(
                        filled_house(databases, backend, loaded, others=people - loaded)
                    )
                    for people in (few, many)
                ]
                small, large = map(_Poster, houses)
                _in_turn(small, large)
            name = f"{backend}, one result posted"
            yield Figure(f"{name}, {few} people", median(small.spent) * 1000, "ms")
            ratio = median(large.spent) / median(small.spent)
            yield Figure(f"{name}, {many} people against {few}", ratio, "times", AT_MOST)


def _in_turn(*posters: "_Poster") -> None:
    for number in range(_WARMING + _POSTS):
        for poster in posters:
            poster.post(number)
    for poster in posters:
        del poster.spent[:_WARMING]


@dataclass
class _Poster:
    """Posts results to people of one region, each time to another."""

    runtime: Runtime
    spent: list[float] = field(default_factory=list)
    client: FlaskClient = field(init=False)
    headers: dict[str, str] = field(init=False)
    people: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        self.client = client_of(self.runtime)
        token = token_of(self.runtime, Role.SYSTEM)
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/fhir+json",
        }
        viewer = Viewer(Role.SYSTEM, self.runtime.clock.today(), subject="benchmarks")
        with self.runtime.store.read() as view:
            found = view.resources.search(Query("CarePlan", count=1000), viewer=viewer)
        people = [orjson.loads(one.body)["subject"]["reference"] for one in found.matches]
        random.Random(1).shuffle(people)
        self.people = [reference.removeprefix("Patient/") for reference in people]

    def post(self, number: int) -> None:
        """Post one HbA1c of the day."""
        patient = self.people[number % len(self.people)]
        on = self.runtime.clock.today().isoformat()
        body = an_hba1c(patient=patient, on=on, value=50 + number % 20)
        del body["id"]
        started = perf_counter()
        answer = self.client.post(
            "/fhir/Observation", data=orjson.dumps(body), headers=self.headers
        )
        self.spent.append(perf_counter() - started)
        if answer.status_code != 201:
            raise RuntimeError(answer.get_data(as_text=True))
