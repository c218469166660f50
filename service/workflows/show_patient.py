"""Use case: one patient as the staff see them: the plan of a day, and what its protocols disagree about."""

from datetime import date

from service.domain.access import Viewer
from service.domain.catalogue import Catalogue
from service.domain.conflict import Conflict, Situation, conflicts
from service.domain.kept import KeptPatient
from service.domain.projection import look, plan_of
from service.domain.round import is_known_late
from service.domain.seen import SeenPatient, SeenPlan
from service.workflows.foreseeing import state_of
from service.workflows.ports import View


def show_patient(
    view: View, patient: str, catalogue: Catalogue, *, viewer: Viewer, as_of: date
) -> SeenPatient:
    """The patient on a day, as known now; NotFound where the viewer may see no such patient."""
    plan = view.follow_ups.plan(patient, viewer=viewer, as_of=as_of)
    facts = view.evidence.of_many([plan.key], viewer=viewer)
    (kept,) = view.kept.of([plan.key], facts)
    return SeenPatient(plan, _conflicts(kept, catalogue, as_of), _known_late(kept, plan))


def _conflicts(kept: KeptPatient, catalogue: Catalogue, day: date) -> tuple[Conflict, ...]:
    state = state_of(kept)
    followed = kept.plan.protocols if kept.plan else {}
    looked = look(state, catalogue, followed)
    plan = plan_of(looked, state, followed, catalogue)
    protocols = tuple(catalogue.protocols.values())
    return conflicts(Situation(plan, looked.patient, protocols, catalogue.figures, day))


def _known_late(kept: KeptPatient, plan: SeenPlan) -> frozenset[str]:
    stretches = {one.id: one.stretches for one in kept.follow_ups.values()}
    return frozenset(
        one.id
        for one in plan.follow_ups
        if one.stretch.done
        and one.done_known_on
        and is_known_late(stretches.get(one.id, ()), one.stretch.done, one.done_known_on)
    )
