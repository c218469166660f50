"""A contact is kept with its Communication: who waits until when, as known then, and what the list says."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from service.domain.outreach import OutreachResult
from service.domain.worklist import Standing, WorklistQuestion
from service.jobs.load.loading import load_files
from service.jobs.load.taking import Manner
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.storage.tables.outreach import outreach
from service.workflows.find_people import find_people
from tests.house import NOON, SYSTEM, TODAY
from tests.jobs.past_days import projection
from tests.receiving import Json, Reception, a_condition, a_contact, a_patient, a_unit

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """Two people who are followed up, with much that is overdue."""
    found = Reception(runtime)
    found.put(a_unit(), a_patient(), a_patient("p2"))
    found.put(a_condition(), a_condition("c2", patient="p2"))
    return found


def to_call(reception: Reception, **asked: Any) -> list[str]:
    """The people to call."""
    given: dict[str, Any] = {"as_of": TODAY, "standing": Standing.TO_CALL} | asked
    question = WorklistQuestion(**given)
    with reception.runtime.store.read() as view:
        return [one.person.id for one in find_people(view, question, viewer=SYSTEM).people]


def without(resource: Json, name: str) -> Json:
    return {key: value for key, value in resource.items() if key != name}


def rows(reception: Reception, patient: str = "p1") -> dict[str, OutreachResult | None]:
    """What the last contact about each overdue follow-up of a person came to, by its id."""
    with reception.runtime.store.read() as view:
        people = find_people(view, WorklistQuestion(as_of=TODAY), viewer=SYSTEM).people
    [found] = [one for one in people if one.person.id == patient]
    return {
        one.id: one.last_contact.result if one.last_contact else None for one in found.follow_ups
    }


def test_who_was_contacted_waits_until_the_day_of_return(reception):
    reception.put(a_contact(back_on=TOMORROW.isoformat()))
    assert to_call(reception) == ["p2"]
    assert set(rows(reception).values()) == {OutreachResult.NO_ANSWER}
    assert to_call(reception, as_of=TOMORROW) == ["p1", "p2"]


def test_before_we_knew_of_a_contact_nobody_waited(reception):
    before = reception.now
    reception.put(a_contact())
    assert to_call(reception, known_at=before) == ["p1", "p2"]
    assert to_call(reception, known_at=reception.now) == ["p2"]
    assert to_call(reception, as_of=TODAY - timedelta(days=1)) == ["p1", "p2"]


def test_who_was_asked_about_one_follow_up_is_called_about_the_others(reception):
    first, *others = rows(reception)
    reception.put(a_contact(about=[f"ServiceRequest/{first}"]))
    assert to_call(reception) == ["p1", "p2"]
    told = rows(reception)
    assert told.pop(first) is OutreachResult.NO_ANSWER
    assert set(told.values()) == {None}
    reception.put(a_contact("k2", about=[f"ServiceRequest/{one}" for one in others]))
    assert to_call(reception) == ["p2"]


def test_a_round_stands_for_its_follow_up(reception):
    with reception.runtime.store.read() as view:
        people = find_people(view, WorklistQuestion(as_of=TODAY), viewer=SYSTEM).people
    one = people[0].follow_ups[0]
    reception.put(a_contact(about=[f"Task/{one.task}"]))
    told = rows(reception)
    assert told[one.id] is OutreachResult.NO_ANSWER
    assert list(told.values()).count(None) == len(told) - 1


TAKEN_BACK = {
    "entered in error": lambda one: one.put(a_contact(status="entered-in-error")),
    "deleted": lambda one: one.delete("Communication/k1"),
    "somebody else's": lambda one: one.put(a_contact(patient="p2", back_on="2026-11-21")),
    "no contact any more": lambda one: one.put(without(a_contact(), "extension")),
}


@pytest.mark.parametrize("take_back", TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_a_contact_that_is_taken_back_lets_nobody_wait_and_is_still_known_then(
    reception, take_back
):
    reception.put(a_contact())
    known = reception.now
    take_back(reception)
    assert to_call(reception) == ["p1", "p2"]
    assert to_call(reception, known_at=known) == ["p2"]


def test_a_changed_contact_takes_the_place_of_what_it_said(reception):
    reception.put(a_contact())
    reception.put(a_contact(result="booked", back_on="2026-12-30"))
    assert set(rows(reception).values()) == {OutreachResult.BOOKED}
    assert to_call(reception, as_of=date(2026, 12, 29)) == ["p2"]


def test_a_contact_closes_nothing(reception):
    before = rows(reception)
    reception.put(a_contact(result="done-elsewhere"))
    assert rows(reception).keys() == before.keys()
    kept = reception.kept("p1")
    assert {
        round_.status for one in kept.follow_ups.values() for round_ in one.rounds.values()
    } == {"requested"}


def load(reception: Reception, folder: Path, *resources: Json, history: bool) -> None:
    file = folder / "contacts.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, resources)))
    report = load_files(reception.runtime, [file], manner=Manner(history=history))
    assert report.refusals == 0


@pytest.mark.parametrize("history", [True, False], ids=["history", "plain"])
def test_a_loaded_contact_lets_wait_and_a_load_of_history_knows_it_from_when_it_was(
    reception, tmp_path, history
):
    contact = a_contact("k1", sent="2026-11-19T09:30:00+02:00", back_on="2026-11-28")
    load(reception, tmp_path, contact, history=history)
    assert to_call(reception) == ["p2"]
    assert to_call(reception, as_of=date(2026, 11, 20)) == ["p2"]
    sent = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
    with reception.runtime.store.read() as view:
        connection: Any = view
        known = connection._connection.execute(select(outreach.c.known_from)).scalar_one()
    assert known == sent if history else known > NOON


def test_a_rebuild_finds_contacts_as_they_were(reception):
    first, *_ = rows(reception)
    reception.put(a_contact(about=[f"ServiceRequest/{first}"]), a_contact("k2", patient="p2"))
    reception.put(a_contact(about=[f"ServiceRequest/{first}"], result="booked"))
    reception.delete("Communication/k2")
    before = projection(reception.runtime)
    rebuild(reception.runtime)
    after = projection(reception.runtime)
    assert len(before["outreach"]) == 3
    assert after == before
