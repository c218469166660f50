"""A whole house over a fresh database, filled with the demo region as a load would fill it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient

from benchmarks.population import Population, fill
from service.app import create_app
from service.domain.access import Role
from service.jobs.demo.filling import fill_with_demo
from service.jobs.progress import Unwatched
from service.runtime import Runtime
from service.storage.database import Storage
from service.tokens import Grant, Issuer
from tests.databases import Databases
from tests.house import house

BACKENDS: Final = ("sqlite", "postgresql")
# Keys that the people who are loaded do not reach.
_FAR_ABOVE: Final = 10_000_000


@contextmanager
def filled_house(
    databases: Databases, backend: str, people: int, *, others: int = 0
) -> Iterator[Runtime]:
    """A runtime over a database with so many people, each with forty results on average.

    So many `others` stand beside them in the projection alone.
    """
    with (
        databases.lend(backend) as url,
        tempfile.TemporaryDirectory(prefix="seuranta-bench-") as folder,
        house(url, Path(folder)) as runtime,
    ):
        fill_with_demo(runtime, Unwatched(), people=people)
        if others:
            _fill_beside(url, others)
        yield runtime


def _fill_beside(url: str, others: int) -> None:
    storage = Storage(url)
    fill(storage, Population(others, with_history=False, after=_FAR_ABOVE))
    storage.close()


def token_of(runtime: Runtime, role: Role, *, patient: str = "", unit: str = "") -> str:
    """A bearer token for an hour."""
    at = runtime.clock.now()
    grant = Grant(role, "benchmarks", at + timedelta(hours=1), patient, unit)
    return Issuer.opened(runtime.settings).issue(grant, at=at)


def client_of(runtime: Runtime) -> FlaskClient:
    """A client that calls the application in this process."""
    return create_app(runtime).test_client()
