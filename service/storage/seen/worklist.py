"""A page of the worklist: one statement walks the index ranges, and reads whole rows only of the page.

The page before is never counted over: it ended at a place in the order, and this one begins there.
One row more than asked for tells whether there is a next page.
"""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    bindparam,
    select,
    union_all,
)

from service.domain.access import Viewer
from service.domain.worklist import WorklistPage, WorklistQuestion, WorklistRow
from service.storage.seen.rows import (
    FOLLOW_UP_COLUMNS,
    PERSON_COLUMNS,
    THEIR_FOLLOW_UP,
    beside,
    seen_follow_up,
    seen_person,
)
from service.storage.seen.selection import ranges
from service.storage.seen.shape import KEY, Shape, bound_values, position_of, shape_of
from service.storage.tables.plan import units
from service.storage.tables.projection import follow_ups, stretches
from service.storage.tables.record import patients

_KEPT_STATEMENTS: Final = 500
_LIMIT: Final[BindParameter[Any]] = bindparam("limit")


def page_of(connection: Connection, question: WorklistQuestion, viewer: Viewer) -> WorklistPage:
    """A page of the follow-ups that a question asks for, among those whom the viewer may see."""
    given = bound_values(question, viewer)
    rows = connection.execute(_statement(shape_of(question, viewer)), given).all()
    page, more = rows[: question.limit], len(rows) > question.limit
    found = beside(connection, [row.patient for row in page], given)
    return WorklistPage(
        tuple(
            WorklistRow(seen_person(row), seen_follow_up(row, found, question.as_of))
            for row in page
        ),
        position_of(page[-1], question.sort) if more else None,
    )


@lru_cache(maxsize=_KEPT_STATEMENTS)
def _statement(shape: Shape) -> Select[Any]:
    page = union_all(*(one.keys(shape).subquery().select() for one in ranges(shape)))
    rows = page.subquery("ranges")
    first = select(rows).order_by(*(rows.c[name] for name in shape.order))
    chosen = first.limit(_LIMIT).cte("page")
    return (
        select(*FOLLOW_UP_COLUMNS, *PERSON_COLUMNS)
        .select_from(chosen)
        .join(stretches, _same(chosen))
        .join(follow_ups, THEIR_FOLLOW_UP)
        .join(patients, patients.c.patient == stretches.c.patient)
        .outerjoin(units, units.c.unit == stretches.c.unit)
        .order_by(*(chosen.c[name] for name in shape.order))
    )


def _same(chosen: FromClause) -> ColumnElement[bool]:
    return and_(*(stretches.c[name] == chosen.c[name] for name in KEY))
