"""The projection written anew from the record is the one that was there: everything but surrogate keys."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.jobs.lease import AlreadyRunning, held
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from tests.jobs.past_days import Days, projection
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c


def execute(runtime: Runtime, statement: str) -> None:
    def change(work: Any) -> None:
        work.transaction.connection.execute(text(statement))

    runtime.store.carry_out(change, actor="tests", request="damage", at=runtime.clock.now())


@pytest.mark.parametrize("seed", range(3))
def test_after_random_days_a_rebuild_finds_no_difference(runtime, tmp_path, seed):
    days = Days(runtime, tmp_path, seed)
    happened = days.pass_by(25)
    before = projection(runtime)

    report = rebuild(days.runtime)

    after = projection(runtime)
    assert report.people == 3
    for table, rows in before.items():
        assert after[table] == rows, (table, happened)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 140))
def test_after_many_random_days_a_rebuild_finds_no_difference(runtime, tmp_path, seed):
    days = Days(runtime, tmp_path, seed)
    happened = days.pass_by(60)
    before = projection(runtime)

    rebuild(days.runtime)

    assert projection(runtime) == before, happened


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


def test_only_one_rebuild_runs_at_a_time(runtime: Runtime):
    with held(runtime, "rebuild"), pytest.raises(AlreadyRunning):
        rebuild(runtime)


def test_an_empty_database_is_rebuilt_in_no_time(runtime: Runtime, tmp_path: Path):
    assert rebuild(runtime).people == 0
