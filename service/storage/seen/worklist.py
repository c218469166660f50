"""A page of the worklist: one statement walks the index ranges, and reads whole rows only of the page.

The page before is never counted over: it ended at a place in the order, and this one begins there.
One row more than asked for tells whether there is a next page.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    select,
    union_all,
)

from service.domain.access import Viewer
from service.domain.worklist import WorklistPage, WorklistQuestion, WorklistRow
from service.storage.seen.few import begun_with_few
from service.storage.seen.rows import (
    beside,
    seen_follow_up,
    seen_person,
    whole_rows,
)
from service.storage.seen.selection import Range, ranges, superseded
from service.storage.seen.shape import KEPT_STATEMENTS, Shape, bound_values, position_of, shape_of


def page_of(connection: Connection, question: WorklistQuestion, viewer: Viewer) -> WorklistPage:
    """A page of the follow-ups that a question asks for, among those whom the viewer may see."""
    given = bound_values(question, viewer)
    shape = begun_with_few(connection, shape_of(question, viewer), given)
    rows = connection.execute(_statement(shape), given).all()
    page, more = rows[: question.limit], len(rows) > question.limit
    found = beside(connection, [row.patient for row in page], given)
    return WorklistPage(
        tuple(
            WorklistRow(seen_person(row), seen_follow_up(row, found, question.as_of))
            for row in page
        ),
        position_of(page[-1], question.sort) if more else None,
    )


@lru_cache(maxsize=KEPT_STATEMENTS)
def _statement(shape: Shape) -> Select[Any]:
    found = [one.keys(shape) for one in ranges(shape)]
    gone = superseded(shape)
    if gone is not None:
        found.append(Range(gone, []).keys(shape))
    rows = union_all(*(one.subquery().select() for one in found)).subquery("ranges")
    order = [rows.c[name] for name in shape.order]
    chosen = select(rows).order_by(*order).limit(bindparam("limit")).cte("page")
    return whole_rows(chosen).order_by(*(chosen.c[name] for name in shape.order))
