"""One live shared plan a person: a second is refused, one that is gone or over has said nothing of the next."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.domain.access import Role, Viewer
from service.domain.errors import Deleted, Duplicate, Forbidden
from service.domain.seen import SeenPlan
from service.domain.window import State
from service.jobs.load.loading import load_files
from service.runtime import Runtime
from tests.house import SYSTEM, TODAY
from tests.receiving import BASE, Reception, a_condition, a_patient, a_unit, an_hba1c

Json = dict[str, Any]
OTHERS = [{"text": "wound care"}]
TOMORROW = TODAY + timedelta(days=1)
AGREED = {
    "extension": [{"url": f"{BASE}/StructureDefinition/agreed-on", "valueDate": "2026-11-20"}]
}


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """A patient whom nobody has enrolled, in a unit that takes people on arrival."""
    found = Reception(runtime)
    found.put(a_unit(), a_patient())
    return found


def a_plan(id_: str, **more: Any) -> Json:
    """A live shared plan of p1 as a client writes it."""
    shared = {"system": f"{BASE}/CodeSystem/care-plan-category", "code": "shared-care-plan"}
    return {
        "resourceType": "CarePlan",
        "id": id_,
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [shared]}],
        "subject": {"reference": "Patient/p1"},
        **more,
    }


def plan_of(reception: Reception, as_of: date = TODAY, **more: Any) -> SeenPlan:
    with reception.runtime.store.read() as view:
        return view.follow_ups.plan("p1", viewer=SYSTEM, as_of=as_of, **more)


def stored(reception: Reception, id_: str) -> Json:
    with reception.runtime.store.read() as view:
        found: Json = orjson.loads(view.resources.read("CarePlan", id_, viewer=SYSTEM).body)
    return found


def enrolled(reception: Reception) -> str:
    """The id of the live plan that the service makes."""
    reception.put(a_condition())
    return plan_of(reception).care_plan


@pytest.mark.parametrize("said", [{}, {"status": "on-hold"}, AGREED])
def test_a_second_live_plan_is_refused_and_the_live_one_named(reception: Reception, said: Json):
    live = enrolled(reception)
    before = reception.kept("p1")

    with pytest.raises(Duplicate) as caught:
        reception.put(an_hba1c(), a_plan("another", **said))

    [issue] = caught.value.issues
    assert (issue.code, issue.expression) == ("duplicate", "Bundle.entry[1].resource.category")
    assert f"CarePlan/{live}" in issue.words
    assert reception.kept("p1") == before


def test_who_may_not_see_the_patient_is_not_told_of_the_live_plan(
    reception: Reception, runtime: Runtime
):
    live = enrolled(reception)
    stranger = Reception(runtime, viewer=Viewer(Role.CLINICIAN, TODAY, subject="n", unit="u2"))
    stranger.now = reception.now

    with pytest.raises(Forbidden) as caught:
        stranger.put(a_plan("another"))

    assert live not in str(caught.value.issues)


def test_plans_that_are_none_of_ours_are_stored_in_any_number(reception: Reception):
    enrolled(reception)
    others = [a_plan(f"other{n}", category=OTHERS) for n in range(3)]
    reception.put(*others, a_plan("draft", status="draft"), a_plan("old", status="completed"))

    assert [stored(reception, f"other{n}")["status"] for n in range(3)] == ["active"] * 3


def test_of_two_at_the_same_moment_one_is_stored(reception: Reception, runtime: Runtime):
    def send(number: int) -> bool:
        own = Reception(runtime)
        own.now = reception.now
        try:
            own.put(a_plan(f"plan{number}"))
        except Duplicate:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))).count(True) == 1


def test_a_plan_that_a_client_writes_starts_nothing_and_is_the_one_that_enrolment_fills(
    reception: Reception,
):
    reception.put(a_plan("theirs", **AGREED))
    assert plan_of(reception).follow_ups == ()

    assert enrolled(reception) == "theirs"

    assert plan_of(reception).agreed_on == date(2026, 11, 20)
    body = stored(reception, "theirs")
    assert body["instantiatesCanonical"]
    assert len(body["activity"]) == len(plan_of(reception).follow_ups) > 0


def test_a_load_refuses_a_second_live_plan_and_stores_the_rest(
    reception: Reception, runtime: Runtime, tmp_path: Path
):
    enrolled(reception)
    file = tmp_path / "more.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, [an_hba1c(), a_plan("another")])))

    report = load_files(runtime, [file])

    assert ["CarePlan" in str(one) for one in report.refused] == [True]
    assert any(fact.item == "hba1c" for fact in reception.kept("p1").facts)


@pytest.mark.parametrize("status", ["active", "on-hold"])
def test_a_deleted_plan_stays_deleted_until_something_changes(reception: Reception, status: str):
    live = enrolled(reception)
    reception.put(a_plan(live, status=status))

    reception.delete(f"CarePlan/{live}")

    with pytest.raises(Deleted):
        stored(reception, live)
    reception.put(a_condition("c2", code="I10"))
    assert stored(reception, live)["status"] == "active"
    with pytest.raises(Duplicate):
        reception.put(a_plan("another"))


@pytest.mark.parametrize("gone", ["deleted", "entered-in-error", "of another category"])
def test_a_plan_that_is_gone_takes_back_what_it_decided(reception: Reception, gone: str):
    live = enrolled(reception)
    reception.put(a_plan(live, **AGREED | {"status": "on-hold"}))
    held = reception.now
    assert {one.state for one in plan_of(reception).follow_ups} == {State.PAUSED}

    if gone == "deleted":
        reception.delete(f"CarePlan/{live}")
    elif gone == "entered-in-error":
        reception.put(a_plan(live, status="entered-in-error"))
    else:
        reception.put(a_plan(live, category=OTHERS))

    after = plan_of(reception)
    assert (after.agreed_on, after.on_hold_until) == (None, None)
    assert State.PAUSED not in {one.state for one in after.follow_ups}
    assert plan_of(reception, known_at=held).agreed_on == date(2026, 11, 20)


def test_a_plan_that_is_live_again_goes_on_as_if_it_had_not_ended(reception: Reception):
    live = enrolled(reception)
    before = plan_of(reception, TOMORROW)
    reception.put(a_plan(live, status="completed"))
    ended = reception.now
    assert plan_of(reception, TOMORROW).protocols == ()

    reception.put(a_plan(live))

    after = plan_of(reception, TOMORROW)
    assert (after.protocols, after.follow_ups) == (before.protocols, before.follow_ups)
    assert plan_of(reception, TOMORROW, known_at=ended).protocols == ()


def test_after_a_plan_is_deleted_another_may_be_live_and_follows_the_same(reception: Reception):
    live = enrolled(reception)
    before = plan_of(reception)
    reception.delete(f"CarePlan/{live}")

    reception.put(a_plan("next", **AGREED))

    after = plan_of(reception)
    assert (after.care_plan, after.agreed_on) == ("next", date(2026, 11, 20))
    assert (after.protocols, after.follow_ups) == (before.protocols, before.follow_ups)
    with pytest.raises(Duplicate):
        reception.put(a_plan("third"))


def test_a_protocol_that_comes_after_the_plan_was_ended_makes_it_live_again(reception: Reception):
    live = enrolled(reception)
    reception.put(a_plan(live, status="completed"))

    reception.put(a_condition("c2", code="I10"))

    assert stored(reception, live)["status"] == "active"
    assert [one for one, _ in plan_of(reception, TOMORROW).protocols] == ["hypertension"]
    with pytest.raises(Duplicate):
        reception.put(a_plan("another"))
