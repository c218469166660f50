"""No word that a patient must never meet stands in any plan of the demo's people, in any language."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from service.api.schemas.care_plan import care_plan
from service.domain.access import Role, Viewer
from service.domain.window import State
from service.domain.worklist import WorklistQuestion
from service.jobs.demo.generation import generate
from service.runtime import Runtime
from service.workflows.show_care_plan import show_care_plan
from tests.api.conftest import Json
from tests.databases import Databases
from tests.house import SYSTEM, TODAY, house
from tests.receiving import Reception
from tests.wording.builders import LANGUAGES
from tests.wording.test_catalogues import CODES, NEVER_TO_A_PATIENT

PEOPLE = 16
# Members for programs, not for people.
NOT_READ = {"id", "care_plan", "patient", "by", "kind", "status"}


@pytest.fixture(scope="module")
def runtime(databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The demo's first people; what they read does not depend on the database."""
    folder = tmp_path_factory.mktemp("house")
    with databases.lend("sqlite") as url, house(url, folder) as opened:
        reception = Reception(opened)
        for line in generate(PEOPLE, seed=1, today=TODAY):
            reception.take(line)
        yield opened


@pytest.fixture(scope="module")
def patients(runtime: Runtime) -> list[str]:
    """Their ids."""
    everybody = WorklistQuestion(as_of=TODAY, states=frozenset(State), limit=500)
    with runtime.store.read() as view:
        page = view.follow_ups.people(everybody, viewer=SYSTEM)
    return [one.person.id for one in page.people]


def texts(members: Json) -> Iterator[str]:
    """Everything that is read by people."""
    for name, value in members.items():
        if name not in NOT_READ:
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(value)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_plan_blames_alarms_or_speaks_in_codes(runtime, patients, language):
    never = re.compile(NEVER_TO_A_PATIENT[language], re.IGNORECASE)
    found: set[str] = set()
    for patient in patients:
        viewer = Viewer(Role.PATIENT, TODAY, patient=patient)
        with runtime.store.read() as view:
            plan = show_care_plan(view, patient, viewer=viewer, as_of=TODAY)
        for text in texts(care_plan(runtime.tellers[language], plan)):
            if never.search(text) or re.search(CODES, text):
                found.add(text)
    assert found == set()
    assert len(patients) >= 8
