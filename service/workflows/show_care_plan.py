"""Use case: one patient's plan on a day: the follow-ups of all protocols, with unit and agreement."""

from collections.abc import Mapping
from datetime import date, datetime

from service.domain.access import Viewer
from service.domain.seen import SeenPlan
from service.domain.visit_figures import VisitFigures
from service.domain.visit_plan import samples_by, visits_of
from service.workflows.ports import View


def show_care_plan(
    view: View, patient: str, *, viewer: Viewer, as_of: date, known_at: datetime | None = None
) -> SeenPlan:
    """The plan of a patient; NotFound where the viewer may see no such patient.

    `as_of` is the clinic's day, `known_at` None for all that is known now.
    """
    return view.follow_ups.plan(patient, viewer=viewer, as_of=as_of, known_at=known_at)


def samples_asked(plan: SeenPlan, figures: VisitFigures) -> Mapping[str, date]:
    """Before which day the samples of each visit are to be taken, by the visit's follow-up."""
    visits = visits_of(
        plan.follow_ups, day=plan.as_of, figures=figures, distance_km=plan.distance_km
    )
    return samples_by(visits)
