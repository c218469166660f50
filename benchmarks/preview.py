"""Previewing another version of a protocol that seven in ten of a county's people follow.

The demo region is loaded once, small, and its people are then written again and again under other
keys, evidence and projection alike, until there are so many as a county has.
"""

import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, literal, select

from benchmarks import Figure
from benchmarks.house import BACKENDS
from service.domain.interval import Interval
from service.domain.plan_migration import Chosen
from service.domain.projection import look, project
from service.domain.protocol import Activity
from service.jobs.demo.filling import fill_with_demo
from service.jobs.preview import preview
from service.jobs.progress import Unwatched
from service.runtime import Runtime
from service.storage.tables import metadata
from service.workflows.foreseeing import state_of
from service.workflows.preview_migration import Asked
from tests.databases import databases_of_this_worker
from tests.house import SYSTEM, TODAY, house
from tests.renewed import every, renewed, without

PEOPLE: Final = {"small": 5_000, "county": 42_500, "nation": 42_500}
PROTOCOL: Final = "hypertension"
CORES: Final = 2
LIMIT_SECONDS: Final = 5.0
LIMIT_MEBIBYTES: Final = 1024.0
_LOADED: Final = 500
_MEASURED_ALONE: Final = 200
# What of a person a preview may ask for.
_COPIED: Final = (
    *("patients", "evidence", "follow_ups", "stretches", "plan_protocols", "eligibilities"),
    *("live_plans", "adjustments"),
)
_KEYS: Final = frozenset({"patient", "follow_up"})
_TEXTS: Final = {"patients": {"id", "hetu_digest"}, "follow_ups": {"id"}}


def measure(size: str) -> Iterator[Figure]:
    """Preview a shorter interval of one check, of its rules, a check less, and all checks changed."""
    for backend in BACKENDS:
        with (
            databases_of_this_worker() as databases,
            databases.lend(backend) as url,
            tempfile.TemporaryDirectory(prefix="seuranta-bench-") as folder,
            house(url, Path(folder)) as runtime,
        ):
            fill_with_demo(runtime, Unwatched(), people=_LOADED)
            _multiply(runtime, PEOPLE[size] // _LOADED)
            yield from _previews(runtime, f"{backend}, {PEOPLE[size]} people, ")
    yield Figure("the largest process", _largest_mebibytes(), "MiB", LIMIT_MEBIBYTES)


def _previews(runtime: Runtime, where: str) -> Iterator[Figure]:
    shipped = runtime.catalogue.protocols[PROTOCOL]
    floor = _floor(runtime)
    yield Figure(f"{where}a follower read whole and projected once", floor * 1_000_000, "us")
    for name, change in _CHANGES.items():
        new = renewed(shipped, change)
        started = _processor_time()
        found = preview(runtime, Asked(new, PROTOCOL, TODAY))
        spent = _processor_time() - started
        what = f"{where}{found.plans} followers, {name}"
        yield Figure(f"{what}, on two cores", spent / CORES, "s", LIMIT_SECONDS)
        share = spent / found.plans / floor
        yield Figure(f"{what}, a follower against the floor", share, "times")


def _all_rules(one: Activity) -> Iterable[Activity]:
    """Blood pressure by every rule every month."""
    other = (
        replace(each, interval=Interval(months=1))
        if isinstance(each.interval, Interval) and not each.interval.is_now
        else each
        for each in one.variants
    )
    yield replace(one, variants=tuple(other)) if one.key == "bp" else one


_CHANGES: Final[dict[str, Callable[[Activity], Iterable[Activity]]]] = {
    "blood pressure every half year": every("bp", "P6M"),
    "albumin and creatinine every half year": every("acr", "P6M"),
    "its rules of blood pressure every month": _all_rules,
    "no ECG": without("ecg"),
    "every check every four months": lambda one: [replace(one, interval=Interval(months=4))],
}


def _floor(runtime: Runtime) -> float:
    """Seconds to read all of a follower and to project their plan once, in this process."""
    catalogue = runtime.catalogue
    with runtime.store.read() as view:
        keys = view.followers.keys(Chosen(PROTOCOL, ""))[:_MEASURED_ALONE]
        started = _processor_time()
        for kept in view.kept.of(keys, view.evidence.of_many(keys, viewer=SYSTEM)):
            state, followed = state_of(kept), kept.plan.protocols if kept.plan else {}
            project(look(state, catalogue, followed), state, followed, catalogue, today=TODAY)
    return (_processor_time() - started) / len(keys)


def _processor_time() -> float:
    """Of this process and of those beside it that have ended; not that of a PostgreSQL server."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _multiply(runtime: Runtime, times: int) -> None:
    """Write everybody again under other keys and ids."""
    storage: Any = runtime.store
    tables = [metadata.tables[name] for name in _COPIED]
    with storage.engine.begin() as connection:
        for index in metadata.tables["stretches"].indexes:  # a preview goes by people alone
            index.drop(connection)
        for number in range(1, times):
            for table in tables:
                _copy(connection, table, number)
    if storage.engine.dialect.name == "postgresql":
        with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as analysed:
            analysed.exec_driver_sql("VACUUM ANALYZE")


def _copy(connection: Connection, table: Table, number: int) -> None:
    step = number * 10_000_000
    texts = _TEXTS.get(table.name, set())
    columns = [
        column + step
        if column.name in _KEYS
        else _text(column, number)
        if column.name in texts
        else column
        for column in table.c
    ]
    rows = select(*columns).where(table.c.patient < 10_000_000)
    connection.execute(insert(table).from_select(list(table.c.keys()), rows))


def _text(column: Any, number: int) -> Any:
    """An id of its own; who has no identity code has none either."""
    if column.name == "hetu_digest":
        return literal("")
    return column.concat(f"-{number}")


def _largest_mebibytes() -> float:
    """The most memory that this process, or one beside it, has held."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    most = max(resource.getrusage(kind).ru_maxrss for kind in kinds)
    return most / (1024 * 1024) if sys.platform == "darwin" else most / 1024
