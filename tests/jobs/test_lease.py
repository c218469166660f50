"""A job says that it is alive, and seldom waits for its turn to say so."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from service.jobs.lease import LASTS, AlreadyRunning, held
from tests.house import NOON, TODAY


@dataclass
class Watch:
    """A clock that a test sets."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """Give the instant it was set to."""
        return self.instant

    def today(self) -> date:
        """Give the clinic's day."""
        return TODAY


def test_a_job_that_has_just_said_that_it_is_alive_waits_for_nobody_to_say_it_again(runtime):
    still = replace(runtime, clock=Watch())
    other = runtime.store.write(actor="tests", request="a-long-one", at=NOON)
    with held(still, "load") as lease, other:
        lease.extend()


def test_a_job_that_was_thought_dead_is_told_so_when_it_next_says_that_it_is_alive(runtime):
    watch = Watch()
    late = replace(runtime, clock=watch)
    with held(late, "load") as lease:
        watch.instant += LASTS + timedelta(seconds=1)
        with held(late, "load"), pytest.raises(AlreadyRunning):
            lease.extend()


def test_a_job_that_keeps_saying_that_it_is_alive_stays_alone(runtime):
    watch = Watch()
    late = replace(runtime, clock=watch)
    with held(late, "load") as lease:
        for _ in range(3):
            watch.instant += LASTS / 2
            lease.extend()
        with pytest.raises(AlreadyRunning), held(late, "load"):
            pass
