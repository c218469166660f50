"""Read of a CarePlan by id over HTTP, with token, policy and access-log line, against a bare Flask view.

Both are served by granian with two workers and asked over sixteen connections, in turn, so that a
change of the machine's speed falls on both; the bare view returns the same bytes.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks import Figure
from benchmarks.house import BACKENDS, token_of
from benchmarks.serving import Deployed, free_ports, shares
from service.domain.access import Role
from service.runtime import Runtime
from tests.databases import Databases, databases_of_this_worker
from tests.house import house
from tests.receiving import Reception, a_condition, a_patient, a_unit

AT_LEAST: Final = {"sqlite": 0.35, "postgresql": 0.18}
_SECONDS: Final = {"small": 3.0, "county": 5.0, "nation": 5.0}
_ROUNDS: Final = 5


def measure(size: str) -> Iterator[Figure]:
    """Reads a second of both, and the share; at least AT_LEAST is promised."""
    with databases_of_this_worker() as databases:
        for backend in BACKENDS:
            bare, own = _rates(databases, backend, _SECONDS[size])
            yield Figure(f"{backend}, bare Flask view", bare, "a second")
            yield Figure(f"{backend}, CarePlan by id", own, "a second")
            name = f"{backend}, share of the bare view (at least {AT_LEAST[backend]})"
            yield Figure(name, own / bare, "of 1")


def _rates(databases: Databases, backend: str, seconds: float) -> tuple[float, float]:
    with (
        databases.lend(backend) as url,
        tempfile.TemporaryDirectory(prefix="seuranta-bench-") as named,
    ):
        deployed = Deployed(url, Path(named), free_ports())
        port = str(deployed.ports[1])
        with house(url, deployed.folder, SEURANTA_PORT=port) as runtime:
            address, token, body = _plan(runtime)
        return shares(deployed, address, token, body=body, seconds=seconds, rounds=_ROUNDS)


def _plan(runtime: Runtime) -> tuple[str, str, bytes]:
    """The address of a patient's CarePlan, a nurse's token, and the bytes of the plan."""
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    plan = reception.kept("p1").plan
    if plan is None:
        raise RuntimeError("no plan was begun")
    token = token_of(runtime, Role.CLINICIAN, unit="u1")
    viewer = reception.viewer
    body = runtime.store.current("CarePlan", plan.id, viewer=viewer).body
    return f"/fhir/CarePlan/{plan.id}", token, body
