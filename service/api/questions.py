"""What only a professional can say of a patient: `/worklist/v1/people/{id}/questions`, as JSON.

Source: docs/set-by-professionals.md. An answer is sent as an Observation to the FHIR base.
"""

from typing import Any, Final, TypeAlias

from flask import Blueprint, Response

from service.api.auth import expect_scope, viewer_of
from service.api.json_answers import json_answer, language_of, with_refusals_noted
from service.api.request_ids import request_id
from service.domain.access import CARING
from service.domain.catalogue import Catalogue
from service.domain.errors import Forbidden
from service.domain.interval import FOREVER
from service.domain.open_question import Move, Questions
from service.domain.scope import Interaction
from service.runtime import Runtime
from service.workflows.list_questions import list_questions

Json: TypeAlias = dict[str, Any]
_SCOPE: Final = "worklist/questions"


def blueprint(runtime: Runtime) -> Blueprint:
    """The questions of a deployment."""
    pages = Blueprint("questions_api", __name__, url_prefix="/worklist/v1")

    def answer(patient: str) -> Response:
        viewer = viewer_of(runtime)
        expect_scope(viewer, "Observation", Interaction.SEARCH)
        if viewer.role not in CARING:
            raise Forbidden("This is for those who care for the patient.")
        with runtime.store.read() as view:
            asked = list_questions(view, patient, runtime.catalogue, viewer=viewer)
        scope = f"Patient/{patient}"
        runtime.note_read(viewer, "read", scope=scope, patients=[asked.key], request=request_id())
        language = language_of(runtime)
        members = {"patient": patient, "as_of": viewer.today}
        told = _Telling(runtime.catalogue, language).members(asked.questions)
        return json_answer(members | told, language)

    address = "/people/<patient>/questions"
    pages.add_url_rule(address, "questions", with_refusals_noted(runtime, _SCOPE, answer))
    return pages


class _Telling:
    """Questions in a reader's language."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self._catalogue = catalogue
        self._language = language

    def members(self, questions: Questions) -> Json:
        """The open questions, and what is set."""
        return {
            "open": [
                {
                    "item": one.item,
                    "name": self._name("item", one.item),
                    "answers": [
                        {
                            "finding": answer.finding,
                            "name": self._name("finding", answer.finding),
                            "moves": [self._move(move) for move in answer.moves],
                        }
                        for answer in one.answers
                    ],
                }
                for one in questions.open
            ],
            "set": [
                {
                    "item": one.item,
                    "name": self._name("item", one.item),
                    "finding": one.finding,
                    "finding_name": self._name("finding", one.finding),
                    "from": one.from_day,
                    "until": None if one.until == FOREVER else one.until,
                    "source": one.source,
                }
                for one in questions.set
            ],
        }

    def _move(self, move: Move) -> Json:
        return {
            "activity": move.activity,
            "name": self._name("activity", move.activity),
            "due_on": move.before,
            "would_be_due_on": move.after,
        }

    def _name(self, system: str, code: str) -> str:
        names = self._catalogue.names_of(system, code)
        return names.get(self._language) or names["fi"]
