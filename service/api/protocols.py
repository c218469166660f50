"""Protocols for machines: `/protocols/v1/{protocol}/confirmations`, a figure confirmed by a professional.

What is confirmed stands in a draft (`protocol_tables/confirming.py`). It is about no one; who
administers the protocols may do it, with a scope to write PlanDefinitions.
"""

from functools import partial
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields, validate

from service.api.auth import viewer_of
from service.api.json_answers import json_answer, language_of, with_refusals_noted
from service.api.request_ids import request_id
from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden, Invalid, Issue, Malformed
from service.domain.scope import Interaction, allows
from service.protocol_tables.confirming import Act, confirm
from service.protocol_tables.shelf import opened_shelf
from service.protocol_tables.submitting import submit
from service.runtime import Runtime

_SCOPE: Final = "protocols/confirmations"
_DEFINITION: Final = "PlanDefinition"
_MAY_CONFIRM: Final = frozenset({Role.ADMIN, Role.SYSTEM})
_WORDS: Final = validate.Length(min=1, max=500)


class _Confirmation(Schema):
    """What is sent; every member is known and has its bounds."""

    figure = fields.String(required=True, validate=validate.Length(min=1, max=120))
    role = fields.String(required=True, validate=_WORDS)
    source_read = fields.String(required=True, validate=_WORDS)
    texts = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    version = fields.String(load_default="", validate=validate.Length(max=20))


def blueprint(runtime: Runtime) -> Blueprint:
    """What is done to the protocols of a deployment."""
    pages = Blueprint("protocols_api", __name__, url_prefix="/protocols/v1")

    def confirmations(protocol: str) -> Response:
        return with_refusals_noted(runtime, _SCOPE, partial(_confirm, runtime, protocol))()

    address = "/<protocol>/confirmations"
    pages.add_url_rule(address, "confirmations", confirmations, methods=["POST"])
    return pages


def _confirm(runtime: Runtime, protocol: str) -> Response:
    viewer = _viewer(runtime)
    sent = _sent()
    version = sent.pop("version")
    act = Act(by=viewer.subject, at=runtime.clock.now(), on=viewer.today, **sent)
    shelf = opened_shelf(runtime, viewer)
    made = confirm(shelf, protocol, act, runtime.receiving.new_id, version)
    submit(runtime, made.resources, viewer, request_id())
    *_, plan, provenance = made.resources
    answer = json_answer(
        {
            "protocol": made.protocol,
            "version": made.version,
            "plan_definition": f"{_DEFINITION}/{plan['id']}",
            "provenance": f"Provenance/{provenance['id']}",
        },
        language_of(runtime),
    )
    answer.status_code = HTTPStatus.CREATED
    return answer


def _viewer(runtime: Runtime) -> Viewer:
    viewer = viewer_of(runtime)
    if viewer.role not in _MAY_CONFIRM:
        raise Forbidden("Figures are confirmed by who administers the protocols.")
    if not allows(viewer.scopes, _DEFINITION, Interaction.UPDATE):
        raise Forbidden("The token's scopes do not allow this: PlanDefinition.u is needed.")
    return viewer


def _sent() -> dict[str, Any]:
    try:
        content = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError:
        raise Malformed("The body is not JSON.") from None
    try:
        loaded: dict[str, Any] = _Confirmation().load(content)
    except ValidationError as error:
        raise Invalid(issues=list(map(_issue, error.messages_dict.items()))) from None
    return loaded


def _issue(fault: tuple[str, Any]) -> Issue:
    name, words = fault
    known = ", ".join(_Confirmation().fields)
    if name not in _Confirmation().fields:
        return Issue(Invalid.code, f"The members are {known}.")
    return Issue(Invalid.code, f"`{name}`: {words[0]}", name)
