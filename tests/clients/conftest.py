"""A real served instance on each database, with a thousand results of one person to page through."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from tests.clients.resources import a_crowd, locations
from tests.databases import BACKENDS, Databases
from tests.journeys.server import environ_of, run, served

_GIVEN = {"SEURANTA_WORKERS": "1", "SEURANTA_ALLOW_DEMO_SIGN_IN": "yes"}


class Serving(NamedTuple):
    """The FHIR base of an instance, and a system's token for it."""

    base: str
    token: str


@pytest.fixture(scope="session", params=BACKENDS)
def serving(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Serving]:
    """`seuranta serve` as a process of its own, one worker."""
    folder: Path = tmp_path_factory.mktemp("clients")
    with databases.lend(request.param) as url:
        environ = environ_of(folder, **_GIVEN, SEURANTA_DATABASE_URL=url)
        with served(environ):
            token = run(environ, "token", "--role", "system").stdout.strip()
            base = f"http://127.0.0.1:{environ['SEURANTA_PORT']}/fhir"
            yield Serving(base, token)


@pytest.fixture(scope="session")
def crowd(serving: Serving) -> list[str]:
    """A person and their thousand results, stored in one transaction: `Type/id` of each."""
    headers = {"Authorization": f"Bearer {serving.token}"}
    answer = requests.post(serving.base, json=a_crowd("crowd"), headers=headers, timeout=120)
    assert answer.status_code == 200, answer.text
    return list(locations(answer.json()))
