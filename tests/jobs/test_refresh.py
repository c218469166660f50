"""The nightly job moves on what the calendar changes, and only that."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from service.domain.interval import FOREVER
from service.jobs.lease import AlreadyRunning, held
from service.jobs.refresh import refresh
from service.runtime import Runtime
from tests.house import SYSTEM
from tests.jobs.past_days import at, projection
from tests.receiving import Reception, a_condition, a_patient, a_unit

NEW_YEAR = datetime(2027, 1, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def region(runtime: Runtime) -> Runtime:
    """One person with diabetes, whose influenza season lies on the calendar, and one without."""
    Reception(runtime).put(a_unit(), a_patient("p1"), a_patient("p2"), a_condition(patient="p1"))
    return runtime


def horizon(runtime: Runtime) -> Any:
    """The last day to which seasons are laid out."""
    with runtime.store.read() as view:
        connection: Any = view
        ends = text("SELECT holds_to FROM stretches WHERE live")
        days = {str(day) for day in connection._connection.execute(ends).scalars()}
    return max(days - {FOREVER.isoformat()}, default="")


def test_the_horizon_moves_on_with_the_year(region):
    before = horizon(region)

    report = refresh(at(region, NEW_YEAR))

    assert (report.checked, report.moved) == (1, 1)
    assert before < horizon(region)


def test_a_second_night_touches_nobody(region):
    refresh(at(region, NEW_YEAR))
    kept = projection(region)

    report = refresh(at(region, NEW_YEAR))

    assert (report.checked, report.moved) == (0, 0)
    assert projection(region) == kept


def test_nothing_is_refreshed_before_its_day(region):
    assert refresh(region).checked == 0


def test_the_access_log_is_collected(region):
    region.note_read(SYSTEM, "read", scope="worklist", patients=[1])

    report = refresh(region)

    assert (report.collected, list(report.faults)) == (1, [])


def test_only_one_refresh_runs_at_a_time(region):
    with held(region, "refresh"), pytest.raises(AlreadyRunning):
        refresh(region)
