"""Whoever may not see a person gets, at every address, what they would get if the person were not there."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.app import create_app
from service.domain.access import Identity, Role
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.api.access_attempts import IDENTIFIERS, Attempt, Person
from tests.api.access_matrix import ATTEMPTS, OPEN
from tests.api.access_proposals import PROTOCOL
from tests.api.conftest import Client
from tests.api.people import found
from tests.api.proposals import definition
from tests.databases import BACKENDS, Databases
from tests.house import LATER, house
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c
from tests.web.region import Region as Pages
from tests.web.region import Trail

GUARDED = re.compile(r"/(fhir|worklist|portal|audit)(/|$)")
SECRET = re.compile(r"kaarina|Salattunen|KAA-7781|91\.7|Piilokatu", re.IGNORECASE)
NOBODY = Person(
    "nobody",
    "nobody-hba1c",
    "NOB-0000",
    "00000000-0000-5000-8000-000000000001",
    "00000000-0000-5000-8000-000000000002",
    "00000000-0000-5000-8000-000000000003",
    "asker-b",
    "asker-a",
)
# Each may read and write, as far as scopes go; an expired token might even do everything.
ASKERS = {
    "another patient": (Role.PATIENT, {"patient": "asker"}, "patient/*.cruds"),
    "a clinician of another unit": (Role.CLINICIAN, {"unit": "u1"}, "user/*.cruds"),
    "an auditor": (Role.AUDITOR, {}, "user/*.cruds"),
    "an administrator": (Role.ADMIN, {}, "user/*.cruds"),
    "expired": (Role.SYSTEM, {}, "system/*.cruds"),
}
# Whose own data some addresses show; the others are refused whatever they ask, so a few attempts do.
WITH_PEOPLE = ("another patient", "a clinician of another unit")
FEW = 7


class Region(NamedTuple):
    """A house with somebody hidden in it."""

    app: Flask
    runtime: Runtime
    hidden: Person


@pytest.fixture(scope="module", params=BACKENDS)
def region(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Region]:
    """Kaarina of Inari, whom none of the askers may see, and the asker, of Hattula."""
    folder: Path = tmp_path_factory.mktemp("matrix")
    with databases.lend(request.param) as url, house(url, folder) as runtime:
        receive(runtime)
        app = create_app(runtime)
        yield Region(app, runtime, hidden_in(Client(app.test_client(), token_of(runtime))))


def receive(runtime: Runtime) -> None:
    reception = Reception(runtime)
    identifier = [{"system": IDENTIFIERS, "value": "KAA-7781"}]
    kaarina = a_patient(
        "kaarina",
        unit="u2",
        identifier=identifier,
        name=[{"family": "Salattunen", "given": ["Kaarina"]}],
        address=[{"line": ["Piilokatu 3"]}],
    )
    reception.put(a_unit("u1"), a_unit("u2", name="Inarin terveysasema"), definition(PROTOCOL))
    reception.put(kaarina, a_patient("asker", unit="u1"))
    reception.put(
        a_condition("kaarina-condition", patient="kaarina"),
        a_condition("asker-condition", patient="asker"),
    )
    reception.put(
        an_hba1c("kaarina-hba1c", patient="kaarina", value=91.7, identifier=identifier),
        an_hba1c("asker-hba1c", patient="asker", value=41),
    )
    for one, other in (("asker-a", "kaarina-hba1c"), ("asker-b", "nobody-hba1c")):
        derived = [{"reference": f"Observation/{other}"}]
        reception.put(an_hba1c(one, patient="asker", value=41, derivedFrom=derived))
    derived = [{"reference": "Observation/asker-b"}]
    reception.put(
        an_hba1c("kaarina-derived", patient="kaarina", value=91.7, derivedFrom=derived),
    )


def hidden_in(everything: Client) -> Person:
    [plan] = found(everything, "CarePlan?patient=kaarina")
    task = found(everything, "Task?patient=kaarina&follow-up-state=overdue")[0]
    request = task["basedOn"][0]["reference"].removeprefix("ServiceRequest/")
    names = ("kaarina", "kaarina-hba1c", "KAA-7781", task["id"], request)
    return Person(*names, plan["id"], "asker-a", "asker-b")


def token_of(runtime: Runtime, asker: str = "") -> str:
    role, bound, scope = ASKERS.get(asker, ASKERS["expired"])
    at = runtime.clock.now()
    expires = at - LATER if asker == "expired" else at + LATER
    grant = Grant(role, asker or "tests", expires, scopes=(scope,), **bound)
    return Issuer.opened(runtime.settings).issue(grant, at=at)


def _guarded(app: Flask) -> set[tuple[str, str]]:
    """Every method and address where people's data could come out."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if GUARDED.match(rule.rule) and rule.rule not in OPEN
    }


