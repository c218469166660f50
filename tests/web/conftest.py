"""The pages over a demo region, asked without a browser and by browsers that are signed in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.domain.access import Identity, Role
from service.jobs.demo.generation import generate
from service.jobs.demo.named_people import DemoPerson, demo_people
from service.runtime import Runtime
from service.web import blueprint
from service.workflows.offer_link import offer_link
from tests.databases import Databases
from tests.house import TODAY, house
from tests.receiving import Reception

SEED = 7
NAMED = 3


def receive_region(runtime: Runtime, people: int = NAMED) -> None:
    """A region of invented people, each resource under the id that the generator gave it."""
    reception = Reception(runtime)
    for line in generate(people, seed=SEED, today=TODAY):
        reception.send([_under_its_id(entry) for entry in orjson.loads(line)["entry"]])


def _under_its_id(entry: dict[str, Any]) -> dict[str, Any]:
    resource = entry["resource"]
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    return {**entry, "request": request}


def app_of(runtime: Runtime) -> Flask:
    """An application that has the pages and nothing else."""
    app = Flask("tests", static_folder=None, template_folder=None)
    app.register_blueprint(blueprint(runtime))
    return app


def link_of(runtime: Runtime, identity: Identity) -> str:
    """The path of a one-time link for somebody."""
    secret = runtime.store.carry_out(
        lambda work: offer_link(work, identity),
        actor="tests",
        request="a-request",
        at=runtime.clock.now(),
    )
    return f"/sign-in/{secret}"


@dataclass(frozen=True, slots=True)
class Region:
    """A demo region with its pages."""

    runtime: Runtime
    app: Flask

    @property
    def people(self) -> tuple[DemoPerson, ...]:
        """The named people."""
        return demo_people(SEED)

    def patient(self, person: DemoPerson) -> FlaskClient:
        """A browser in which this person is signed in."""
        return self.browser(Identity(Role.PATIENT, "tests", patient=person.patient))

    def nurse(self, unit: str) -> FlaskClient:
        """A browser in which a nurse of a unit is signed in."""
        return self.browser(Identity(Role.CLINICIAN, "nurse of the tests", unit=unit))

    def browser(self, identity: Identity) -> FlaskClient:
        """A browser in which somebody is signed in."""
        client = self.app.test_client()
        assert client.get(self.link(identity)).status_code == 303
        return client

    def link(self, identity: Identity) -> str:
        """The path of a one-time link for somebody."""
        return link_of(self.runtime, identity)


@pytest.fixture(scope="module")
def region(databases: Databases, tmp_path_factory: Any) -> Iterator[Region]:
    """A region that the tests of a module read and do not change."""
    folder: Path = tmp_path_factory.mktemp("region")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        receive_region(runtime)
        yield Region(runtime, app_of(runtime))


@pytest.fixture
def pages(runtime: Runtime) -> Callable[[], FlaskClient]:
    """A browser for the pages over a database with nothing in it, on both databases."""
    return app_of(runtime).test_client
