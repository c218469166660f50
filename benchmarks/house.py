"""A whole house over a fresh database, filled with the demo region as a load would fill it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient

from service.app import create_app
from service.domain.access import Role
from service.jobs.demo.filling import fill_with_demo
from service.jobs.progress import Unwatched
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.databases import Databases
from tests.house import house

BACKENDS: Final = ("sqlite", "postgresql")


@contextmanager
def filled_house(databases: Databases, backend: str, people: int) -> Iterator[Runtime]:
    """A runtime over a database with so many people, each with forty results on average."""
    with (
        databases.lend(backend) as url,
        tempfile.TemporaryDirectory(prefix="seuranta-bench-") as folder,
        house(url, Path(folder)) as runtime,
    ):
        fill_with_demo(runtime, Unwatched(), people=people)
        yield runtime


def token_of(runtime: Runtime, role: Role, *, patient: str = "", unit: str = "") -> str:
    """A bearer token for an hour."""
    at = runtime.clock.now()
    grant = Grant(role, "benchmarks", at + timedelta(hours=1), patient, unit)
    return Issuer.opened(runtime.settings).issue(grant, at=at)


def client_of(runtime: Runtime) -> FlaskClient:
    """A client that calls the application in this process."""
    return create_app(runtime).test_client()
