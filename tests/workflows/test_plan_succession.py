"""One transaction may end a plan and begin the next: the order of its entries does not matter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.domain.errors import Duplicate
from service.jobs.load.loading import load_files
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from tests.jobs.past_days import projection
from tests.receiving import BASE, Reception, a_condition, a_patient, a_unit

Json = dict[str, Any]
OLD = "10000000-0000-4000-8000-000000000001"
NEXT = "10000000-0000-4000-8000-000000000002"
THIRD = "10000000-0000-4000-8000-000000000003"
ORDERS = pytest.mark.parametrize("order", [1, -1], ids=["ended first", "begun first"])


def a_plan(id_: str, status: str = "active", patient: str = "p1") -> Json:
    shared = {"system": f"{BASE}/CodeSystem/care-plan-category", "code": "shared-care-plan"}
    return {
        "resourceType": "CarePlan",
        "id": id_,
        "status": status,
        "intent": "plan",
        "category": [{"coding": [shared]}],
        "subject": {"reference": f"Patient/{patient}"},
    }


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """A patient with a live plan that a client wrote and enrolment has filled."""
    found = Reception(runtime)
    found.put(a_unit(), a_patient(), a_patient("p2"), a_plan(OLD))
    found.put(a_condition())
    return found


def live(reception: Reception, patient: str = "p1") -> str:
    return reception.kept(patient).live_plan


def begin(plan: Json) -> Json:
    """A plan as a client sends it for the first time, not knowing its id."""
    sent = {name: value for name, value in plan.items() if name != "id"}
    return {"request": {"method": "POST", "url": "CarePlan"}, "resource": sent}


def change(plan: Json) -> Json:
    address = f"CarePlan/{plan['id']}"
    return {"request": {"method": "PUT", "url": address}, "resource": plan}


def load_strictly(runtime: Runtime, folder: Path, *plans: Json) -> Sequence[str]:
    """A Bundle of them; where what was refused stands."""
    entries = [change(plan) for plan in plans]
    file = folder / "plans.json"
    file.write_bytes(
        orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    )
    report = load_files(runtime, [file], strict=True)
    return [one.element for one in report.refused]


@ORDERS
@pytest.mark.parametrize("status", ["completed", "entered-in-error"])
def test_a_plan_ends_and_the_next_begins_in_one_transaction(
    reception: Reception, order: int, status: str
):
    [_, posted] = sorted(
        reception.send([change(a_plan(OLD, status)), begin(a_plan(NEXT))][::order]),
        key=lambda one: one.submission.method,
        reverse=True,
    )

    assert posted.stored
    assert live(reception) == posted.stored.id != OLD


@ORDERS
def test_a_plan_that_turns_out_to_be_somebody_elses_makes_room(reception: Reception, order: int):
    moved = change(a_plan(OLD, patient="p2"))
    reception.send([moved, change(a_plan(NEXT))][::order])

    assert (live(reception), live(reception, "p2")) == (NEXT, OLD)


@ORDERS
def test_a_load_ends_a_plan_and_begins_the_next(
    reception: Reception, runtime: Runtime, tmp_path: Path, order: int
):
    plans = [a_plan(OLD, "completed"), a_plan(NEXT)][::order]

    assert load_strictly(runtime, tmp_path, *plans) == []

    assert live(reception) == NEXT


@ORDERS
def test_what_one_transaction_ended_and_began_is_rebuilt_so(reception: Reception, order: int):
    reception.send([change(a_plan(OLD, "completed")), change(a_plan(NEXT))][::order])
    before = projection(reception.runtime)

    rebuild(reception.runtime)

    assert projection(reception.runtime) == before


def test_of_two_plans_that_would_be_live_at_the_end_the_second_is_named(reception: Reception):
    with pytest.raises(Duplicate) as caught:
        reception.send(
            [change(a_plan(NEXT)), change(a_plan(OLD, "completed")), begin(a_plan(THIRD))]
        )

    [issue] = caught.value.issues
    assert issue.expression == "Bundle.entry[2].resource.category"
    assert f"CarePlan/{NEXT}" in issue.words
    assert live(reception) == OLD


@pytest.mark.parametrize(
    ("plans", "second"),
    [
        ([a_plan(NEXT)], 0),
        ([a_plan(NEXT), a_plan(OLD, "completed"), a_plan(THIRD)], 2),
        ([a_plan(NEXT), a_plan(OLD, "on-hold")], 0),
    ],
    ids=["beside the standing one", "two new ones", "beside one that is on hold"],
)
def test_a_strict_load_stores_nothing_where_two_plans_would_be_live(
    reception: Reception, runtime: Runtime, tmp_path: Path, plans: list[Json], second: int
):
    before = projection(runtime)

    assert load_strictly(runtime, tmp_path, *plans) == [f"Bundle.entry[{second}].resource"]

    assert projection(runtime) == before


def test_a_strict_load_stores_nothing_where_something_would_go_to_somebody_else(
    reception: Reception, runtime: Runtime, tmp_path: Path
):
    before = projection(runtime)

    assert load_strictly(runtime, tmp_path, a_plan(OLD, patient="p2"), a_plan(NEXT)) != []

    assert projection(runtime) == before
