"""The worklist for machines: `/worklist/v1/follow-ups`, and one item a person: `/worklist/v1/people`.

Source: design.md 6. Whose rows a viewer sees is a condition of the store's statements.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, request

from service.api.auth import expect_scope, viewer_of
from service.api.json_answers import json_answer, language_of, with_refusals_noted
from service.api.request_ids import request_id
from service.api.schemas.rows import person, row
from service.api.schemas.worklist import Asked, Reading
from service.domain.access import Viewer
from service.domain.directory import Person
from service.domain.marks import INVENTED
from service.domain.scope import Interaction
from service.domain.visit_plan import VisitPlan, visits_of
from service.domain.worklist import (
    PeoplePage,
    PersonRow,
    SeenPerson,
    WorklistPage,
    WorklistQuestion,
)
from service.runtime import Runtime
from service.workflows.find_overdue import find_overdue
from service.workflows.find_people import find_people

_FOLLOW_UPS: Final = "worklist/follow-ups"
_PEOPLE: Final = "worklist/people"


def blueprint(runtime: Runtime) -> Blueprint:
    """The lists of a deployment."""
    pages = Blueprint("worklist_api", __name__, url_prefix="/worklist/v1")
    follow_ups = Reading(_FOLLOW_UPS, runtime.published.now, runtime.cursor_key)
    people = Reading(_PEOPLE, runtime.published.now, runtime.cursor_key)

    def answer_follow_ups() -> Response:
        return _List(runtime, follow_ups).answer_follow_ups()

    def answer_people() -> Response:
        return _List(runtime, people).answer_people()

    listed = (("follow-ups", _FOLLOW_UPS, answer_follow_ups), ("people", _PEOPLE, answer_people))
    for name, scope, answer in listed:
        pages.add_url_rule(f"/{name}", name, with_refusals_noted(runtime, scope, answer))
    return pages


class _List:
    """One request for a list: who asks, what, and in which language."""

    def __init__(self, runtime: Runtime, reading: Reading) -> None:
        self._runtime = runtime
        self._reading = reading
        self._at = runtime.clock.now()
        self._viewer = _viewer(runtime)
        runtime.store.catch_up()
        pairs = list(request.args.items(multi=True))
        self._asked: Asked = reading.read(pairs, viewer=self._viewer, at=self._at)
        self._language = language_of(runtime)
        self._teller = runtime.tellers[self._language]

    @property
    def _question(self) -> WorklistQuestion:
        """What is asked, of a protocol with its adaptations."""
        question = self._asked.question
        protocols = self._runtime.catalogue.family(question.protocols)
        return replace(question, protocols=protocols)

    def answer_follow_ups(self) -> Response:
        with self._runtime.store.read() as view:
            page = find_overdue(view, self._question, viewer=self._viewer)
        items = [row(self._teller, one) for one in page.rows]
        return self._answer(_FOLLOW_UPS, [one.person for one in page.rows], items, page)

    def answer_people(self) -> Response:
        question = self._question
        with self._runtime.store.read() as view:
            page = find_people(view, question, viewer=self._viewer)
            keys = [one.person.key for one in page.people]
            opened = view.openings.of_others(keys, self._viewer.subject, at=self._at)
        items = [
            person(
                self._teller,
                one,
                question.sort,
                visits=self._visits(one),
                opened=opened.get(one.person.key),
            )
            for one in page.people
        ]
        return self._answer(_PEOPLE, [one.person for one in page.people], items, page)

    def _visits(self, one: PersonRow) -> VisitPlan:
        """The contacts that close a person's rows, from the day that is asked about."""
        return visits_of(
            one.follow_ups,
            day=self._asked.question.as_of,
            figures=self._runtime.catalogue.visit_figures,
            distance_km=one.person.distance_km,
        )

    def _answer(
        self,
        scope: str,
        people: Iterable[SeenPerson],
        items: list[Any],
        page: WorklistPage | PeoplePage,
    ) -> Response:
        seen = {one.key: one.person for one in people}
        self._runtime.note_read(
            self._viewer, "search", scope=scope, patients=seen, request=request_id()
        )
        question = self._asked.question
        members = {
            "as_of": question.as_of,
            "known_at": page.known_at if question.known_at else None,
            "demo": self._is_demo(seen.values()),
            "items": items,
            "next": self._reading.next(
                self._asked,
                page.after,
                viewer=self._viewer,
                at=self._at,
                known_at=page.known_at,
            ),
        }
        return json_answer(members, self._language)

    def _is_demo(self, people: Collection[Person]) -> bool:
        """Whether people of the answer are invented; where it has none, whether all in the database are."""
        if people:
            return any(one.invented for one in people)
        with self._runtime.store.read() as view:
            return bool(view.marks.value(INVENTED))


def _viewer(runtime: Runtime) -> Viewer:
    viewer = viewer_of(runtime)
    expect_scope(viewer, "ServiceRequest", Interaction.SEARCH)
    return viewer
