"""What is recorded about a person changes hands, comes late or is taken back: their follow-ups go with it."""

from typing import Any

import pytest

from service.domain.errors import Conflict
from service.domain.window import State
from service.domain.worklist import WorklistQuestion
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.workflows.find_overdue import find_overdue
from tests.house import SYSTEM, TODAY
from tests.jobs.past_days import projection
from tests.receiving import Json, Reception, a_condition, a_patient, a_unit, an_hba1c

HETU: Json = {"identifier": [{"system": "urn:oid:1.2.246.21", "value": "140360-9984"}]}
REPLACED: Json = {
    "active": False,
    "link": [{"other": {"reference": "Patient/p2"}, "type": "replaced-by"}],
}
OF_P1 = (a_condition(), an_hba1c(on="2026-10-20"))
OF_P2 = (a_condition(patient="p2"), an_hba1c(patient="p2", on="2026-10-20"))
ORDERS = pytest.mark.parametrize("order", [1, -1], ids=["giver first", "taker first"])


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """Two people in two units; of the first one a condition and a result are known."""
    found = Reception(runtime)
    found.put(a_unit(), a_unit("u2"), a_patient(), a_patient("p2", unit="u2"))
    found.put(*OF_P1)
    return found


def listed(reception: Reception) -> dict[str, tuple[str, dict[str, State]]]:
    """Each person on the worklist with their unit and the states of their follow-ups."""
    asked = WorklistQuestion(as_of=TODAY, states=frozenset(State), limit=500)
    with reception.runtime.store.read() as view:
        rows = find_overdue(view, asked, viewer=SYSTEM).rows
    found: dict[str, tuple[str, dict[str, State]]] = {}
    for row in rows:
        _, states = found.setdefault(row.person.id, (row.person.unit.id, {}))
        states[row.follow_up.activity] = row.follow_up.state
    return found


def without(resource: Json, *names: str) -> Json:
    return {name: value for name, value in resource.items() if name not in names}


def expect_rebuilt(reception: Reception) -> None:
    before = projection(reception.runtime)
    assert rebuild(reception.runtime).different == 0
    assert projection(reception.runtime) == before


def bearer(reception: Reception) -> list[str]:
    """Who bears the identity code."""

    def look(work: Any) -> list[str]:
        keys = work.kept.people(after=0, limit=9)
        facts: dict[int, list[Any]] = {key: [] for key in keys}
        return [one.id for one in work.kept.of(keys, facts) if one.person.identity]

    at = reception.now
    return reception.runtime.store.carry_out(look, actor="tests", request="a-look", at=at)


def test_what_is_moved_to_another_person_moves_their_follow_ups_and_back(reception: Reception):
    before = listed(reception)

    reception.put(*OF_P2)

    _, states = before["p1"]
    assert listed(reception) == {"p2": ("u2", states)}
    reception.put(*OF_P1)
    assert listed(reception) == before
    expect_rebuilt(reception)


def test_a_person_whom_another_record_replaces_stays_listed_until_what_is_theirs_is_moved(
    reception: Reception,
):
    before = listed(reception)

    reception.put(a_patient(**REPLACED))

    assert listed(reception) == before
    reception.put(*OF_P2)
    assert list(listed(reception)) == ["p2"]
    expect_rebuilt(reception)


@ORDERS
def test_an_identity_code_goes_to_the_record_that_replaces_another(
    reception: Reception, order: int
):
    reception.put(a_patient(**HETU))

    reception.put(*[a_patient(**HETU, **REPLACED), a_patient("p2", unit="u2", **HETU)][::order])

    assert bearer(reception) == ["p2"]
    expect_rebuilt(reception)


@ORDERS
def test_an_identity_code_that_was_given_to_the_wrong_person_goes_to_the_right_one_and_back(
    reception: Reception, order: int
):
    reception.put(a_patient(**HETU))

    reception.put(*[a_patient(), a_patient("p2", unit="u2", **HETU)][::order])

    assert bearer(reception) == ["p2"]
    expect_rebuilt(reception)
    reception.put(*[a_patient("p2", unit="u2"), a_patient(**HETU)][::order])
    assert bearer(reception) == ["p1"]
    expect_rebuilt(reception)


def test_an_identity_code_that_somebody_bears_is_refused_to_others(reception: Reception):
    reception.put(a_patient(**HETU))

    with pytest.raises(Conflict):
        reception.put(a_patient("p2", unit="u2", **HETU))

    assert bearer(reception) == ["p1"]


def test_who_is_deleted_lets_the_identity_code_go_and_stays_listed_without_a_unit(
    reception: Reception,
):
    reception.put(a_patient(**HETU))
    _, states = listed(reception)["p1"]

    reception.delete("Patient/p1")

    assert listed(reception) == {"p1": ("", states)}
    reception.put(a_patient("p9", **HETU))
    assert bearer(reception) == ["p9"]
    reception.delete("Condition/c1")
    assert listed(reception) == {}
    expect_rebuilt(reception)


@pytest.mark.parametrize("first", ["the unit", "the condition"])
def test_who_is_known_only_after_their_condition_is_followed_up_as_if_before(
    reception: Reception, first: str
):
    _, states = listed(reception)["p1"]
    theirs = [a_condition("c9", patient="p9"), an_hba1c("o9", patient="p9", on="2026-10-20")]
    nine = a_patient("p9", unit="u9")
    if first == "the condition":
        reception.put(*theirs)
        assert "p9" not in listed(reception)
        reception.put(a_unit("u9"))
        reception.put(nine)
    else:
        reception.put(a_unit("u9"))
        reception.put(nine)
        reception.put(*theirs)

    assert listed(reception)["p9"] == ("u9", states)
    expect_rebuilt(reception)


def test_who_moves_between_units_is_put_on_nothing_that_was_left_out_before(reception: Reception):
    reception.put(a_unit("u8", enrols=False), a_patient("p8", unit="u8"))
    reception.put(a_condition("c8", patient="p8"))

    reception.put(a_patient("p8"))

    assert "p8" not in listed(reception)


@pytest.mark.parametrize(
    "dead", [{"deceasedDateTime": "2026-11-01"}, {"deceasedBoolean": True}], ids=["day", "yes"]
)
def test_who_was_taken_for_dead_and_is_not_is_followed_up_as_before(
    reception: Reception, dead: Json
):
    before = listed(reception)

    reception.put(a_patient(**dead))

    assert set(listed(reception)["p1"][1].values()) == {State.ENDED}
    reception.put(a_patient())
    assert listed(reception) == before
    expect_rebuilt(reception)


def test_who_has_no_birth_date_is_followed_up(reception: Reception):
    _, states = listed(reception)["p1"]
    reception.put(without(a_patient("p7"), "birthDate"))
    reception.put(a_condition("c7", patient="p7"), an_hba1c("o7", patient="p7", on="2026-10-20"))

    assert listed(reception)["p7"] == ("u1", states)
    expect_rebuilt(reception)


def test_a_visit_to_another_unit_moves_nobody_who_is_registered_and_whoever_is_not(
    reception: Reception,
):
    visit = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-11-01T08:00:00+02:00", "end": "2026-11-01T09:00:00+02:00"},
        "serviceProvider": {"reference": "Organization/u2"},
    }
    reception.put(visit)
    assert listed(reception)["p1"][0] == "u1"

    reception.put(without(a_patient(), "generalPractitioner"))

    assert listed(reception)["p1"][0] == "u2"
    expect_rebuilt(reception)
