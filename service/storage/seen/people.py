"""A page of people: each at the place of their first row, once, with all rows of theirs.

From today on, the ranges are walked and a row is passed over where an earlier one of the same
person is asked for too; on other days everything asked for is put in order person by person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)

from service.domain.access import Viewer
from service.domain.worklist import PeoplePage, PersonRow, Standing, WorklistQuestion
from service.storage.seen.few import begun_with_few
from service.storage.seen.filters import Condition, marks, of_person
from service.storage.seen.moment import Knowledge
from service.storage.seen.rows import beside, seen_follow_up, seen_person, whole_rows
from service.storage.seen.selection import (
    Range,
    behind,
    matching,
    matching_of_person,
    ranges,
    superseded,
)
from service.storage.seen.shape import KEPT_STATEMENTS, Shape, bound_values, position_of, shape_of
from service.storage.seen.unsought import Unsought
from service.storage.tables.projection import stretches

_LIMIT: Final[BindParameter[int]] = bindparam("limit")


def people_of(connection: Connection, question: WorklistQuestion, viewer: Viewer) -> PeoplePage:
    """A page of people, each with all rows that the question asks for."""
    given = bound_values(question, viewer)
    shape = begun_with_few(connection, shape_of(question, viewer), given)
    rows = connection.execute(_statement(shape), given).all()
    found = [list(theirs) for _, theirs in groupby(rows, key=_patient)]
    page, more = found[: question.limit], len(found) > question.limit
    stands_beside = beside(connection, [theirs[0].patient for theirs in page], given)
    people = tuple(
        PersonRow(
            seen_person(theirs[0]),
            tuple(seen_follow_up(row, stands_beside, question.as_of) for row in theirs),
        )
        for theirs in page
    )
    return PeoplePage(people, position_of(page[-1][0], question.sort) if more else None)


def _patient(row: Row[Any]) -> int:
    key: int = row.patient
    return key


@lru_cache(maxsize=KEPT_STATEMENTS)
def _statement(shape: Shape) -> Select[Any]:
    asked = _Asked(shape, superseded(shape))
    firsts = asked.grouped() if shape.knowledge is Knowledge.DATED else asked.walked()
    theirs = asked.rows_of(firsts)
    order = [*(f"first_{name}" for name in shape.order), *shape.order]
    return whole_rows(theirs).order_by(*(theirs.c[name] for name in order))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for: stretches that stand, and those superseded since."""

    shape: Shape
    gone: CTE | None

    def walked(self) -> CTE:
        """The first rows of people, found by walking the ranges."""
        walked = [*ranges(self.shape), *([Range(self.gone, [])] if self.gone is not None else [])]
        found = [one.keys(self.shape, *self._of_first(one.rows)) for one in walked]
        rows = union_all(*(one.subquery().select() for one in found)).subquery("ranges")
        return select(rows).order_by(*self._order(rows)).limit(_LIMIT).cte("firsts")

    def grouped(self) -> CTE:
        """The first rows of people, found by putting all of what is asked for in order."""
        rows, shape = stretches.alias(), self.shape
        place = func.row_number().over(
            partition_by=rows.c.patient, order_by=[rows.c[name] for name in shape.order]
        )
        stands = (
            func.max(cast(condition, Integer)).over(partition_by=rows.c.patient).label(name)
            for name, condition in marks(rows.c).items()
        )
        told = (rows.c[name] for name in shape.told)
        every = select(*told, place.label("place"), *(stands if shape.standing else ()))
        every = every.where(*matching(shape, rows), *of_person(shape, rows.c))
        found = every.subquery("found")
        firsts = select(*(found.c[name] for name in shape.told)).where(found.c.place == 1)
        if shape.standing:
            firsts = firsts.where(_stands(shape.standing, lambda name: found.c[name] == 1))
        if shape.continued:
            firsts = firsts.where(behind(found.c, shape))
        return firsts.order_by(*self._order(found)).limit(_LIMIT).cte("firsts")

    def rows_of(self, firsts: CTE) -> CTE:
        """All rows of the people whose first rows are given, with the place of the first."""
        other = stretches.alias()
        found = [self._joined(firsts, other, matching_of_person(self.shape, other))]
        if self.gone is not None:
            found.append(self._joined(firsts, self.gone.alias(), []))
        return union_all(*found).cte("theirs")

    def _joined(
        self, firsts: CTE, rows: FromClause, conditions: Sequence[Condition]
    ) -> Select[Any]:
        told = (rows.c[name] for name in self.shape.told)
        first = (firsts.c[name].label(f"first_{name}") for name in self.shape.order)
        joined = select(*told, *first).join_from(firsts, rows, rows.c.patient == firsts.c.patient)
        return joined.where(*conditions)

    def _of_first(self, rows: FromClause) -> list[Condition]:
        """No earlier row of the same person is asked for, and matters stand as they should."""
        place = tuple_(*self._order(rows))
        found = [not_(self._any(rows, lambda other: self._place_of(other) < place))]
        if self.shape.standing:
            marked = partial(self._any_marked, rows)
            found.append(_stands(self.shape.standing, marked))
        return found

    def _any_marked(self, rows: FromClause, name: str) -> Condition:
        return self._any(rows, lambda other: marks(other.c)[name])

    def _any(self, rows: FromClause, condition: Callable[[FromClause], Condition]) -> Condition:
        """Whether a row of the same person is asked for of which a condition is true."""
        other = stretches.alias()
        found: list[tuple[FromClause, Sequence[Condition]]]
        found = [(other, matching_of_person(self.shape, other))]
        if self.gone is not None:
            found.append((self.gone.alias(), []))
        return or_(
            *(
                select(each.c.patient)
                .where(each.c.patient == rows.c.patient, *conditions, condition(each))
                .correlate_except(each)
                .exists()
                for each, conditions in found
            )
        )

    def _place_of(self, other: FromClause) -> ColumnElement[Any]:
        """The place of a row that is found by its person, and by no place in the order."""
        columns = Unsought(other.c, *self.shape.order)
        return tuple_(*(columns[name] for name in self.shape.order))

    def _order(self, rows: FromClause) -> list[ColumnElement[Any]]:
        return [rows.c[name] for name in self.shape.order]


def _stands(standing: Standing, any_: Callable[[str], Condition]) -> Condition:
    """The condition that matters stand so, from whether any row of the person is free or booked."""
    if standing is Standing.TO_CALL:
        return any_("is_free")
    is_booked = any_("is_booked")
    return and_(
        not_(any_("is_free")), is_booked if standing is Standing.BOOKED else not_(is_booked)
    )
