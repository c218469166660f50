"""What a load stores is known from when it is stored, however long its part waited to be taken in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import text

from service.jobs.load.files import Line
from service.jobs.load.report import Spot
from service.jobs.load.taking import Manner, Part, Taking
from service.runtime import Runtime
from tests.clocks import FixedClock
from tests.house import NOON, TODAY
from tests.receiving import a_patient


def test_a_part_that_waited_is_known_from_when_it_was_stored(runtime: Runtime):
    stored = NOON + timedelta(minutes=3)
    later = replace(runtime, clock=FixedClock(stored))
    line = Line(Spot("people.ndjson", 1), orjson.dumps(a_patient()))

    Taking(later, Manner()).take(Part([line], 0, TODAY, NOON))

    with runtime.store.read() as view:
        connection: Any = view
        statement = text("SELECT count(*) FROM transactions WHERE at >= :at")
        since = int(stored.timestamp() * 1_000_000)
        assert connection._connection.execute(statement, {"at": since}).scalar() == 1
