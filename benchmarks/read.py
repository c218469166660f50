"""Read of a CarePlan by id over HTTP, with token, policy and access-log line, against a bare Flask view.

Both are served by granian with two workers and asked over sixteen connections, in turn, so that a
change of the machine's speed falls on both; the bare view returns the same bytes.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import sleep
from typing import Final

from benchmarks import Figure
from benchmarks.house import BACKENDS, token_of
from service.domain.access import Role
from service.runtime import Runtime
from tests.databases import Databases, databases_of_this_worker
from tests.house import TODAY, house
from tests.receiving import Reception, a_condition, a_patient, a_unit

AT_LEAST: Final = {"sqlite": 0.35, "postgresql": 0.18}
_CONNECTIONS: Final = 16
_SECONDS: Final = {"small": 3.0, "county": 5.0, "nation": 5.0}
_ROUNDS: Final = 5
_STARTED_WITHIN_SECONDS: Final = 30
_SERVE: Final = "import sys; sys.argv[1:] = ['serve']; from service.cli import main; main()"


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
        folder, (bare, own) = Path(named), _free_ports()
        with house(url, folder, SEURANTA_PORT=str(own)) as runtime:
            address, token, body = _plan(runtime)
        kept = folder / "body.json"
        kept.write_bytes(body)
        with (
            _served(bare, "-m", "benchmarks.bare_view", str(bare), str(kept)),
            _served(own, "-c", _SERVE, **_settings(url, folder, own)),
        ):
            rounds = [
                [_rate(port, address, seconds, token) for port in (bare, own)]
                for _ in range(_ROUNDS)
            ]
    return median(one for one, _ in rounds), median(other for _, other in rounds)


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


def _settings(url: str, folder: Path, port: int) -> dict[str, str]:
    return {
        "SEURANTA_DATABASE_URL": url,
        "SEURANTA_DATA_DIR": str(folder),
        "SEURANTA_PORT": str(port),
        "SEURANTA_WORKERS": "2",
        "SEURANTA_TODAY": TODAY.isoformat(),
        "SEURANTA_ALLOW_DEMO_SIGN_IN": "yes",
    }


@contextmanager
def _served(port: int, *arguments: str, **settings: str) -> Iterator[None]:
    """A server in a process of its own, from the moment at which its port is open."""
    server = subprocess.Popen(
        [sys.executable, *arguments], env=os.environ | settings, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(_STARTED_WITHIN_SECONDS * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}")


def _rate(port: int, address: str, seconds: float, token: str) -> float:
    asked = [str(port), address, str(_CONNECTIONS), str(seconds), token]
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.asking", *asked],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(told.stdout)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
