"""The projection written anew from the record is the one that was there: everything but surrogate keys."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from service.jobs.lease import AlreadyRunning, held
from service.jobs.rebuild import rebuild
from service.jobs.refresh import refresh
from service.runtime import Runtime
from tests.jobs.days_of_everything import DaysOfEverything
from tests.jobs.past_days import PEOPLE, Days, projection
from tests.kept import expect_kept_as_computed
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c


def execute(runtime: Runtime, statement: str, **given: Any) -> None:
    def change(work: Any) -> None:
        work.transaction.connection.execute(text(statement), given)

    runtime.store.carry_out(change, actor="tests", request="damage", at=runtime.clock.now())


@pytest.mark.parametrize("seed", range(3))
def test_after_random_days_a_rebuild_finds_no_difference(runtime, tmp_path, seed):
    days = Days(runtime, tmp_path, seed)
    happened = days.pass_by(30)
    refresh(days.runtime)
    expect_kept_as_computed(days.runtime, happened)
    before = projection(runtime)

    report = rebuild(days.runtime)

    after = projection(runtime)
    assert report.people >= len(PEOPLE)
    for table, rows in before.items():
        assert after[table] == rows, (table, happened)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 140))
def test_after_many_random_days_a_rebuild_finds_no_difference(runtime, tmp_path, seed):
    days = Days(runtime, tmp_path, seed)
    happened = days.pass_by(60)
    refresh(days.runtime)
    expect_kept_as_computed(days.runtime, happened)
    before = projection(runtime)

    rebuild(days.runtime)

    after = projection(runtime)
    for table, rows in before.items():
        assert set(after[table]) ^ set(rows) == set(), (table, happened)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(40))
def test_after_acceptances_and_migrations_a_rebuild_finds_no_difference(runtime, tmp_path, seed):
    days = DaysOfEverything(runtime, tmp_path, seed)
    happened = days.pass_by(60)
    refresh(days.runtime)
    expect_kept_as_computed(days.runtime, happened)
    before = projection(runtime)

    rebuild(days.runtime)

    after = projection(runtime)
    for table, rows in before.items():
        assert set(after[table]) ^ set(rows) == set(), (table, happened)


@pytest.mark.parametrize("through", ["p2", "p3", ""])
def test_a_result_that_came_back_from_somebody_else_is_where_it_was(runtime: Runtime, through: str):
    reception = Reception(runtime)
    reception.put(a_unit(), *map(a_patient, ("p1", "p2", "p3")), a_condition(patient="p2"))
    for patient in ("p2", through, "p2"):
        moved = an_hba1c(patient=patient, value=51)
        reception.put(moved if patient else {k: v for k, v in moved.items() if k != "subject"})
    before = projection(runtime)

    rebuild(runtime)

    assert projection(runtime) == before


def test_what_was_damaged_is_there_again(runtime: Runtime):
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    reception.put(an_hba1c())
    before = projection(runtime)
    execute(runtime, "DELETE FROM stretches")
    execute(runtime, "UPDATE evidence SET value = 99")
    execute(runtime, "DELETE FROM plan_protocols")

    report = rebuild(runtime)

    assert projection(runtime) == before
    assert report.different == 0


def test_resources_that_say_something_else_are_listed(runtime: Runtime):
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    execute(runtime, "UPDATE resources SET deleted = true WHERE type = 'Task'")

    report = rebuild(runtime)

    assert report.different > 3
    assert {(one.type, one.status, one.expected) for one in report.differences} == {
        ("Task", "", "requested")
    }


def bodies(runtime: Runtime, type_: str) -> list[dict[str, Any]]:
    with runtime.store.read() as view:
        statement = text(
            "SELECT v.body FROM resources r JOIN versions v ON v.version_key = r.current "
            "WHERE r.type = :type"
        )
        connection: Any = view
        rows = connection._connection.execute(statement, {"type": type_}).scalars().all()
    return [orjson.loads(body) for body in rows]


def test_what_people_say_in_our_resources_is_no_difference_but_a_status_is(runtime: Runtime):
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    reception.put(an_hba1c())
    [plan] = bodies(runtime, "CarePlan")
    requested = next(one for one in bodies(runtime, "Task") if one["status"] == "requested")
    note = {"note": [{"text": "asked for the morning"}]}
    at_it = {**requested, **note, "status": "in-progress"}
    reception.put({**plan, **note, "status": "on-hold"}, at_it)
    assert rebuild(runtime).different == 0

    execute(
        runtime,
        "UPDATE versions SET body = :body WHERE version_key = "
        "(SELECT current FROM resources WHERE type = 'Task' AND id = :id)",
        body=orjson.dumps({**requested, "status": "failed"}),
        id=requested["id"],
    )
    execute(runtime, "UPDATE resources SET deleted = true WHERE type = 'CarePlan'")
    report = rebuild(runtime)

    assert {tuple(one) for one in report.differences} == {
        ("Task", requested["id"], "failed", "requested"),
        ("CarePlan", plan["id"], "", "active"),
    }


def test_a_resource_of_ours_that_nothing_asks_for_is_listed(runtime: Runtime):
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition())
    execute(
        runtime,
        "UPDATE versions SET method = 'DELETE', body = NULL "
        "WHERE resource IN (SELECT resource FROM resources WHERE type = 'Condition')",
    )
    execute(runtime, "UPDATE resources SET deleted = true WHERE type = 'Condition'")

    report = rebuild(runtime)

    assert {(one.type, one.expected) for one in report.differences} == {
        ("ServiceRequest", ""),
        ("Task", ""),
    }
    assert report.different >= 2 * len(bodies(runtime, "ServiceRequest")) > 0


def test_only_one_rebuild_runs_at_a_time(runtime: Runtime):
    with held(runtime, "rebuild"), pytest.raises(AlreadyRunning):
        rebuild(runtime)


def test_an_empty_database_is_rebuilt_in_no_time(runtime: Runtime, tmp_path: Path):
    assert rebuild(runtime).people == 0
