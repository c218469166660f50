"""A search by what follow-ups are today finds the rows of the worklist, on any day, without a job."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from service.domain.access import Role, Viewer
from service.domain.follow_up import Hold
from service.domain.search import (
    Aspect,
    Counts,
    Criterion,
    Days,
    Query,
    SearchKind,
    SortKey,
    TokenValue,
)
from service.domain.window import State
from service.domain.worklist import WorklistQuestion, WorklistRow
from service.storage.database import Storage
from service.storage.tables.projection import rounds
from tests.storage.builders import SYSTEM, TODAY, a_patient, a_reading, a_token, ids, keep, writing
from tests.storage.follow_ups_told import (
    PROTOCOLS,
    UNITS,
    Region,
    a_region,
    a_stretch,
    a_told,
    somebody,
    write,
    write_follow_up,
)

# From the day of computing on: nothing was computed anew since.
MOMENTS = [TODAY + timedelta(days=days) for days in (0, 1, 40, 200, 600)]
BUSINESS_STATUS = 952
FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)


def rounds_and_requests(region: Region) -> Iterator[Any]:
    """A Task and a ServiceRequest of each follow-up, as the service makes them."""
    for person in region.people:
        for told in person.follow_ups:
            yield a_reading(f"t{told.key}", "Task", about=person.id)
            yield a_reading(told.id, "ServiceRequest", about=person.id)


def asked(
    aspect: Aspect, *values: Any, kind: SearchKind = SearchKind.ROUND, **more: Any
) -> Criterion:
    """A criterion about the follow-up behind a Task, or behind a ServiceRequest."""
    return Criterion(aspect, kind, values, **more)


def found(
    storage: Storage,
    *criteria: Criterion,
    viewer: Viewer = SYSTEM,
    sort: Iterable[SortKey] = (),
    count: int = 3,
) -> list[str]:
    """The ids that all pages of a search give."""
    type_ = "Task" if all(one.kind is SearchKind.ROUND for one in criteria) else "ServiceRequest"
    query = Query(type_, criteria, tuple(sort), count=count, total=True)
    whole: list[str] = []
    with storage.read() as view:
        page = view.resources.search(query, viewer=viewer)
        whole += ids(page.matches)
        while page.after is not None:
            page = view.resources.search(replace(query, after=page.after), viewer=viewer)
            whole += ids(page.matches)
    assert page.total == len(whole)
    return whole


def listed(storage: Storage, question: WorklistQuestion, viewer: Viewer) -> list[WorklistRow]:
    """The rows of the worklist."""
    with storage.read() as view:
        return list(view.follow_ups.page(replace(question, limit=500), viewer=viewer).rows)


@pytest.mark.parametrize("seed", range(2))
def test_a_search_finds_the_rows_of_the_worklist_whenever_it_is_asked(storage, seed):
    region = a_region(seed)
    write(storage, region)
    keep(storage, *rounds_and_requests(region))
    dice = random.Random(seed)  # noqa: S311 - a test's dice

    for _ in range(15):
        today = dice.choice(MOMENTS)
        viewer = dice.choice([replace(SYSTEM, today=today), a_nurse(today)])
        question = a_question(dice, today)
        rows = listed(storage, question, viewer)
        tasks = sorted(found(storage, *criteria_of(question), viewer=viewer, count=50))
        of_requests = criteria_of(question, SearchKind.FOLLOW_UP)
        requests = sorted(found(storage, *of_requests, viewer=viewer, count=50))
        assert requests == sorted(row.follow_up.id for row in rows), question
        assert tasks == sorted(id_.replace("f", "t") for id_ in requests), question


def a_nurse(today: date) -> Viewer:
    return Viewer(Role.CLINICIAN, today, subject="nurse", unit="hattula")


def a_question(dice: random.Random, today: date) -> WorklistQuestion:
    def some(names: tuple[str, ...]) -> tuple[str, ...]:
        return (
            tuple(sorted(dice.sample(names, dice.randrange(1, 3)))) if dice.random() < 0.4 else ()
        )

    return WorklistQuestion(
        as_of=today,
        states=frozenset(dice.sample(tuple(State), dice.choice((1, 1, 2, 5)))),
        units=some(UNITS),
        protocols=frozenset(some(PROTOCOLS)),
    )


def criteria_of(
    question: WorklistQuestion, kind: SearchKind = SearchKind.ROUND
) -> Iterator[Criterion]:
    """The same question as a search asks it."""
    yield asked(Aspect.STATE, *sorted(question.states), kind=kind)
    if question.units:
        yield asked(Aspect.UNIT, *question.units, kind=kind)
    if question.protocols:
        yield asked(Aspect.PROTOCOL, *sorted(question.protocols), kind=kind)


@pytest.fixture
def late(storage):
    """Tasks t1 to t3, overdue since 40, 10 and 0 days; t4 due in 60 days; t5 paused; another's t9."""
    told = [
        *(
            a_told(key, a_stretch(TODAY - timedelta(days=20 + days)))
            for key, days in ((1, 40), (2, 10), (3, 0))
        ),
        a_told(4, a_stretch(TODAY + timedelta(days=60))),
        a_told(5, a_stretch(TODAY, hold=Hold.PAUSED)),
    ]
    region = Region([somebody("p1", *told)])
    write(storage, region)
    keep(storage, *rounds_and_requests(region), a_reading("t9", "Task", about="p1"))
    return storage


