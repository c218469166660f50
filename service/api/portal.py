"""The portal for machines: `/portal/v1/care-plan`, the signed-in patient's own plan in their language.

Source: design.md 6. No other role has a plan of its own; a proxy's reading comes with mandates.
"""

from functools import partial
from typing import Final

from flask import Blueprint, Response, request

from service.api.auth import expect_scope, viewer_of
from service.api.json_answers import json_answer, language_of, with_refusals_noted
from service.api.request_ids import request_id
from service.api.schemas.care_plan import care_plan
from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden
from service.domain.scope import Interaction
from service.runtime import Runtime
from service.workflows.show_care_plan import samples_asked, show_care_plan
from service.workflows.tell_changed_intervals import (
    is_to_be_told,
    note_told,
    with_changed_intervals,
)

_CARE_PLAN: Final = "portal/care-plan"


def blueprint(runtime: Runtime) -> Blueprint:
    """The portal of a deployment."""
    pages = Blueprint("portal_api", __name__, url_prefix="/portal/v1")
    answer = with_refusals_noted(runtime, _CARE_PLAN, partial(_care_plan, runtime))
    pages.add_url_rule("/care-plan", "care_plan", answer)
    return pages


def _care_plan(runtime: Runtime) -> Response:
    viewer = _viewer(runtime)
    with runtime.store.read() as view:
        plan = show_care_plan(view, viewer.patient, viewer=viewer, as_of=viewer.today)
        plan = with_changed_intervals(view, plan)
    runtime.note_read(viewer, "read", scope=_CARE_PLAN, patients=(plan.key,), request=request_id())
    if is_to_be_told(plan):
        runtime.store.carry_out(
            lambda work: note_told(work, plan.key),
            actor=viewer.subject,
            request=request_id(),
            at=runtime.clock.now(),
        )
    language = language_of(runtime)
    asked = samples_asked(plan, runtime.catalogue.visit_figures)
    answer = json_answer(care_plan(runtime.tellers[language], plan, asked), language)
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _viewer(runtime: Runtime) -> Viewer:
    viewer = viewer_of(runtime)
    if viewer.role is not Role.PATIENT:
        raise Forbidden(
            "This is the plan of the one who is signed in: a patient's token is needed."
        )
    expect_scope(viewer, "CarePlan", Interaction.READ)
    return viewer
