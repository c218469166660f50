"""Use case: the combined visit: the fewest contacts for one patient, with the proof; nothing is stored."""

from datetime import date, datetime
from typing import NamedTuple

from service.domain.access import Viewer
from service.domain.catalogue import Catalogue
from service.domain.seen import SeenFollowUp, SeenPlan
from service.domain.visit_plan import VisitPlan, plan_visits
from service.domain.visit_proof import Found, faults
from service.domain.visit_round import Round, open_rounds
from service.workflows.ports import View


class Visits(NamedTuple):
    """A patient's plan, the visits that would take care of it, and what a second look finds wrong."""

    plan: SeenPlan
    visits: VisitPlan
    faults: tuple[Found, ...]


class VisitQuestion(NamedTuple):
    """The state of which day, as known when (None: now), and visits from a day on for what is due by another."""

    as_of: date
    known_at: datetime | None
    from_day: date
    until: date


def plan_visit(
    view: View, patient: str, asked: VisitQuestion, *, viewer: Viewer, catalogue: Catalogue
) -> Visits:
    """The visits for a patient; NotFound where the viewer may see no such patient.

    While the whole plan is on hold it asks for nothing.
    """
    seen = view.follow_ups.plan(patient, viewer=viewer, as_of=asked.as_of, known_at=asked.known_at)
    rounds = rounds_of(seen, catalogue, from_day=asked.from_day, until=asked.until)
    figures = catalogue.visit_figures
    visits = plan_visits(
        rounds,
        day=asked.from_day,
        until=asked.until,
        figures=figures,
        distance_km=seen.distance_km,
    )
    return Visits(seen, visits, faults(visits, rounds, figures=figures))


def rounds_of(
    seen: SeenPlan, catalogue: Catalogue, *, from_day: date, until: date
) -> tuple[Round, ...]:
    """The open rounds of a plan that are due by a day, seen from another; none while it is on hold."""
    follow_ups = () if seen.on_hold_until else seen.follow_ups

    def repeats(one: SeenFollowUp) -> bool:
        return _counts_from_doing(catalogue, one)

    return open_rounds(follow_ups, day=from_day, until=until, repeats=repeats)


def _counts_from_doing(catalogue: Catalogue, one: SeenFollowUp) -> bool:
    """Whether the next round counts from the day of this one, as no round in a season does."""
    protocol = catalogue.versions.get((one.stretch.set_by, one.stretch.protocol_version))
    found = (each for each in protocol.activities if each.key == one.activity) if protocol else ()
    return any(not each.slotted for each in found)
