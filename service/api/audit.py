"""The audit for machines: `/audit/v1/compliance`, follow-up done as agreed on a day, in counts.

Source: design.md 6; what-is-due 10. It shows no person; a clinician's counts are their own unit's.
"""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from service.api.auth import viewer_of
from service.api.json_answers import (
    json_answer,
    kept_by_nobody,
    language_of,
    with_refusals_noted,
)
from service.api.request_ids import request_id
from service.api.schemas.audit import (
    CSV_FORMAT,
    JSON_FORMAT,
    AuditQuestion,
    audit_schema,
    compliance_csv,
    compliance_members,
)
from service.api.schemas.parameters import read_parameters
from service.domain.access import Viewer
from service.domain.errors import Forbidden
from service.domain.scope import Interaction, allows
from service.runtime import Runtime
from service.workflows.audit_compliance import audit_compliance

_COMPLIANCE: Final = "audit/compliance"
_CSV: Final = "text/csv; charset=utf-8"
_TYPES: Final = {"application/json": JSON_FORMAT, "text/csv": CSV_FORMAT}


def blueprint(runtime: Runtime) -> Blueprint:
    """The audit of a deployment."""
    pages = Blueprint("audit_api", __name__, url_prefix="/audit/v1")
    answer = with_refusals_noted(runtime, _COMPLIANCE, partial(_compliance, runtime))
    pages.add_url_rule("/compliance", "compliance", answer)
    return pages


def _compliance(runtime: Runtime) -> Response:
    viewer = _viewer(runtime)
    runtime.store.catch_up()
    given = read_parameters(audit_schema(runtime.catalogue), request.args.items(multi=True))
    question = AuditQuestion(**({"as_of": viewer.today} | given))
    question = replace(question, protocols=runtime.catalogue.family(question.protocols))
    with runtime.store.read() as view:
        found = audit_compliance(
            view,
            viewer=viewer,
            as_of=question.as_of,
            known_at=question.known_at,
            units=question.units,
        )
        units = view.directory.units()
    runtime.note_read(viewer, "search", scope=_COMPLIANCE, request=request_id())
    if (question.format or _accepted()) == CSV_FORMAT:
        text = compliance_csv(found, question, units)
        return kept_by_nobody(Response(text, HTTPStatus.OK, content_type=_CSV), "Accept")
    return json_answer(compliance_members(found, question, units), language_of(runtime))


def _viewer(runtime: Runtime) -> Viewer:
    viewer = viewer_of(runtime)
    if not allows(viewer.scopes, "MeasureReport", Interaction.READ):
        raise Forbidden("The token's scopes do not allow this: MeasureReport.r is needed.")
    return viewer


def _accepted() -> str:
    best = request.accept_mimetypes.best_match(list(_TYPES), default="application/json")
    return _TYPES[best]
