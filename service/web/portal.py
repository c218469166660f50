"""The patient's page: their own plan, in Finnish, Swedish or English."""

from flask import Response

from service.domain.access import Role
from service.runtime import Runtime
from service.web.language import teller_of
from service.web.pages import page, request_id
from service.web.plan_page import plan_page
from service.web.sessions import viewer
from service.workflows.show_care_plan import samples_asked, show_care_plan
from service.workflows.tell_changed_intervals import (
    is_to_be_told,
    note_told,
    with_changed_intervals,
)


def show(runtime: Runtime) -> Response:
    """The plan of who is signed in, as it stands today."""
    patient = viewer(runtime, Role.PATIENT)
    with runtime.store.read() as view:
        plan = show_care_plan(view, patient.patient, viewer=patient, as_of=patient.today)
        plan = with_changed_intervals(view, plan)
    runtime.note_read(
        patient, "read", scope="portal/care-plan", patients=(plan.key,), request=request_id()
    )
    if is_to_be_told(plan):
        runtime.store.carry_out(
            lambda work: note_told(work, plan.key),
            actor=patient.subject,
            request=request_id(),
            at=runtime.clock.now(),
        )
    shown = plan_page(
        teller_of(runtime), plan, samples_asked(plan, runtime.catalogue.visit_figures)
    )
    return page(runtime, "portal.html", "portal.title", plan=shown, invented=shown.invented or None)
