"""The shape of a question: what of it decides the statement, and the values bound when it runs.

A statement is built once a shape, and kept.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from service.domain.access import Role, Viewer
from service.domain.window import State
from service.domain.worklist import Position, Sort, Standing, WorklistQuestion
from service.storage.access import bound
from service.storage.seen.moment import Knowledge, knowledge_of, moment_bound, start_of
from service.storage.tables.columns import Day
from service.storage.tables.projection import stretches

KEPT_STATEMENTS: Final = 500
ORDER: Final = {
    Sort.URGENCY: ("urgency", "order_on", "follow_up"),
    Sort.SINCE: ("overdue_from", "follow_up"),
}
KEY: Final = ("patient", "follow_up", "holds_from", "known_from")
"""What tells a stretch from all others."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a question decides its statement; a number is how many names a filter has."""

    role: Role
    knowledge: Knowledge
    states: frozenset[State]
    sort: Sort
    units: int
    activities: int
    protocols: int
    performers: bool
    booked: bool | None
    contacted: bool | None
    not_known: bool | None
    language: bool
    distance: bool
    standing: Standing | None
    continued: bool
    few: bool = False
    """Whether the people are given among whom all rows are."""

    @property
    def order(self) -> tuple[str, ...]:
        """The columns of the order."""
        return ORDER[self.sort]

    @property
    def told(self) -> tuple[str, ...]:
        """What a range tells of a stretch: what names it, and its place in the order."""
        return tuple(dict.fromkeys((*KEY, *self.order)))


def shape_of(question: WorklistQuestion, viewer: Viewer) -> Shape:
    """The shape of a viewer's question."""
    return Shape(
        role=viewer.role,
        knowledge=knowledge_of(question.as_of, question.known_at, today=viewer.today),
        states=question.states,
        sort=question.sort,
        units=len(units_of(question, viewer)),
        activities=len(question.activities),
        protocols=len(question.protocols),
        performers=bool(question.performers),
        booked=question.booked,
        contacted=question.contacted,
        not_known=question.not_known,
        language=bool(question.language),
        distance=question.distance_over is not None,
        standing=question.standing,
        continued=question.after is not None,
    )


def units_of(question: WorklistQuestion, viewer: Viewer) -> tuple[str, ...]:
    """The units asked about; today, those in a unit's care are the people of that unit."""
    is_own = viewer.role is Role.CLINICIAN and question.as_of == viewer.today
    return question.units or ((viewer.unit,) if is_own else ())


def bound_values(question: WorklistQuestion, viewer: Viewer) -> dict[str, Any]:
    """The values that the statement of a question waits for."""
    named = {
        "unit": units_of(question, viewer),
        "activity": sorted(question.activities),
        "protocol": [f"|{one}|" for one in sorted(question.protocols)],
        "after": _place(question),
    }
    return {
        **bound(viewer),
        **moment_bound(question.as_of, question.known_at),
        **{f"one_{name}_{n}": one for name, all_ in named.items() for n, one in enumerate(all_)},
        "any_unit": list(named["unit"]),
        "any_activity": list(named["activity"]),
        "any_protocol": sorted(question.protocols),
        "any_performer": sorted(question.performers),
        "language": question.language,
        "distance": question.distance_over,
        "from_instant": start_of(question.as_of),
        "limit": question.limit + 1,
    }


def position_of(row: Any, sort: Sort) -> Position:
    """The place of a row in the order."""
    values = (getattr(row, name) for name in ORDER[sort])
    return tuple(one.isoformat() if isinstance(one, date) else one for one in values)


def _place(question: WorklistQuestion) -> tuple[Any, ...]:
    columns = (stretches.c[name] for name in ORDER[question.sort])
    return tuple(
        date.fromisoformat(str(value)) if isinstance(column.type, Day) else value
        for column, value in zip(columns, question.after or (), strict=False)
    )
