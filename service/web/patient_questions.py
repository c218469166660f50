"""Answers on the page of a patient to what only a professional can say: recorded, and taken back."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from service.domain.access import Role
from service.domain.errors import Conflict, Invalid, StorageFull, Unreachable
from service.recording.answers import record_answer, take_back_answer
from service.runtime import Runtime
from service.web import patient
from service.web.language import teller_of
from service.web.pages import request_id
from service.web.question_lines import FIELDS, AnswerForm
from service.web.sessions import viewer


def save_answer(runtime: Runtime, id_: str) -> Response:
    """Record an answer and go back to the questions; where it is wrong, what was typed stays."""
    nurse = viewer(runtime, Role.CLINICIAN)
    typed = {name: request.form.get(name, "") for name in FIELDS}
    form = AnswerForm(teller_of(runtime), nurse.today, typed)
    told = form.to_record(id_)
    if told is None:
        return patient.show(runtime, id_, form, HTTPStatus.BAD_REQUEST)
    try:
        record_answer(runtime, nurse, told, request=request_id())
    except Invalid as error:
        form.refuse(tuple(error.issues))
        return patient.show(runtime, id_, form, HTTPStatus.BAD_REQUEST)
    except (Conflict, StorageFull, Unreachable):
        form.not_saved = True
        return patient.show(runtime, id_, form, HTTPStatus.SERVICE_UNAVAILABLE)
    return _to_questions(id_)


def undo_answer(runtime: Runtime, id_: str, answer: str) -> Response:
    """Take an answer back and go to the questions, where it is asked again."""
    nurse = viewer(runtime, Role.CLINICIAN)
    take_back_answer(runtime, nurse, id_, answer, request=request_id())
    return _to_questions(id_)


def _to_questions(id_: str) -> Response:
    address = url_for("web.patient", id_=id_, _anchor="questions")
    return make_response(redirect(address, code=HTTPStatus.SEE_OTHER))


def routes(runtime: Runtime) -> Iterator[tuple[str, str, str, Any]]:
    """The addresses of answers: path, endpoint, method, what answers."""
    answers = "/worklist/people/<id_>/answers"
    yield answers, "save_answer", "POST", lambda id_: save_answer(runtime, id_)
    undo = f"{answers}/<answer>/undo"
    yield undo, "undo_answer", "POST", lambda id_, answer: undo_answer(runtime, id_, answer)
