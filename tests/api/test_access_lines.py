"""Whatever shows or changes something of a person leaves a line in the access log that names them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest
from sqlalchemy import select

from service.app import create_app
from service.domain.access import Role
from service.runtime import Runtime
from service.storage.database import Storage
from service.storage.tables.access import access_log, access_log_patients
from service.tokens import Grant, Issuer
from tests.api.access_attempts import ASKER, Attempt
from tests.api.access_contacts import PAGES as PAGES_OF_PEOPLE
from tests.api.access_matrix import ATTEMPTS
from tests.api.access_to_agreed_changes import AGREED_CHANGES
from tests.api.conftest import Client
from tests.api.people import key_of
from tests.api.test_access_matrix import OWN_REFERENCE, SECRET, hidden_in, receive, token_of
from tests.databases import Databases
from tests.fhir.resources import an_observation
from tests.house import LATER, house

# What a reader has of their own is asked by themselves; pages have tests of their own (tests/web/), and so
# has what is agreed about a follow-up.
PAGES: Final = {
    "/portal/",
    "/worklist/",
    *(rule for _, rule in PAGES_OF_PEOPLE),
}
OWN: Final = "/portal/v1/care-plan"
# Counts name nobody, and what is sent to be judged is not kept.
OF_NOBODY: Final = {
    "/audit/v1/compliance",
    "/fhir/<type_>/$validate",
    "/fhir/PlanDefinition/<id_>/$preview",
}
_LINKS: Final = re.compile(r'"link":\[[^]]*\]')
_IN_TURN: Final = (
    "GET",
    "POST",
    "GET /worklist/v1/contacts",
    "PATCH",
    "PUT",
    "DELETE /fhir/<type_>",
    "POST /fhir",
    "DELETE",
)


@pytest.fixture
def watched(databases: Databases, tmp_path: Path) -> Iterator[Runtime]:
    """The house of the access matrix."""
    with databases.lend("sqlite") as url, house(url, tmp_path) as runtime:
        receive(runtime)
        yield runtime


def test_whatever_shows_or_changes_something_of_a_person_is_in_the_log(watched: Runtime) -> None:
    app = create_app(watched)
    everything = Client(app.test_client(), token_of(watched))
    kaarina = Client(app.test_client(), _own_token(watched))
    person, key = hidden_in(everything), key_of(watched, "kaarina")
    concerning: dict[str, str] = {}
    silent = {one for one in ATTEMPTS if one[1] not in PAGES | OF_NOBODY} - AGREED_CHANGES.keys()
    for method, rule in sorted(ATTEMPTS, key=_turn):
        client = kaarina if rule == OWN else everything
        for attempt in ATTEMPTS[method, rule](person):
            if f'"Patient/{ASKER}"'.encode() in attempt.body:  # it would give theirs away
                continue
            if request := _concerning(client, (method, rule), attempt):
                concerning[request] = f"{method} {attempt}"
                silent.discard((method, rule))

    logged = requests_naming(watched, key)
    assert {id_: what for id_, what in concerning.items() if id_ not in logged} == {}
    assert silent == set(), "no attempt showed or changed anything there"


def _turn(method_and_rule: tuple[str, str]) -> int:
    """Reads first, of what is recorded once it is; deletions of the person last."""
    whole = " ".join(method_and_rule)
    return _IN_TURN.index(whole if whole in _IN_TURN else method_and_rule[0])


def _own_token(runtime: Runtime) -> str:
    at = runtime.clock.now()
    grant = Grant(Role.PATIENT, "kaarina", at + LATER, patient="kaarina")
    return Issuer.opened(runtime.settings).issue(grant, at=at)


def _concerning(client: Client, method_and_rule: tuple[str, str], attempt: Attempt) -> str:
    """The request's id where something of the person was shown or changed."""
    method, rule = method_and_rule
    before = client.get(attempt.address) if method == "DELETE" else None
    is_there = before is not None and bool(SECRET.search(_LINKS.sub("", before.text)))
    answer = client.send(method, attempt.address, attempt.body, **attempt.headers)
    about_them = method == "PATCH" or b'"Patient/kaarina"' in attempt.body
    is_change = about_them and answer.status_code in {200, 201} and "$" not in attempt.address
    is_change |= is_there and answer.status_code == 204
    # A page of a search says in its link what was asked.
    text = OWN_REFERENCE.sub("", _LINKS.sub("", answer.text))
    is_of_one = (rule.endswith("<id_>") or "<id_>/$" in rule) and rule not in OF_NOBODY
    # What FHIR stores is sent back as it came; our own API tells what it found beside it.
    tells = {200, 201} if rule.startswith("/worklist/v1/") else {200}
    is_shown = answer.status_code in tells and (is_of_one or bool(SECRET.search(text)))
    return answer.headers["X-Request-Id"] if is_change or is_shown else ""


def requests_naming(runtime: Runtime, patient: int) -> set[str]:
    """The requests of which a line names the person."""
    runtime.collect(runtime.clock.now())
    assert isinstance(runtime.store, Storage)
    named = select(access_log.c.request).join(
        access_log_patients,
        (access_log_patients.c.segment == access_log.c.segment)
        & (access_log_patients.c.number == access_log.c.number),
    )
    with runtime.store.engine.connect() as connection:
        rows = connection.execute(named.where(access_log_patients.c.patient == patient))
        return set(rows.scalars())


def test_who_had_a_result_until_it_was_given_to_another_is_named_too(watched: Runtime) -> None:
    client = Client(create_app(watched).test_client(), token_of(watched))
    client.put("/fhir/Observation/strayed", _result_of("kaarina"))
    moved = client.put("/fhir/Observation/strayed", _result_of(ASKER))
    assert moved.status_code == 200, moved.text

    request = moved.headers["X-Request-Id"]
    assert request in requests_naming(watched, key_of(watched, "kaarina"))
    assert request in requests_naming(watched, key_of(watched, ASKER))


def _result_of(patient: str) -> bytes:
    subject = {"reference": f"Patient/{patient}"}
    return orjson.dumps({**an_observation(), "id": "strayed", "subject": subject})


@pytest.mark.parametrize(
    "question",
    [
        "Observation?patient=kaarina&_summary=count",
        "Observation?subject=Patient/kaarina&_count=0",
        "Observation?patient=kaarina&code=none-such",
        "Observation?patient._id=kaarina&_summary=count",
        "Patient?_id=kaarina&_summary=count",
        "Patient/kaarina/Observation?code=none-such",
    ],
)
def test_a_search_that_shows_nobody_names_whom_it_was_asked_about(
    watched: Runtime, question: str
) -> None:
    client = Client(create_app(watched).test_client(), token_of(watched))
    answer = client.get(f"/fhir/{question}")
    assert "entry" not in (answer.json or {"entry": []})

    assert answer.headers["X-Request-Id"] in requests_naming(watched, key_of(watched, "kaarina"))


def test_a_count_of_everybody_names_nobody(watched: Runtime) -> None:
    client = Client(create_app(watched).test_client(), token_of(watched))
    answer = client.get("/fhir/Observation?patient:not=kaarina&_summary=count")
    plain = client.get("/fhir/Observation?_summary=count")

    logged = requests_naming(watched, key_of(watched, "kaarina"))
    assert not logged & {one.headers["X-Request-Id"] for one in (answer, plain)}
