"""What was foreseen of a request is what computing it within its transaction gives, or it is computed there."""

from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson
import pytest
from sqlalchemy import text

from service.clock import clinic_day
from service.fhir.bundle import read_bundle
from service.runtime import Runtime
from service.workflows.deciding import Submissions, read_ahead
from service.workflows.looking_ahead import Ahead, begin, look_ahead
from service.workflows.receive_resources import Received, receive_resources
from tests.databases import Databases
from tests.house import SYSTEM, house
from tests.jobs.past_days import CODES, PEOPLE, Days, projection
from tests.receiving import a_condition, a_patient, an_hba1c

Json = dict[str, Any]
EVENTS = 10


class Sent(NamedTuple):
    """A request as it was taken in, and what was read and computed of it before its transaction."""

    submissions: Submissions
    ahead: Ahead


class Adding:
    """A client that only adds resources, to a house that foresees what follows, or does not."""

    def __init__(self, runtime: Runtime, *, foresees: bool = True) -> None:
        self.runtime = runtime
        self.ids = map("made-{}".format, count())
        self.foresees = foresees
        self.held: list[bool] = []

    def look(self, *resources: Json) -> Sent:
        """Take a request in, and compute what follows from it."""
        now = self.runtime.clock.now()
        today = clinic_day(now)
        submissions = self.runtime.intake.bundle(read_bundle(_bundle(resources)), at=now)
        decided = read_ahead(submissions, partial(next, self.ids), today=today)
        assert decided is not None
        if not self.foresees:
            return Sent(submissions, Ahead(decided))
        with self.runtime.store.read(one_moment=True) as view:
            begun = begin(view, decided.readings.values(), today=today)
        keeping = self.runtime.receiving.keeping
        foreseen = look_ahead(begun, keeping, today=today) if begun else None
        return Sent(submissions, Ahead(decided, foreseen))

    def store(self, sent: Sent) -> list[Received]:
        """Carry the request out."""
        now = self.runtime.clock.now()

        def change(work: Any) -> list[Received]:
            self._remember(work, sent.ahead)
            return receive_resources(
                work,
                sent.submissions,
                self.runtime.receiving,
                viewer=SYSTEM,
                today=clinic_day(now),
                ahead=sent.ahead,
            )

        return self.runtime.store.carry_out(change, actor="tests", request="adding", at=now)

    def _remember(self, work: Any, ahead: Ahead) -> None:
        if ahead.foreseen is not None:
            people = {one for each in ahead.decided.readings.values() for one in each.patients}
            keys = work.patients.lock(people)
            self.held.append(
                bool(ahead.foreseen.holding(work, keys, self.runtime.receiving.keeping.catalogue))
            )


def _bundle(resources: tuple[Json, ...]) -> bytes:
    entries = [
        {
            "fullUrl": f"https://elsewhere.example/{one['resourceType']}/{one['id']}",
            "resource": one,
            "request": {"method": "POST", "url": one["resourceType"]},
        }
        for one in resources
    ]
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _drawn(chance: Random, number: int, today: str) -> tuple[Json, ...]:
    """Results and conditions of people who are there, and of somebody who comes with them."""
    who = chance.choice(PEOPLE)
    result = an_hba1c(f"h{number}", patient=who, on=today, value=chance.randrange(35, 100))
    condition = a_condition(f"k{number}", patient=who, code=chance.choice(CODES))
    newcomer = a_patient(f"n{number}")
    theirs = a_condition(f"l{number}", patient=f"n{number}", code=chance.choice(CODES))
    return chance.choice(
        ((result,), (condition,), (result, condition), (newcomer, theirs), (newcomer,))
    )


def _what_came_of(
    databases: Databases, folder: Path, seed: int, *, foresees: bool
) -> tuple[dict[str, list[str]], list[bool]]:
    """The projection, where others may come in between looking and storing; what was foreseen that held."""
    folder /= str(foresees)
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        chance = Random(seed)  # noqa: S311 - invented days
        days = Days(runtime, folder, seed)
        days.pass_by(0)
        adding = Adding(days.runtime, foresees=foresees)
        for number in range(EVENTS):
            today = clinic_day(adding.runtime.clock.now()).isoformat()
            sent = adding.look(*_drawn(chance, number, today))
            if chance.random() < 0.5:
                days.pass_by(1)
            adding.store(sent)
            adding.runtime = days.runtime
        return _without_runs(runtime, projection(runtime)), adding.held


def _without_runs(runtime: Runtime, told: dict[str, list[str]]) -> dict[str, list[str]]:
    """Enrolment runs bear ids of chance: by their number instead."""
    with runtime.store.read() as view:
        connection: Any = view
        asked = text("SELECT run FROM enrolments ORDER BY at")
        runs = list(connection._connection.execute(asked).scalars())
    for number, run in enumerate(runs):
        told = {
            table: sorted(row.replace(run, str(number)) for row in rows)
            for table, rows in told.items()
        }
    return told


def _expect_the_same(databases: Databases, folder: Path, seed: int) -> list[bool]:
    computed, _ = _what_came_of(databases, folder, seed, foresees=False)
    foreseen, held = _what_came_of(databases, folder, seed, foresees=True)
    assert foreseen == computed
    return held


# On SQLite, where it is done: on PostgreSQL people who share nothing do not wait for each other.
@pytest.mark.parametrize("seed", range(2))
def test_whoever_comes_in_between_the_rows_are_those_computed_within(databases, tmp_path, seed):
    held = _expect_the_same(databases, tmp_path, seed)
    assert set(held) == {True, False}


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 140))
def test_whoever_comes_in_between_on_many_days_the_rows_are_the_same(databases, tmp_path, seed):
    _expect_the_same(databases, tmp_path, seed)
