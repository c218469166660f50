"""A region with its pages: people received as a client sends them, browsers that are signed in."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.domain.access import Access, Identity, Role
from service.jobs.demo.generation import generate
from service.jobs.demo.named_people import DemoPerson, demo_people
from service.runtime import Runtime
from service.workflows.offer_link import offer_link
from tests.house import TODAY
from tests.receiving import Reception, a_condition, a_patient, a_unit

SEED = 7
NAMED = 3
CROWD = 45
HATTULA = "hattula"
LANGUAGES = ("fi", "sv", "en")


@dataclass(slots=True)
class Trail:
    """An access log that is looked at."""

    lines: list[Access] = field(default_factory=list)

    def append(self, access: Access) -> None:
        """Keep a line."""
        self.lines.append(access)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Region:
    """A runtime with its pages, and what they left in the access log."""

    runtime: Runtime
    app: Flask
    trail: Trail

    @property
    def people(self) -> tuple[DemoPerson, ...]:
        """The named people: Marjatta of Hattula, Göran of Hämeenlinna, Noora of Inari."""
        return demo_people(SEED)

    def anybody(self) -> FlaskClient:
        """A browser in which nobody is signed in."""
        return self.app.test_client()

    def patient(self, patient: str) -> FlaskClient:
        """A browser in which a patient is signed in."""
        return self.browser(Identity(Role.PATIENT, "tests", patient=patient))

    def nurse(self, unit: str) -> FlaskClient:
        """A browser in which a nurse of a unit is signed in."""
        return self.browser(Identity(Role.CLINICIAN, "nurse of the tests", unit=unit))

    def browser(self, identity: Identity) -> FlaskClient:
        """A browser in which somebody is signed in."""
        client = self.anybody()
        assert client.get(self.link(identity)).status_code == 303
        return client

    def link(self, identity: Identity, *, at: datetime | None = None) -> str:
        """The path of a one-time link for somebody, offered now or at another instant."""
        secret = self.runtime.store.carry_out(
            lambda work: offer_link(work, identity),
            actor="tests",
            request="a-request",
            at=at or self.runtime.clock.now(),
        )
        return f"/sign-in/{secret}"


def opened(runtime: Runtime) -> Region:
    """The pages of a runtime; what they read is noted where tests can look."""
    trail = Trail()
    watched = replace(runtime, trail=trail)
    return Region(watched, create_app(watched), trail)


def receive_region(runtime: Runtime) -> None:
    """The named people of a region, each resource under the id that the generator gave it."""
    reception = Reception(runtime)
    for line in generate(NAMED, seed=SEED, today=TODAY):
        reception.send([_under_its_id(entry) for entry in orjson.loads(line)["entry"]])


def receive_many(runtime: Runtime, people: int) -> None:
    """So many people of Hattula who were never followed up, known by their numbers."""
    reception = Reception(runtime)
    reception.put(a_unit(HATTULA))
    numbers = range(1, people + 1)
    reception.put(*(_person(number) for number in numbers))
    reception.put(*(a_condition(f"c{number}", patient=f"p{number}") for number in numbers))


def _person(number: int) -> dict[str, Any]:
    name = [{"use": "official", "family": f"Numero{number:02}", "given": ["Aino"]}]
    phone = [{"system": "phone", "value": f"+358 00 000 {number:03}"}]
    return a_patient(f"p{number}", unit=HATTULA, name=name, telecom=phone)


def _under_its_id(entry: dict[str, Any]) -> dict[str, Any]:
    resource = entry["resource"]
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    return {**entry, "request": request}