def test_days_overdue_are_whole_days_after_the_last_day_in_time(late):
    assert found(late, asked(Aspect.DAYS_OVERDUE, Counts(40, 41))) == ["t1"]
    assert found(late, asked(Aspect.DAYS_OVERDUE, Counts(1, 41))) == ["t1", "t2"]
    assert found(late, asked(Aspect.DAYS_OVERDUE, Counts(-9, 1))) == []
    tomorrow = replace(SYSTEM, today=TODAY + timedelta(days=1))
    assert found(late, asked(Aspect.DAYS_OVERDUE, Counts(1, 2)), viewer=tomorrow) == ["t3"]


def test_since_when_it_is_overdue_is_asked_of_what_is_overdue_alone(late):
    since = TODAY - timedelta(days=9)
    assert found(late, asked(Aspect.OVERDUE_SINCE, Days(since, since + timedelta(days=1)))) == [
        "t2"
    ]
    assert found(late, asked(Aspect.OVERDUE_SINCE, Days(since, LAST))) == ["t2"]
    assert found(late, asked(Aspect.OVERDUE_SINCE, Days(FIRST, LAST), negated=True)) == [
        *("t3", "t4", "t5", "t9")
    ]


def test_the_due_day_is_asked_of_all_that_is_asked_for(late):
    assert found(late, asked(Aspect.DUE, Days(TODAY, LAST))) == ["t4", "t5"]
    assert found(late, asked(Aspect.DUE, missing=True)) == ["t9"]
    assert found(late, asked(Aspect.STATE, missing=False)) == ["t1", "t2", "t3", "t4", "t5"]
    assert found(late, asked(Aspect.DUE)) == []


def test_a_search_is_sorted_by_what_follow_ups_are_today(late):
    by_days = SortKey(Aspect.DAYS_OVERDUE, SearchKind.ROUND)
    since = SortKey(Aspect.OVERDUE_SINCE, SearchKind.ROUND, descending=True)
    there = asked(Aspect.STATE, missing=False)
    assert found(late, there, sort=[by_days]) == ["t2", "t1", "t3", "t4", "t5"]
    assert found(late, there, sort=[since], count=2) == ["t2", "t1", "t5", "t4", "t3"]
    due = SortKey(Aspect.DUE, SearchKind.FOLLOW_UP, descending=True)
    requests = asked(Aspect.STATE, missing=False, kind=SearchKind.FOLLOW_UP)
    assert found(late, requests, sort=[due], count=1) == ["f4", "f5", "f3", "f2", "f1"]


def test_business_status_is_the_state_of_our_rounds_and_what_others_wrote_of_theirs(late):
    theirs = a_reading("t8", "Task", about="p1", tokens=[a_token("overdue", "", BUSINESS_STATUS)])
    keep(late, theirs, minutes=3)
    stored = Criterion(BUSINESS_STATUS, SearchKind.TOKEN, (TokenValue(None, "overdue"),))
    shown = asked(Aspect.SHOWN, "overdue", alternative=stored)
    assert found(late, shown) == ["t1", "t2", "t8"]
    assert found(late, replace(shown, negated=True)) == ["t3", "t4", "t5", "t9"]
    there = replace(stored, values=(), missing=False)
    assert found(late, asked(Aspect.SHOWN, missing=True, alternative=there)) == ["t5", "t9"]


def test_the_open_round_stands_for_a_follow_up_and_once_it_has_ended_its_last_one(late):
    ended = a_told(6, a_stretch(TODAY, hold=Hold.ENDED))
    with writing(late, 4) as work:
        patient = work.patients.lock(["p1"])["p1"]
        write_follow_up(work, patient, ended, TODAY)
        closed = {"status": "completed", "done_on": TODAY, "done_source": ""}
        for follow_up, task, day in ((1, "t8", TODAY), (6, "t7", TODAY)):
            row = {"patient": patient, "follow_up": follow_up, "began": task, "task": task}
            work.transaction.connection.execute(
                rounds.insert().values(row | closed | {"started_on": day})
            )
    made = [a_reading(id_, "Task", about="p1") for id_ in ("t6", "t7", "t8")]
    keep(late, *made, minutes=5)
    assert found(late, asked(Aspect.STATE, "overdue")) == ["t1", "t2"]
    assert found(late, asked(Aspect.STATE, "ended")) == ["t7"]


def test_a_patient_finds_their_own_and_nobody_elses(late):
    overdue = asked(Aspect.STATE, "overdue")
    assert found(late, overdue, viewer=a_patient("p1")) == ["t1", "t2"]
    assert found(late, overdue, viewer=a_patient("p2")) == []
