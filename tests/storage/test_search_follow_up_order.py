"""A search about follow-ups gives the rows of the worklist in the order asked for, however they are found."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from service.domain.access import Viewer
from service.domain.search import Aspect, Query, SearchKind, SortKey
from service.domain.window import State
from service.domain.worklist import WorklistRow
from service.storage.database import Storage
from service.storage.search import follow_up_sought
from service.storage.tables.columns import OPEN_DAY
from tests.storage.builders import SYSTEM, TODAY, ids, keep
from tests.storage.follow_ups_told import a_region, write
from tests.storage.test_search_follow_up_state import (
    a_nurse,
    a_question,
    criteria_of,
    listed,
    rounds_and_requests,
)

NEVER = (1, 0)
SORTS: tuple[SortKey | None, ...] = (
    None,
    SortKey(0, SearchKind.ID),
    SortKey(0, SearchKind.LAST_UPDATED, descending=True),
    SortKey(Aspect.DUE, SearchKind.ROUND),
    SortKey(Aspect.DUE, SearchKind.ROUND, descending=True),
    SortKey(Aspect.OVERDUE_SINCE, SearchKind.ROUND, descending=True),
    SortKey(Aspect.DAYS_OVERDUE, SearchKind.ROUND, descending=True),
)


def walk(storage: Storage, query: Query, viewer: Viewer) -> list[str]:
    """The ids of all matches, page by page in the direction of the query."""
    pages: list[Sequence[str]] = []
    with storage.read() as view:
        found = view.resources.search(query, viewer=viewer)
        pages.append(ids(found.matches))
        while (place := found.before if query.backwards else found.after) is not None:
            found = view.resources.search(replace(query, after=place), viewer=viewer)
            pages.append(ids(found.matches))
    if query.backwards:
        pages.reverse()
    return [id_ for page in pages for id_ in page]


def in_order(rows: Sequence[WorklistRow], key: SortKey | None) -> list[str]:
    """The follow-ups in an order, those that have no such day last."""
    if key is not None and key.parameter == Aspect.DAYS_OVERDUE:  # the longer, the earlier the day
        key = replace(key, parameter=Aspect.OVERDUE_SINCE, descending=not key.descending)
    falls = key is not None and key.descending
    if key is not None and key.kind is SearchKind.ID:
        return sorted((row.follow_up.id for row in rows), reverse=falls)

    def place(row: WorklistRow) -> tuple[Any, ...]:
        day, number = _day(row, key), int(row.follow_up.id[1:])
        tie = -number if falls else number
        return (*NEVER, tie) if day is None else (0, -day if falls else day, tie)

    return [row.follow_up.id for row in sorted(rows, key=place)]


def _day(row: WorklistRow, key: SortKey | None) -> int | None:
    stretch, state = row.follow_up.stretch, row.follow_up.state
    if key is None or key.kind is not SearchKind.ROUND:
        return 0
    if key.parameter == Aspect.DUE:
        due = stretch.window.due_on
        return None if state is State.ENDED or due == OPEN_DAY else due.toordinal()
    if state is not State.OVERDUE:
        return None
    return stretch.overdue_from.toordinal()


@pytest.mark.parametrize("at_most", [0, follow_up_sought.FEW_ROWS])
def test_a_search_walks_the_rows_of_the_worklist_in_any_order_and_back(
    storage, monkeypatch, at_most
):
    region = a_region(at_most + 7)
    write(storage, region)
    keep(storage, *rounds_and_requests(region))
    # With none at most, every order is walked; else what is few is put in order.
    monkeypatch.setattr(follow_up_sought, "FEW_ROWS", at_most)
    monkeypatch.setattr(follow_up_sought, "FEW_PEOPLE", at_most)
    dice = random.Random(at_most)  # noqa: S311 - a test's dice

    for number in range(14):
        viewer = dice.choice([SYSTEM, a_nurse(TODAY)])
        key, question = SORTS[number % len(SORTS)], a_question(dice, TODAY)
        kind, letter = dice.choice([(SearchKind.ROUND, "t"), (SearchKind.FOLLOW_UP, "f")])
        own = replace(key, kind=kind) if key and key.kind is SearchKind.ROUND else key
        type_ = "Task" if kind is SearchKind.ROUND else "ServiceRequest"
        sort = () if own is None else (own,)
        query = Query(type_, tuple(criteria_of(question, kind)), sort, count=dice.choice((3, 40)))
        wanted = [
            id_.replace("f", letter) for id_ in in_order(listed(storage, question, viewer), key)
        ]
        assert walk(storage, query, viewer) == wanted, (question, key)
        assert walk(storage, replace(query, backwards=True), viewer) == wanted, (question, key)
