"""Use case: the coming year of a unit, spread evenly or to birth months; a proposal, nothing is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.access import CARING, Viewer
from service.domain.contact import ContactKind
from service.domain.errors import Forbidden
from service.domain.interval import Interval
from service.domain.levelling import Chain, Moved, chains_of, levelled, to_birth_months
from service.domain.visit_figures import VisitFigures
from service.domain.visit_plan import plan_visits
from service.domain.visit_round import open_rounds
from service.domain.window import State
from service.domain.worklist import PersonRow, WorklistQuestion
from service.workflows.ports import View

_AHEAD = Interval(months=12)
_PAGE = 500


class SpreadBy(StrEnum):
    """What contacts are moved by within their windows."""

    BIRTH_MONTH = "birth-month"
    LOAD = "load"


class YearPlan(NamedTuple):
    """Each chain of contacts with its move; `people` are the store's own keys, for the access log."""

    moved: tuple[Moved, ...]
    people: frozenset[int]


def plan_year(
    view: View,
    question: WorklistQuestion,
    *,
    viewer: Viewer,
    figures: VisitFigures,
    by: SpreadBy,
    capacity: Mapping[ContactKind, int],
) -> YearPlan:
    """The contacts of the question's units in the 12 months from its day, and how they are moved.

    `capacity` is how many contacts of a kind a week takes. Forbidden for those who care for nobody.
    """
    if viewer.role not in CARING:
        raise Forbidden("A unit's year is for those who care for its patients.")
    keys: set[int] = set()
    chains: list[Chain] = []
    for one in _people(view, question, viewer):
        keys.add(one.person.key)
        chains += _chains(one, question.as_of, figures)
    spread = levelled(chains, capacity) if by is SpreadBy.LOAD else to_birth_months(chains)
    return YearPlan(spread, frozenset(keys))


def _people(view: View, question: WorklistQuestion, viewer: Viewer) -> Iterator[PersonRow]:
    """Everybody with anything that is asked for, page by page."""
    open_states = frozenset({State.UPCOMING, State.DUE, State.OVERDUE})
    asked = replace(question, states=open_states, limit=_PAGE)
    while True:
        page = view.follow_ups.people(asked, viewer=viewer)
        yield from page.people
        if page.after is None:
            return
        asked = replace(asked, after=page.after, known_at=page.known_at)


def _chains(one: PersonRow, day: date, figures: VisitFigures) -> Iterable[Chain]:
    until = _AHEAD.after(day)
    rounds = open_rounds(one.follow_ups, day=day, until=until)
    plan = plan_visits(
        rounds, day=day, until=day, figures=figures, distance_km=one.person.distance_km
    )
    born_on = one.person.person.born_on
    return chains_of(one.person.id, born_on.month if born_on else 0, plan, figures)
