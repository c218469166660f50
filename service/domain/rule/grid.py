"""A rule on two measured classes at once: KDIGO's grid of eGFR and albuminuria (rule shape 4).

Source of the classes: KDIGO 2024, G1 to G5 half-open, A2 from 3 to 30 mg/mmol inclusive
(`semantics.md` 3.5).
"""

from dataclasses import dataclass
from datetime import date

from service.domain.fact import Fact, compare
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.target import result_on
from service.domain.rule.value import ValueRule
from service.domain.truth import Ground, Timeline, Truth, sampled, truth_of


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

    def class_of(self, fact: Fact | None) -> str | None:
        """The class of a result; None without one, or where its comparator leaves two open."""
        if fact is None:
            return None
        return next((one.name for one in self.classes if one.holds(fact)), None)


@dataclass(frozen=True, slots=True)
class Grid(ValueRule):
    """The patient's cell is one of `cells`; with one axis known, its class is one of `alone`.

    `alone` names the rows and columns whose longest interval is this rule's, so that a missing
    value never makes an interval longer than the grid would (`semantics.md` 3.5).
    """

    rows: Axis
    columns: Axis
    cells: frozenset[str]
    alone: frozenset[str]

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result of either axis."""
        both = (*asked.patient.results(self.rows.item), *asked.patient.results(self.columns.item))
        return sampled({fact.day: True for fact in both}, lambda day: self._sample(asked, day))

    def _sample(self, asked: Asked, day: date) -> tuple[Truth, tuple[Ground, ...]]:
        row_fact = result_on(asked.patient.results(self.rows.item), day)
        column_fact = result_on(asked.patient.results(self.columns.item), day)
        row, column = self.rows.class_of(row_fact), self.columns.class_of(column_fact)
        if row and column and row_fact and column_fact:
            grounds = (_cell_ground(row + column, row_fact, column_fact),)
            return truth_of(row + column in self.cells), grounds
        known = row or column
        if known is None:
            return Truth.UNKNOWN, not_known(self.rows.item)
        missing = self.columns.item if row else self.rows.item
        ground = Ground("half-grid", (("class", known), ("missing", missing)))
        return truth_of(known in self.alone), (ground,)


def _cell_ground(cell: str, row: Fact, column: Fact) -> Ground:
    values = (
        ("cell", cell),
        ("row", row.value or 0.0),
        ("row_on", row.day.isoformat()),
        ("column", column.value or 0.0),
        ("column_on", column.day.isoformat()),
    )
    return Ground("grid", values)
