"""Buttons at a follow-up on the page of a patient: accept what the patient told, end or undo what was agreed."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from service.domain.access import Role
from service.domain.errors import NotFound
from service.recording.decisions import Act, act_on_decision
from service.runtime import Runtime
from service.web.pages import request_id
from service.web.sessions import viewer


def act(runtime: Runtime, id_: str, follow_up: str, decision: str) -> Response:
    """Do what the button says and go back to the page of the patient."""
    nurse = viewer(runtime, Role.CLINICIAN)
    asked = request.form.get("act", "")
    if asked not in list(Act):
        raise NotFound
    named = (decision, Act(asked))
    act_on_decision(runtime, nurse, id_, follow_up, named, request=request_id())
    address = url_for("web.patient", id_=id_)
    return make_response(redirect(address, code=HTTPStatus.SEE_OTHER))


def routes(runtime: Runtime) -> Iterator[tuple[str, str, str, Any]]:
    """The address of a decision about a follow-up: path, endpoint, method, what answers."""
    address = "/worklist/people/<id_>/follow-ups/<follow_up>/decisions/<decision>"
    yield address, "act_on_decision", "POST", lambda **named: act(runtime, **named)
