"""What is known at an instant stays what it was, whatever commits later (what-is-due 7.2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.clock import SystemClock
from service.domain.polling import held_back
from service.domain.search import Criterion, DateValue, Query, SearchKind, SortKey
from service.domain.window import State
from service.domain.worklist import WorklistPage, WorklistQuestion
from service.runtime import Runtime
from service.workflows.audit_compliance import audit_compliance
from service.workflows.find_overdue import find_overdue
from tests.house import SYSTEM, TODAY
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c

EVERY = WorklistQuestion(as_of=TODAY, states=frozenset(State), limit=3)


def page(runtime: Runtime, question: WorklistQuestion) -> WorklistPage:
    with runtime.store.read() as view:
        return find_overdue(view, question, viewer=SYSTEM)


def told(found: WorklistPage) -> list[Any]:
    return [(one.person.id, one.follow_up.identity, one.follow_up.stretch) for one in found.rows]


@contextmanager
def under_way(runtime: Runtime, reception: Reception) -> Iterator[datetime]:
    """A transaction about p2 that has begun, and commits at the end of the body."""
    reception.now = SystemClock().now()
    store: Any = runtime.store
    with store.write(actor="tests", request="a-request", at=reception.now) as work:
        reception.within(work, an_hba1c("o2", patient="p2", value=80))
        yield work.at


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    reception = Reception(runtime)
    people = (a_patient("p1"), a_patient("p2"))
    reception.put(a_unit(), *people, a_condition("c1"), a_condition("c2", patient="p2"))
    return reception


def test_a_walk_through_pages_neither_gains_nor_misses_what_commits_on_the_way(
    runtime: Runtime, reception: Reception
):
    with under_way(runtime, reception):
        first = page(runtime, EVERY)
        assert first.known_at is not None
        whole = replace(EVERY, limit=500, known_at=first.known_at)
        before = told(page(runtime, whole))

    assert told(page(runtime, whole)) == before
    assert told(first) == before[:3]
    assert told(page(runtime, replace(EVERY, limit=500))) != before


def test_what_is_known_now_is_answered_as_of_before_the_oldest_that_is_running(
    runtime: Runtime, reception: Reception
):
    later = SystemClock().now() + timedelta(days=1)
    with under_way(runtime, reception) as began:
        with runtime.store.read() as view:
            found = audit_compliance(view, viewer=SYSTEM, as_of=TODAY, known_at=later)
        assert found.known_at <= began

    with runtime.store.read() as view:
        again = audit_compliance(view, viewer=SYSTEM, as_of=TODAY, known_at=found.known_at)
    assert again == found


def test_a_transaction_that_waited_is_known_from_its_start(runtime: Runtime):
    asked = SystemClock().now() - timedelta(seconds=5)

    store: Any = runtime.store
    with store.write(actor="tests", request="a-request", at=asked) as work:
        assert asked < work.at <= SystemClock().now() + timedelta(seconds=1)


@pytest.mark.parametrize("backend", ["sqlite"])  # where an order of instants is one of commits
def test_no_two_transactions_are_known_from_one_millisecond(runtime: Runtime):
    store: Any = runtime.store
    told = []
    for _ in range(20):
        with store.write(actor="tests", request="a-request", at=SystemClock().now()) as work:
            told.append(work.at.isoformat(timespec="milliseconds"))
    assert told == sorted(set(told))


def test_a_millisecond_is_held_back_whole():
    began = datetime.fromisoformat("2026-11-28T10:00:00.123456+00:00")
    asked = Query("Observation", sort=(SortKey(0, SearchKind.LAST_UPDATED),))
    [before] = held_back(asked, began).criteria
    assert isinstance(before, Criterion)
    [value] = before.values
    assert isinstance(value, DateValue)
    assert (value.prefix, value.low % 1_000_000) == ("lt", 123_000)
