"""A condition without a day of its own is followed up from the first Encounter that names it (what-is-due 1.3).

Whatever comes first, is corrected, withdrawn or found to have been earlier: the day follows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from service.domain.window import State
from service.domain.worklist import WorklistQuestion
from service.jobs.enrol import enrol, preview
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.workflows.count_not_followed import count_not_followed
from service.workflows.find_overdue import find_overdue
from service.workflows.receive_resources import Received
from tests.house import SYSTEM, TODAY
from tests.jobs.past_days import projection
from tests.receiving import Json, Reception, a_condition, a_patient, a_unit

UNDATED: Json = {name: value for name, value in a_condition().items() if name != "onsetDateTime"}
DIAGNOSIS: Json = {"diagnosis": [{"condition": {"reference": "Condition/c1"}}]}
REASON: Json = {"reasonReference": [{"reference": "Condition/c1"}]}
RECORDED: Json = UNDATED | {"encounter": {"reference": "Encounter/e1"}}
FROM_EHR = UNDATED | {"meta": {"source": "https://ehr.example"}}
WITHOUT_DAY = ("https://ehr.example", "icd10|E11.9", "day")
NAMED_BY: dict[str, tuple[Json, Json]] = {
    "its diagnosis": (UNDATED, DIAGNOSIS),
    "its reason": (UNDATED, REASON),
    "the condition": (RECORDED, {}),
}


def an_encounter(id_: str = "e1", on: str = "2020-05-04", **more: Any) -> Json:
    """A finished visit of p1."""
    return {
        "resourceType": "Encounter",
        "id": id_,
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": on, "end": on},
        **more,
    }


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """A person of a unit that puts people on protocols as their conditions arrive."""
    found = Reception(runtime)
    found.put(a_unit(), a_patient())
    return found


def begins(reception: Reception) -> str:
    """The first day on which an HbA1c is asked for, as known now; empty where it is not."""
    follow_up = reception.kept("p1").follow_ups.get("hba1c|lab")
    held = [one.holds_from for one in follow_up.stretches if not one.exclusion] if follow_up else []
    return str(min(held)) if held else ""


def not_counted(runtime: Runtime) -> list[tuple[str, str, str]]:
    with runtime.store.read() as view:
        found: Any = view.not_counted.by_sender(viewer=SYSTEM)
    return [(one.sender, one.code, one.reason.value) for one in found]


def asked_for(runtime: Runtime, known_at: datetime) -> bool:
    """Whether anything was asked for today, as known at an instant."""
    asked = WorklistQuestion(as_of=TODAY, states=frozenset(State), known_at=known_at)
    with runtime.store.read() as view:
        return bool(find_overdue(view, asked, viewer=SYSTEM).rows)


def not_followed(runtime: Runtime) -> list[tuple[str, int]]:
    with runtime.store.read() as view:
        found = count_not_followed(view, viewer=SYSTEM, as_of=TODAY)
    return [(one.protocol, one.people) for one in found]


def expect_rebuilt(runtime: Runtime) -> None:
    before = projection(runtime)
    assert rebuild(runtime).different == 0
    assert projection(runtime) == before


@pytest.mark.parametrize(
    ("named_by", "order"),
    [
        ("its diagnosis", "condition first"),
        ("its reason", "together"),
        ("the condition", "condition first"),
        ("the condition", "encounter first"),
    ],
)
def test_it_begins_on_the_encounter_s_day_whatever_came_first(
    reception: Reception, runtime: Runtime, named_by: str, order: str
) -> None:
    condition, naming = NAMED_BY[named_by]
    both = [condition, an_encounter(**naming)]
    if order == "together":
        received = reception.put(*both)
    else:
        first, last = both if order == "condition first" else both[::-1]
        [early] = reception.put(first)
        assert begins(reception) == ""
        assert not early.enrolled
        received = reception.put(last)

    assert begins(reception) == "2020-05-04"
    assert all(one.enrolled == ("type-2-diabetes",) for one in received)
    assert not any(one.not_counted for one in received)
    assert not_counted(runtime) == []


def test_the_day_follows_what_becomes_of_the_encounters(
    reception: Reception, runtime: Runtime
) -> None:
    reception.put(FROM_EHR)
    told: list[tuple[str, bool]] = []

    def then(received: Sequence[Received]) -> None:
        told.append((begins(reception), not_counted(runtime) == [WITHOUT_DAY]))

    then(reception.put(an_encounter("e2", "2020-06-01", **DIAGNOSIS)))
    then(reception.put(an_encounter("e1", "2020-05-04", **REASON)))  # an earlier one
    then(reception.put(an_encounter("e1", "2020-03-02", **REASON)))  # corrected
    then(reception.put(an_encounter("e1", "2020-03-02")))  # it names it no more
    then(reception.put(an_encounter("e2", "2020-06", **DIAGNOSIS)))  # a month: its first day
    then(reception.put(an_encounter("e2", "2020-06-01", status="entered-in-error", **DIAGNOSIS)))
    then(reception.put(an_encounter("e3", "2021-02-01", **DIAGNOSIS)))
    then(reception.delete("Encounter/e3"))
    then(reception.put(UNDATED | {"onsetDateTime": "2019-01-07"}))

    assert told == [
        ("2020-06-01", False),
        ("2020-05-04", False),
        ("2020-03-02", False),
        ("2020-06-01", False),
        ("2020-06-01", False),
        ("", True),
        ("2021-02-01", False),
        ("", True),
        ("2019-01-07", False),
    ]
    expect_rebuilt(runtime)


def test_it_is_known_from_when_both_were_known(reception: Reception, runtime: Runtime) -> None:
    reception.put(UNDATED)
    alone = reception.now
    reception.put(an_encounter(**DIAGNOSIS))
    named = reception.now
    reception.delete("Encounter/e1")

    assert [asked_for(runtime, one) for one in (alone, named, reception.now)] == [
        False,
        True,
        False,
    ]
    expect_rebuilt(runtime)


def test_one_that_nothing_names_is_told_as_not_counted_and_so_again_when_sent_again(
    reception: Reception, runtime: Runtime
) -> None:
    [received] = reception.put(FROM_EHR)
    assert [one.reason.value for one in received.not_counted] == ["day"]
    assert not_counted(runtime) == [WITHOUT_DAY]

    reception.put(an_encounter(**DIAGNOSIS))
    reception.put(FROM_EHR | {"note": [{"text": "Todettu vastaanotolla."}]})
    assert not_counted(runtime) == []

    reception.delete("Encounter/e1")
    reception.put(FROM_EHR)
    assert not_counted(runtime) == [WITHOUT_DAY]

    reception.delete("Condition/c1")
    assert not_counted(runtime) == []
    expect_rebuilt(runtime)


def test_who_is_not_enrolled_is_counted_and_enrolled_from_the_encounter_s_day(
    runtime: Runtime,
) -> None:
    reception = Reception(runtime)
    reception.put(a_unit(enrols=False), a_patient(), UNDATED)
    assert preview(runtime).counts.people == 0
    reception.put(an_encounter(**DIAGNOSIS))

    assert not_followed(runtime) == [("type-2-diabetes", 1)]
    assert preview(runtime).counts.people == 1
    enrol(runtime)
    assert begins(reception) == "2020-05-04"
    assert not_followed(runtime) == []
