"""A rule on two measured classes at once: KDIGO's grid of eGFR and albuminuria (rule shape 4).

Source of the classes: KDIGO 2024, G1 to G5 half-open, A2 from 3 to 30 mg/mmol inclusive
(`what-is-due` 3.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from service.domain.fact import Fact, compare
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.value import ValueRule
from service.domain.truth import Ground, Sample, Timeline, Truth, sampled, truth_of


@dataclass(frozen=True, slots=True)
class GridClass:
    """One class of an axis: `at_least` included and `below` not; `up_to` included, `over` not."""

    name: str
    at_least: float | None = None
    below: float | None = None
    over: float | None = None
    up_to: float | None = None

    def holds(self, fact: Fact) -> bool:
        """Whether a result surely lies in the class."""
        limits = ((">=", self.at_least), ("<", self.below), (">", self.over), ("<=", self.up_to))
        asked = (compare(fact, sign, limit) for sign, limit in limits if limit is not None)
        return all(truth is Truth.TRUE for truth in asked)


@dataclass(frozen=True, slots=True)
class Axis:
    """A measured item and its classes."""

    item: str
    classes: tuple[GridClass, ...]

    def class_of(self, fact: Fact) -> str | None:
        """The class of a result; None where its comparator leaves two open."""
        return next((one.name for one in self.classes if one.holds(fact)), None)


@dataclass(frozen=True, slots=True)
class Grid(ValueRule):
    """The patient's cell is one of `cells`; with one axis known, its class is one of `alone`.

    `alone` names the rows and columns whose longest interval is this rule's, so that a missing
    value never makes an interval longer than the grid would (`what-is-due` 3.5).
    """

    rows: Axis
    columns: Axis
    cells: frozenset[str]
    alone: frozenset[str]

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result of either axis."""
        rows = _classified(self.rows, asked.patient.results(self.rows.item))
        columns = _classified(self.columns, asked.patient.results(self.columns.item))
        days = {fact.day for fact, _ in (*rows, *columns)}
        return sampled(days, lambda day: self._sample(_last(rows, day), _last(columns, day)))

    def _sample(self, row: "_Classified | None", column: "_Classified | None") -> Sample:
        row_class, column_class = row and row[1], column and column[1]
        if row and column and row_class and column_class:
            cell = row_class + column_class
            return truth_of(cell in self.cells), (_cell_ground(cell, row[0], column[0]),)
        known = row_class or column_class
        if known is None:
            return Truth.UNKNOWN, not_known(self.rows.item)
        missing = self.columns.item if row_class else self.rows.item
        ground = Ground("half-grid", (("class", known), ("missing", missing)))
        return truth_of(known in self.alone), (ground,)


_Classified: TypeAlias = tuple[Fact, str | None]


def _classified(axis: Axis, results: Sequence[Fact]) -> list[_Classified]:
    return [(fact, axis.class_of(fact)) for fact in results]


def _last(results: Sequence[_Classified], day: date) -> _Classified | None:
    return next((one for one in reversed(results) if one[0].day <= day), None)


def _cell_ground(cell: str, row: Fact, column: Fact) -> Ground:
    values = (
        ("cell", cell),
        ("row", row.value or 0.0),
        ("row_on", row.day.isoformat()),
        ("column", column.value or 0.0),
        ("column_on", column.day.isoformat()),
    )
    return Ground("grid", values)
