"""What a patient told, and what was agreed, acted on at its follow-up on the page of a patient."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment, AdjustmentKind
from service.fhir.agreeing import Agreed
from service.recording.receiving import Receiver
from tests.databases import Databases
from tests.house import TODAY, house
from tests.receiving import Reception, a_condition, a_patient, a_unit
from tests.web.reading import Page
from tests.web.region import HATTULA, Region, opened

PAGE = "/worklist/people/p1"


@pytest.fixture
def people(databases: Databases, tmp_path: Path) -> Iterator[Region]:
    """A person of Hattula with follow-ups that are due."""
    with databases.lend("sqlite") as url, house(url, tmp_path) as runtime:
        reception = Reception(runtime)
        reception.put(a_unit(HATTULA), a_patient(unit=HATTULA), a_condition(code="E11.9"))
        yield opened(runtime)


def agree(people: Region, decision: Adjustment) -> None:
    runtime, viewer = people.runtime, Viewer(Role.SYSTEM, TODAY)
    with runtime.store.read() as view:
        plan = view.follow_ups.plan("p1", viewer=viewer, as_of=TODAY)
    submissions = runtime.intake.agreed([plan.follow_ups[0].id], Agreed(decision))
    at = runtime.clock.now()
    Receiver(runtime, viewer, "a-request").receive(submissions, at=at, action="update")


def told_elsewhere() -> Adjustment:
    day = date(2026, 11, 10)
    return Adjustment(AdjustmentKind.DONE_ELSEWHERE, TODAY, author="Patient/p1", due_on=day)


def resting() -> Adjustment:
    return Adjustment(AdjustmentKind.SUSPENDED, date(2026, 11, 10), date(2027, 1, 15), author="n")


def the_page(people: Region) -> Page:
    return Page(people.nurse(HATTULA).get(PAGE).text)


def offered(page: Page) -> list[str]:
    return [one["value"] for one in page.attributes("button") if one.get("name") == "act"]


def address_of(people: Region) -> str:
    forms = the_page(people).attributes("form")
    [address] = {one["action"] for one in forms if "decisions" in one["action"]}
    return address


def act(people: Region, act_: str) -> str:
    """Presses the button; the address that it was sent to."""
    address = address_of(people)
    answer = people.nurse(HATTULA).post(address, data={"act": act_})
    assert (answer.status_code, answer.location) == (303, PAGE)
    return address


def test_what_the_patient_told_is_accepted_once(people: Region):
    agree(people, told_elsewhere())
    assert offered(the_page(people)) == ["accept", "reject"]
    address = act(people, "accept")
    assert "accept" not in offered(the_page(people))
    assert people.nurse(HATTULA).post(address, data={"act": "accept"}).status_code == 303


def test_what_the_patient_told_is_rejected(people: Region):
    agree(people, told_elsewhere())
    act(people, "reject")
    assert offered(the_page(people)) == []


@pytest.mark.parametrize("act_", ["end", "take-back"])
def test_what_was_agreed_holds_no_more_from_today_on(people: Region, act_: str):
    agree(people, resting())
    assert "Sovittu muuta" in the_page(people).words
    act(people, act_)
    page = the_page(people)
    assert ("Sovittu muuta" in page.words, offered(page)) == (False, [])


def test_a_nurse_of_another_unit_can_do_nothing_with_it(people: Region):
    agree(people, told_elsewhere())
    address = address_of(people)
    assert people.nurse("nowhere").post(address, data={"act": "accept"}).status_code == 404
    assert people.nurse(HATTULA).post(address, data={"act": "other"}).status_code == 404
    assert offered(the_page(people)) == ["accept", "reject"]
