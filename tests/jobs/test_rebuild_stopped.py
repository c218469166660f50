"""A rebuild that is stopped or killed goes on where it was; readers see what was kept meanwhile."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typing_extensions import override

from service.jobs import rebuild as job
from service.jobs.lease import LASTS, AlreadyRunning
from service.jobs.progress import Unwatched
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from tests.clocks import FixedClock
from tests.house import LATER, NOON
from tests.jobs.past_days import projection
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c

PEOPLE = ("p1", "p2", "p3")
KILLED = """
import os, signal, sys
from service.app import open_runtime
from service.jobs import rebuild as job
from service.settings import read_settings

replayed, done = job.rebuild_projection, []

def replay_and_die(work, keys, replaying):
    replayed(work, keys, replaying)
    done.append(keys)
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

job.PEOPLE_AT_ONCE, job.rebuild_projection = 1, replay_and_die
job.rebuild(open_runtime(read_settings(dict(zip(sys.argv[1::2], sys.argv[2::2])))))
"""


class Advancing(Unwatched):
    """Counts the people gone through, and does something after each transaction."""

    def __init__(self, then: Callable[[int], None] = lambda _: None) -> None:
        self.people = 0
        self._then = then

    @override
    def advance(self, done: int, words: str = "") -> None:
        """So many more people."""
        del words
        self.people += done
        self._then(self.people)


@pytest.fixture(autouse=True)
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PEOPLE_AT_ONCE", 1)


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """Three people with results, at a rebuild's mercy an hour later."""
    found = Reception(runtime)
    found.put(a_unit(), *map(a_patient, PEOPLE))
    for number, patient in enumerate(PEOPLE):
        found.put(
            a_condition(f"c{number}", patient=patient), an_hba1c(f"o{number}", patient=patient)
        )
    return found


def later(runtime: Runtime, more: timedelta = timedelta()) -> Runtime:
    return replace(runtime, clock=FixedClock(NOON + LATER + more))


def damage(runtime: Runtime) -> None:
    """Let what is kept say something that the record does not."""

    def change(work: Any) -> None:
        for statement in ("UPDATE stretches SET variant = 'x'", "UPDATE feeds SET kind = 'x'"):
            work.transaction.connection.execute(text(statement))

    runtime.store.carry_out(change, actor="tests", request="damage", at=runtime.clock.now())


def rows(runtime: Runtime, statement: str) -> list[Any]:
    with runtime.store.read() as view:
        connection: Any = view
        return list(connection._connection.execute(text(statement)).scalars())


def damaged(runtime: Runtime) -> list[int]:
    """How many stretches of each person say what they should not."""
    statement = "SELECT patient FROM stretches WHERE variant = 'x' ORDER BY patient"
    return list(Counter(rows(runtime, statement)).values())


def feeds(runtime: Runtime) -> set[str]:
    return set(rows(runtime, "SELECT kind FROM feeds"))


def test_a_rebuild_that_is_killed_goes_on_where_it_was(runtime: Runtime, reception: Reception):
    del reception
    before = projection(runtime)
    damage(runtime)
    every = damaged(runtime)
    settings = {
        "SEURANTA_DATABASE_URL": runtime.settings.database_url,
        "SEURANTA_DATA_DIR": str(runtime.settings.data_dir),
        "SEURANTA_TODAY": str(runtime.settings.today),
    }
    given = [word for pair in settings.items() for word in pair]

    ended = subprocess.run([sys.executable, "-c", KILLED, *given], check=False)

    assert ended.returncode == -signal.SIGKILL
    assert damaged(runtime) == every[1:]
    assert feeds(runtime) == {"x"}
    with pytest.raises(AlreadyRunning, match="if it was killed, it can be taken up again from"):
        rebuild(runtime)
    gone_through = Advancing()
    dead = replace(runtime, clock=FixedClock(runtime.clock.now() + LASTS + LATER))
    report = rebuild(dead, progress=gone_through)
    assert (report.people, gone_through.people) == (3, 2)
    assert projection(runtime) == before


@pytest.mark.parametrize("stop", [1, 3], ids=["after the first", "after the last"])
def test_a_rebuild_that_is_stopped_goes_on_where_it_was(
    runtime: Runtime, reception: Reception, stop: int
):
    del reception
    before = projection(runtime)
    damage(runtime)
    every = damaged(runtime)

    def ctrl_c(people: int) -> None:
        if people == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(later(runtime), progress=Advancing(ctrl_c))

    assert damaged(runtime) == every[stop:]
    assert feeds(runtime) == {"x"}
    gone_through = Advancing()
    report = rebuild(later(runtime, LASTS), progress=gone_through)
    assert (report.people, gone_through.people) == (3, 3 - stop)
    assert projection(runtime) == before
    assert rebuild(later(runtime, 2 * LASTS), progress=Advancing()).people == len(PEOPLE)


@pytest.fixture
def writes() -> list[tuple[Any, ...]]:
    """What others write between the transactions of a rebuild."""
    enrols = a_unit("u9")
    return [
        (enrols, a_patient("p4", unit="u9"), a_condition("c9", patient="p4")),
        (an_hba1c("o1", patient="p3"), an_hba1c("o0", patient="p2")),
        (a_unit("u9", enrols=False), a_condition("c8", code="I10", patient="p4")),
        (an_hba1c("o9", patient="p1", on="2026-11-21"),),
    ]


def test_what_others_write_meanwhile_is_in_it(
    runtime: Runtime, reception: Reception, writes: list[tuple[Any, ...]]
):
    reception.now = NOON + LATER

    def write(_: int) -> None:
        if writes:
            reception.put(*writes.pop(0))

    rebuild(later(runtime), progress=Advancing(write))

    assert not writes
    during = projection(runtime)
    rebuild(later(runtime, LATER))
    assert projection(runtime) == during
    assert {"p4"} <= set(rows(runtime, "SELECT id FROM patients WHERE unit = 'u9'"))
