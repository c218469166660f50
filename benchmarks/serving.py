"""Servers in processes of their own, and how many answers a second they give over HTTP."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import sleep
from typing import Final, NamedTuple

from tests.house import TODAY

CONNECTIONS: Final = 16
_STARTED_WITHIN_SECONDS: Final = 30
_SERVE: Final = "import sys; sys.argv[1:] = ['serve']; from service.cli import main; main()"


class Deployed(NamedTuple):
    """A database with its data folder, and two ports: for the bare view, and for the service."""

    url: str
    folder: Path
    ports: tuple[int, int]


def shares(
    deployed: Deployed, asked: str, token: str, *, body: bytes, seconds: float, rounds: int
) -> tuple[float, float]:
    """The median rates of a bare view that returns the body, and of the service over a database.

    Both are asked for one address over sixteen connections, in turn, so that a change of the
    machine's speed falls on both.
    """
    bare, own = deployed.ports
    kept = deployed.folder / "body.json"
    kept.write_bytes(body)
    with (
        _served(bare, "-m", "benchmarks.bare_view", str(bare), str(kept)),
        _served(own, "-c", _SERVE, **_settings(deployed)),
    ):
        found = [
            [_rate(port, asked, seconds, token) for port in deployed.ports] for _ in range(rounds)
        ]
    return median(one for one, _ in found), median(other for _, other in found)


@contextmanager
def served(deployed: Deployed) -> Iterator[int]:
    """The service over a database, in processes of its own, and the port that it listens on."""
    _, own = deployed.ports
    with _served(own, "-c", _SERVE, **_settings(deployed)):
        yield own


def _settings(deployed: Deployed) -> dict[str, str]:
    return {
        "SEURANTA_DATABASE_URL": deployed.url,
        "SEURANTA_DATA_DIR": str(deployed.folder),
        "SEURANTA_PORT": str(deployed.ports[1]),
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
    asked = [str(port), address, str(CONNECTIONS), str(seconds), token]
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.asking", *asked],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(told.stdout)


def free_ports() -> tuple[int, int]:
    """Two ports on which nothing listens."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
