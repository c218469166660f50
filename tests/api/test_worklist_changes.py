"""The worklist on the move: a result takes its row away, and a cursor keeps to what was known."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.domain.marks import INVENTED
from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import FOLLOW_UPS, HATTULA, MARJATTA, items, receive_people, row_of
from tests.receiving import Reception, an_hba1c


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    return receive_people(runtime)


@pytest.fixture
def nurse(reception: Reception, signed_in: Callable[..., Client]) -> Client:
    """A nurse of Hattula."""
    return signed_in("clinician", unit=HATTULA)


def test_a_result_takes_its_row_away_the_same_minute(nurse, reception):
    assert row_of(nurse, MARJATTA, "hba1c")
    reception.put(an_hba1c("o9", patient=MARJATTA, on="2026-11-20"))
    assert items(nurse, "activity=hba1c") == []
    assert row_of(nurse, MARJATTA, "hba1c", "status=upcoming")["opens_on"] > "2026-11-21"


def test_a_past_day_and_what_was_known_then_can_be_asked(nurse, reception):
    past = items(nurse, "activity=hba1c&as_of=2026-07-05&status=due,overdue")
    assert [(one["patient"], one["status"]) for one in past if one["patient"] == MARJATTA] == [
        (MARJATTA, "due")
    ]
    before = reception.now
    reception.put(an_hba1c("o9", patient=MARJATTA, on="2026-11-20"))
    known = f"known_at={before.isoformat()}".replace("+", "%2B")
    assert row_of(nurse, MARJATTA, "hba1c", known)["status"] == "overdue"


def test_a_cursor_keeps_to_the_day_and_to_what_was_known(nurse, reception, runtime):
    first = nurse.get(f"{FOLLOW_UPS}?activity=hba1c,fundus&limit=1&as_of=2026-11-01").json
    reception.now = runtime.clock.now() + timedelta(minutes=5)
    reception.put(an_hba1c("o9", patient=MARJATTA, on="2026-10-30"))
    second = nurse.get(f"{FOLLOW_UPS}?limit=500&cursor={first['next']}").json
    assert second["as_of"] == "2026-11-01"
    assert (MARJATTA, "hba1c") in {(one["patient"], one["activity"]) for one in second["items"]}


def test_an_empty_list_says_whether_the_database_is_one_of_invented_people(runtime, nurse):
    def mark(value):
        runtime.store.carry_out(
            lambda work: work.marks.put(INVENTED, value),
            actor="tests",
            request="r",
            at=runtime.clock.now(),
        )

    mark("seed 7")
    assert nurse.get(f"{FOLLOW_UPS}?protocol=asthma").json["demo"] is True
    mark("")
    assert nurse.get(f"{FOLLOW_UPS}?protocol=asthma").json["demo"] is False
