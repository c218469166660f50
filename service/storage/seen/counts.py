"""How many people stand under each tab of the worklist, and how many follow-ups there are in all."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    select,
    union_all,
)

from service.domain.access import Viewer
from service.domain.worklist import PeopleCounts, WorklistQuestion
from service.storage.seen.filters import marks, not_known, of_person
from service.storage.seen.selection import matching, superseded
from service.storage.seen.shape import KEPT_STATEMENTS, Shape, bound_values, shape_of
from service.storage.seen.waiting import waiting
from service.storage.tables.projection import stretches


def counts_of(connection: Connection, question: WorklistQuestion, viewer: Viewer) -> PeopleCounts:
    """The counts of a question; tabs, order and page of it make no difference."""
    whole = replace(
        question, standing=None, booked=None, contacted=None, not_known=None, after=None
    )
    statement = _statement(shape_of(whole, viewer))
    counted = connection.execute(statement, bound_values(whole, viewer)).one()
    # PostgreSQL adds counts up as decimals.
    return PeopleCounts(*map(int, counted))


@lru_cache(maxsize=KEPT_STATEMENTS)
def _statement(shape: Shape) -> Select[Any]:
    gone = superseded(shape)
    rows = stretches.alias()
    found = [_marked(rows).where(*matching(shape, rows), *of_person(shape, rows.c))]
    if gone is not None:
        found.append(_marked(gone))
    every = union_all(*found).subquery("every")
    people = (
        select(
            func.max(every.c.is_free).label("is_free"),
            func.max(every.c.is_booked).label("is_booked"),
            func.max(every.c.is_waiting).label("is_waiting"),
            func.max(every.c.is_not_known).label("is_not_known"),
            func.count().label("rows"),
        )
        .group_by(every.c.patient)
        .subquery("people")
    )
    to_call, others = people.c.is_free == 1, people.c.is_free == 0
    return select(
        _count(to_call),
        _count(and_(others, people.c.is_booked == 1)),
        _count(and_(others, people.c.is_booked == 0)),
        _count(people.c.is_waiting == 1),
        _count(people.c.is_not_known == 1),
        func.count(),
        func.coalesce(func.sum(people.c.rows), 0),
    )


def _marked(rows: Any) -> Select[Any]:
    told = {**marks(rows.c), "is_waiting": waiting(rows.c), "is_not_known": not_known(rows.c)}
    return select(rows.c.patient, *(cast(one, Integer).label(name) for name, one in told.items()))


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
