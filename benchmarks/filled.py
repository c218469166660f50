"""Databases of both kinds, filled with an invented population, and the time that reading them takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Final

from benchmarks.population import Population, fill
from service.storage.database import Storage
from tests.databases import BACKENDS, databases_of_this_worker

_SECONDS: Final = 0.3
_MILLISECONDS: Final = 1000


def filled(population: Population) -> Iterator[tuple[str, Storage]]:
    """Each kind of database by its name, with the population in it; gone when the next one comes."""
    for backend in BACKENDS:
        with _filled(backend, population) as storage:
            yield backend, storage


@contextmanager
def _filled(backend: str, population: Population) -> Iterator[Storage]:
    with databases_of_this_worker() as databases:
        storage = Storage(databases.fresh(backend))
        try:
            fill(storage, population)
            yield storage
        finally:
            storage.close()


def milliseconds(read: Callable[[], object]) -> float:
    """The median time of a reading, repeated for a while after once unmeasured."""
    read()
    times: list[float] = []
    while sum(times) < _SECONDS:
        started = perf_counter()
        read()
        times.append(perf_counter() - started)
    return median(times) * _MILLISECONDS
