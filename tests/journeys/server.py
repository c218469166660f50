"""The real program as a process of its own: started, asked, stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from tests.guards.repository import ROOT

PROGRAM = str(Path(sys.executable).with_name("seuranta"))
UP = "Ctrl-C stops"
PATIENCE_SECONDS = 120


class Server:
    """A running `seuranta serve`; `told` is what it has printed by the time it is up, after `seconds`."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        self.environ = environ
        started = monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", *arguments],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.told = self._read_until(UP)
        self.seconds = monotonic() - started
        self._rest = Thread(target=self._read_rest)
        self._rest.start()

    def _read_until(self, words: str) -> str:
        for line in self._output():
            self.lines.append(line)
            if words in line:
                return "".join(self.lines)
        raise AssertionError(f"it ended before it was up: {''.join(self.lines)}")

    def _read_rest(self) -> None:
        self.lines.extend(self._output())

    def _output(self) -> Iterator[str]:
        assert self.process.stdout is not None
        yield from iter(self.process.stdout.readline, "")

    @property
    def output(self) -> str:
        """All that it has printed so far."""
        return "".join(self.lines)

    def link(self, page: str) -> str:
        """The one-time link of a page."""
        found = re.search(rf"{page} +(http\S+/sign-in/\S+)", self.told)
        assert found, self.told
        return found[1]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Stop it as a terminal does, all its processes at once; the exit status."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        status = self.process.wait(PATIENCE_SECONDS)
        self._rest.join()
        if self.process.stdout:
            self.process.stdout.close()
        return status


@contextmanager
def served(environ: dict[str, str], *arguments: str) -> Iterator[Server]:
    """A server that is stopped in any case."""
    server = Server(environ, *arguments)
    try:
        yield server
    finally:
        server.stop(signal.SIGTERM)


def environ_of(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a deployment of its own, on a free port."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SEURANTA_")}
    given = {"SEURANTA_DATA_DIR": str(folder), "SEURANTA_PORT": str(free_port())}
    return ours | given | more


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(
    environ: dict[str, str], *arguments: str, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, which must be the status expected."""
    done = subprocess.run(
        [PROGRAM, *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


def browser() -> OpenerDirector:
    """A browser without script: it keeps cookies and follows redirects."""
    return build_opener(HTTPCookieProcessor())


def page(opener: OpenerDirector, address: str, *, language: str) -> str:
    """The text at an address."""
    opener.addheaders = [("Accept-Language", language)]
    with opener.open(address, timeout=PATIENCE_SECONDS) as answer:
        return str(answer.read().decode())
