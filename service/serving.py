"""The server process: granian in front of the Flask app, one app a worker.

Where workers are forked they inherit what the first process has composed, so that a start costs
the loading of everything once. Connections and files are opened by each worker for itself.
"""

import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from multiprocessing import parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

import flask
from granian import Granian

from service.api.metrics import share_figures
from service.app import create_app, open_runtime
from service.clock import SystemClock
from service.domain.errors import SeurantaError
from service.domain.marks import INVENTED
from service.jobs.memory import seldom_looked_for, settled
from service.logs import set_up_logs
from service.runtime import Runtime
from service.settings import Settings, read_settings

# Measured: more threads a worker answer fewer requests a second over either database.
_THREADS: Final = 1
_STOPPED_AFTER_SECONDS: Final = 10
_ASKED_EVERY_SECONDS: Final = 0.05
_ASKED_FOR_SECONDS: Final = 5.0
# Granian's own lines go where ours go, and only those that tell of trouble.
_LOGS: Final = {
    "formatters": {},
    "handlers": {},
    "loggers": {
        "_granian": {"handlers": [], "propagate": True},
        "granian.access": {"handlers": [], "propagate": True},
    },
}
_OWN_ISSUER: Final = "The service does not sign tokens itself"
_INSTEAD: Final = (
    "set SEURANTA_ISSUER and SEURANTA_JWKS_URL, or SEURANTA_ALLOW_DEMO_SIGN_IN=yes to allow it."
)
_composed: list[flask.Flask] = []


class CannotServe(SeurantaError):
    """The service cannot be reached where it is asked to listen, or must not be."""


def serve(runtime: Runtime, *, when_up: Callable[[], None] | None = None) -> None:
    """Answer requests until Ctrl-C or SIGTERM; `when_up` is called once somebody answers.

    Raises CannotServe where the address cannot be listened on, and where the own issuer must not.
    """
    settings = runtime.settings
    _expect_allowed(runtime)
    address = listening_address(settings)
    with TemporaryDirectory(prefix="seuranta-") as figures:
        share_figures(Path(figures))
        _composed[:] = [create_app(runtime)]
        _spare_the_search_for_cycles()
        _answer_requests(settings, address, when_up)


def _answer_requests(settings: Settings, address: str, when_up: Callable[[], None] | None) -> None:
    server = Granian(
        "service.serving:application",
        address=address,
        port=settings.port,
        interface="wsgi",  # type: ignore[arg-type]  # its own command line passes the text too
        workers=settings.workers,
        blocking_threads=_THREADS,
        factory=True,
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]
        log_dictconfig=_LOGS,
        workers_kill_timeout=_STOPPED_AFTER_SECONDS,
    )
    hears_hangup = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    server.on_startup(lambda: _end_with_the_terminal(hears=hears_hangup))
    if when_up is not None:
        server.on_startup(lambda: _call_when_up(address, settings.port, when_up))
    server.serve(target_loader=application, wrap_loader=False)


def _end_with_the_terminal(*, hears: bool) -> None:
    """Let a terminal that is closed end the service, where granian would only make new workers.

    Started with nohup it does not hear that, and goes on.
    """
    how = signal.getsignal(signal.SIGTERM) if hears else signal.SIG_IGN
    signal.signal(signal.SIGHUP, how)


def _call_when_up(address: str, port: int, when_up: Callable[[], None]) -> None:
    """Call it, once, when the first worker answers."""

    def wait() -> None:
        pause = Event()
        while not _answers(address, port):
            pause.wait(_ASKED_EVERY_SECONDS)
        when_up()

    Thread(target=wait, name="when-up", daemon=True).start()


def _answers(address: str, port: int) -> bool:
    connection = HTTPConnection(address, port, timeout=_ASKED_FOR_SECONDS)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def application() -> flask.Flask:
    """The app of this worker: the one that was composed before the fork, else a new one."""
    _leave_the_terminal()
    if not _composed:
        settings = read_settings(os.environ)
        clock = SystemClock(settings.today)
        set_up_logs(level=settings.log_level, stream=sys.stderr, now=clock.now)
        _composed.append(create_app(open_runtime(settings)))
        _spare_the_search_for_cycles()
    return _composed[0]


def _spare_the_search_for_cycles() -> None:
    """Done before workers are forked: one that is still at it when it is to stop would not hear it."""
    settled()
    seldom_looked_for()


def _leave_the_terminal() -> None:
    """Let Ctrl-C reach the first process alone, which then stops its workers.

    A worker that is told by both at once does not hear it: granian then waits, and kills it.
    """
    if parent_process() is not None:
        os.setpgid(0, 0)


def listening_address(settings: Settings) -> str:
    """The address to listen on; CannotServe where another listens there, or it is not this machine's."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotServe(_why_not(settings, error)) from error
    return str(address[0])


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"{settings.host} port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken: stop what listens there, or set SEURANTA_PORT to another port."
    if error.errno == errno.EACCES:
        return f"{where} is not ours to listen on: set SEURANTA_PORT to a port from 1024 upwards."
    return f"{where} cannot be listened on: {error.strerror}. Check SEURANTA_HOST."


def _expect_allowed(runtime: Runtime) -> None:
    """Raise CannotServe where the own issuer would sign tokens for people who may be real."""
    settings = runtime.settings
    if settings.allow_demo_sign_in or not settings.issues_own_tokens:
        return
    if not settings.listens_on_loopback:
        reached = f"others can reach {settings.host}"
        raise CannotServe(f"{_OWN_ISSUER} where {reached}: {_INSTEAD}")
    with runtime.store.read() as view:
        invented = view.marks.value(INVENTED)
    if not invented:
        raise CannotServe(f"{_OWN_ISSUER} over data that is not marked as invented: {_INSTEAD}")
