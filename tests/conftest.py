"""What tests of several floors share: databases, each as SQLite and as PostgreSQL."""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from service.runtime import Runtime
from service.storage.database import Storage
from tests.databases import BACKENDS, Databases, databases_of_this_worker
from tests.house import house

# The same examples in every run; `--hypothesis-profile night` looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("night", deadline=None, max_examples=2000)
settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """What was collected stays until the end: nothing looks through it for cycles again.

    What tests make is looked through after more than Python's 700 values: that costs a tenth less.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture
def terminal() -> Iterator[None]:
    """What is started hears Ctrl-C and the end of its terminal, also where this run was told not to.

    A shell lets what it runs in the background ignore Ctrl-C, and nohup the end of the terminal.
    """
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    hangup = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGHUP, hangup)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Where fresh databases come from."""
    with databases_of_this_worker() as found:
        yield found


@pytest.fixture(params=BACKENDS)
def backend(request: Any) -> str:
    """Each of the two databases that we serve."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, databases: Databases) -> Iterator[str]:
    """A database with the newest schema and nothing in it."""
    with databases.lend(backend) as url:
        yield url


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    """The storage over a fresh database."""
    opened = Storage(database_url)
    yield opened
    opened.close()


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """The whole house over a fresh database, the clinic's day standing at `tests.house.TODAY`."""
    with house(database_url, tmp_path) as opened:
        yield opened
