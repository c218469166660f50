"""A patient's newest results of one code, by FHIR search: against a bare view, deep pages, many resources.

`Observation?patient=&code=&_sort=-date&_count=20` over HTTP with token, policy and access-log line is
asked in turn with a bare Flask view that returns the same bytes. In the process itself a page far into
a walk is compared with the first one, and the search among many Observations with that among few.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson

from benchmarks import Figure
from benchmarks.house import BACKENDS, client_of, token_of
from benchmarks.serving import Deployed, free_ports, shares
from service.domain.access import Role, Viewer
from service.domain.record import Found
from service.domain.search import Position, Query
from service.fhir.search.query import read_search
from service.runtime import Runtime
from service.storage.database import Storage
from tests.databases import Databases, databases_of_this_worker
from tests.house import NOON, TODAY, house
from tests.receiving import a_patient, a_unit, an_hba1c

AT_LEAST: Final = {"sqlite": 0.10, "postgresql": 0.07}
DEEP_AT_MOST: Final = 1.3
MANY_AT_MOST: Final = 1.5
DEEP: Final = 200
SYSTEM: Final = Viewer(Role.SYSTEM, TODAY, subject="benchmarks")
_OBSERVATIONS: Final = {
    "small": (4_000, 40_000),
    "county": (17_000, 1_700_000),
    "nation": (17_000, 1_700_000),
}
_OF_ONE: Final = 40
_PEOPLE_AT_ONCE: Final = 50
_PAGE: Final = 20
_OF_A_PATIENT: Final = f"patient=p1&code=http://loinc.org|59261-8&_sort=-date&_count={_PAGE}"
_WALKS: Final = (
    f"code=http://loinc.org|59261-8&_count={_PAGE}",
    f"_sort=-date&_count={_PAGE}",
    f"_sort=_lastUpdated&_count={_PAGE}",
)
_SECONDS: Final = 3.0
_ROUNDS: Final = 3
_WARMING: Final = 5
_REPEATS: Final = 60


def measure(size: str) -> Iterator[Figure]:
    """The share of the bare view on each database, deep pages against first, and many against few."""
    few, many = _OBSERVATIONS[size]
    with databases_of_this_worker() as databases:
        for backend in BACKENDS:
            with ExitStack() as stack:
                small = stack.enter_context(_filled(databases, backend, few))
                large = stack.enter_context(_filled(databases, backend, many))
                name = f"{backend}, among {many} Observations against {few}"
                ratio = _ratio(*(_page(one, _OF_A_PATIENT) for one in (large, small)))
                yield Figure(name, ratio, "times", MANY_AT_MOST)
                for walk in _WALKS:
                    name = f"{backend}, page {DEEP} against page 1 of ?{walk}"
                    yield Figure(name, _deep(large, walk), "times", DEEP_AT_MOST)
                yield from _by_http(large, backend)


class _Filled(NamedTuple):
    """A house with many results in it."""

    runtime: Runtime
    deployed: Deployed


@contextmanager
def _filled(databases: Databases, backend: str, observations: int) -> Iterator[_Filled]:
    """A house with so many results of people who have forty each, on forty days."""
    ports = free_ports()
    with (
        databases.lend(backend) as url,
        tempfile.TemporaryDirectory(prefix="seuranta-bench-") as folder,
        house(url, Path(folder), SEURANTA_PORT=str(ports[1])) as runtime,
    ):
        people = [f"p{number}" for number in range(1, observations // _OF_ONE + 1)]
        _store(runtime, [a_unit(enrols=False)])
        for first in range(0, len(people), _PEOPLE_AT_ONCE):
            some = people[first : first + _PEOPLE_AT_ONCE]
            _store(runtime, [a_patient(one) for one in some])
            _store(runtime, [result for one in some for result in _results(one)])
        with runtime.store.read() as view:  # as many as the questions are about
            found = view.resources.search(_question(runtime, _OF_A_PATIENT), viewer=SYSTEM)
        if len(found.matches) != _PAGE:
            raise RuntimeError("the results were not stored")
        _analyse(url)
        yield _Filled(runtime, Deployed(url, Path(folder), ports))


def _results(person: str) -> Iterator[dict[str, Any]]:
    for number in range(_OF_ONE):
        on = (TODAY - timedelta(days=30 * number)).isoformat()
        yield an_hba1c(f"{person}-{number}", patient=person, on=on, value=40 + number % 30)


def _store(runtime: Runtime, resources: list[dict[str, Any]]) -> None:
    """Store resources with their search rows alone: no plan follows from them."""
    readings = [
        runtime.reader.read(one, orjson.dumps(one), id=one["id"], received_on=TODAY)
        for one in resources
    ]

    def add(work: Any) -> None:
        work.patients.lock({one for reading in readings for one in reading.patients})
        work.resources.add_many(readings, runtime.receiving.stamp)

    runtime.store.carry_out(add, actor="benchmarks", request="filling", at=NOON)


def _analyse(url: str) -> None:
    """Let the database know what is in it, as it does by itself in time."""
    engine = Storage(url).engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        analyse = "VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"
        connection.exec_driver_sql(analyse)
    engine.dispose()


def _question(runtime: Runtime, text: str) -> Query:
    base_url = f"{runtime.settings.base_url}/fhir"
    return read_search("Observation", parse_qsl(text), base_url=base_url, at=NOON).query


def _page(filled: _Filled, text: str, after: Position | None = None) -> Callable[[], Found]:
    """Reads one page of a search."""
    query = replace(_question(filled.runtime, text), after=after)

    def read() -> Found:
        with filled.runtime.store.read() as view:
            return view.resources.search(query, viewer=SYSTEM)

    return read


def _deep(filled: _Filled, text: str) -> float:
    after = None
    for _ in range(DEEP - 1):
        after = _page(filled, text, after)().after
    if after is None:
        raise RuntimeError(f"the walk has no {DEEP} pages")
    return _ratio(_page(filled, text, after), _page(filled, text))


def _ratio(one: Callable[[], object], other: Callable[[], object]) -> float:
    """How many times longer the first takes, in turn with the other."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(_WARMING + _REPEATS):
        for read, times in zip((one, other), spent, strict=True):
            began = perf_counter()
            read()
            if number >= _WARMING:
                times.append(perf_counter() - began)
    return median(spent[0]) / median(spent[1])


def _by_http(filled: _Filled, backend: str) -> Iterator[Figure]:
    """The share of the bare view's answers a second."""
    token = token_of(filled.runtime, Role.SYSTEM)
    asked = f"/fhir/Observation?{_OF_A_PATIENT}"
    sent = {"Authorization": f"Bearer {token}"}
    body = client_of(filled.runtime).get(asked, headers=sent).data
    bare, own = shares(filled.deployed, asked, token, body=body, seconds=_SECONDS, rounds=_ROUNDS)
    yield Figure(f"{backend}, bare Flask view of the same page", bare, "a second")
    yield Figure(f"{backend}, a patient's newest results", own, "a second")
    name = f"{backend}, share of the bare view (at least {AT_LEAST[backend]})"
    yield Figure(name, own / bare, "of 1")