def test_every_address_has_its_attempts(region: Region) -> None:
    assert _guarded(region.app) == ATTEMPTS.keys()


@pytest.mark.check(124)
@pytest.mark.parametrize("asker", WITH_PEOPLE)
@pytest.mark.parametrize("method_and_rule", ATTEMPTS, ids=" ".join)
def test_nothing_of_a_hidden_person_comes_out(region: Region, method_and_rule, asker) -> None:
    client = Client(region.app.test_client(), token_of(region.runtime, asker))
    for of_hidden, of_nobody in _attempts(region, method_and_rule):
        _expect_the_same(client, method_and_rule[0], region.hidden, of_hidden, of_nobody)


@pytest.mark.parametrize("asker", ["nobody", *sorted(ASKERS.keys() - WITH_PEOPLE)])
def test_who_sees_no_people_at_all_sees_nothing_of_them(region: Region, asker) -> None:
    token = "" if asker == "nobody" else token_of(region.runtime, asker)
    client = Client(region.app.test_client(), token)
    for method_and_rule in ATTEMPTS:
        for of_hidden, of_nobody in islice(_attempts(region, method_and_rule), 0, None, FEW):
            shown = _expect_the_same(
                client, method_and_rule[0], region.hidden, of_hidden, of_nobody
            )
            if asker in {"nobody", "expired"}:
                assert shown.startswith("401"), of_hidden


def _attempts(
    region: Region, method_and_rule: tuple[str, str]
) -> Iterator[tuple[Attempt, Attempt]]:
    make = ATTEMPTS[method_and_rule]
    return zip(make(region.hidden), make(NOBODY), strict=True)


def _expect_the_same(
    client: Client, method: str, hidden: Person, of_hidden: Attempt, of_nobody: Attempt
) -> str:
    shown = _told(_sent(client, method, of_hidden), hidden)
    _expect_nothing(shown)
    if not of_hidden.differs:
        assert shown == _told(_sent(client, method, of_nobody), NOBODY), of_hidden
    return shown


def _expect_nothing(shown: str) -> None:
    secret = SECRET.search(shown)
    assert not secret, shown[max(0, secret.start() - 300) : secret.end() + 300]


def _sent(client: Client, method: str, attempt: Attempt) -> TestResponse:
    return client.send(method, attempt.address, attempt.body, **attempt.headers)


# What differs between any two answers, and tells nothing.
_ALWAYS_NEW = re.compile(
    r'"?(lastUpdated|lastModified|timestamp|known_at)"?[:=] ?"[^"]*"|_page=[\w%-]+'
    r"|(?<=Last-Modified: )[\w :,]+GMT"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
_HEADERS = (
    "ETag",
    "Location",
    "Last-Modified",
    "Content-Type",
    "WWW-Authenticate",
    "Allow",
    "Link",
)


# What the asker's own results refer to is the asker's to know.
OWN_REFERENCE = re.compile(r'"reference": ?"Observation/(kaarina|nobody)-hba1c"')


def _told(answer: TestResponse, person: Person) -> str:
    """All that an answer tells, with the names that the asker sent taken out."""
    headers = [f"{name}: {answer.headers[name]}" for name in _HEADERS if name in answer.headers]
    told = "\n".join([str(answer.status_code), *headers, answer.text])
    told = OWN_REFERENCE.sub("OWN", told)
    for name in person.names:
        told = told.replace(name, "NAME")
    return _ALWAYS_NEW.sub("NEW", told)


@pytest.mark.parametrize("address", ["/portal/", "/worklist/", "/worklist/?unit=u2"])
def test_a_page_shows_nothing_of_a_hidden_person_to_who_is_signed_in(region: Region, address):
    role = Role.PATIENT if address == "/portal/" else Role.CLINICIAN
    own = {"patient": "asker"} if role is Role.PATIENT else {"unit": "u1"}
    browser = Pages(region.runtime, region.app, Trail()).browser(Identity(role, "tests", **own))
    page = browser.get(address)
    assert page.status_code in {200, 403}
    _expect_nothing(page.text)


def test_nothing_of_the_hidden_person_was_changed_by_any_attempt(region: Region) -> None:
    everything = Client(region.app.test_client(), token_of(region.runtime))
    for address in ("Patient/kaarina", "Observation/kaarina-hba1c"):
        assert everything.get(f"/fhir/{address}").headers["ETag"] == 'W/"1"'
    assert len(found(everything, "Observation?patient=kaarina")) == 2
