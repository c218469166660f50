"""Agreed changes as plain JSON: of a follow-up, `/worklist/v1/follow-ups/{id}/adjustments`, or of a whole plan.

Source: docs/agreed-changes.md. Each is written as a version of the ServiceRequest, as a client of the FHIR
base would write it, and goes the same way.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request

from service.api.auth import expect_scope, viewer_of
from service.api.carrying_out import carry_out
from service.api.json_answers import json_answer, kept_by_nobody, language_of, with_refusals_noted
from service.api.request_ids import request_id
from service.api.schemas.adjustment import Asked, decision_members, known_members, member_of
from service.domain.access import CARING, Role, Viewer
from service.domain.adjustment import Adjustment
from service.domain.errors import BusinessRuleBroken, Forbidden, Issue, Malformed, NotFound
from service.domain.scope import Interaction
from service.domain.window import State
from service.fhir.agreeing import Accepted, Agreed, AgreedChange, Ended
from service.fhir.rendering.adjustment import extension_of
from service.runtime import Runtime
from service.workflows.list_adjustments import list_adjustments
from service.workflows.show_care_plan import show_care_plan

_SCOPE: Final = "worklist/adjustments"
_REQUEST: Final = "ServiceRequest"
_PART: Final = re.compile(r"ServiceRequest\.extension\[\d+\]\.extension\[(\d+)\]", re.ASCII)
_TELLING: Final = CARING | {Role.PATIENT}


def blueprint(runtime: Runtime) -> Blueprint:
    """The addresses of agreed changes."""
    pages = Blueprint("agreed_changes_api", __name__, url_prefix="/worklist/v1")
    changes = _Changes(runtime)
    of_one = "/follow-ups/<follow_up>/adjustments"
    named = f"{of_one}/<adjustment>"
    routes: list[tuple[str, str, str, Callable[..., Response]]] = [
        ("GET", of_one, "listed", changes.listed),
        ("POST", of_one, "agreed", changes.agreed),
        ("DELETE", named, "taken_back", changes.taken_back),
        ("POST", f"{named}/end", "ended", changes.ended),
        ("POST", f"{named}/accept", "accepted", changes.accepted),
        ("POST", "/people/<patient>/adjustments", "agreed_of_plan", changes.agreed_of_plan),
    ]
    for method, address, name, answer in routes:
        answered = with_refusals_noted(runtime, _SCOPE, answer)
        pages.add_url_rule(address, name, answered, methods=[method])
    return pages


class _Changes:
    """Answers at each address."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._asked = Asked(runtime.catalogue)

    def listed(self, follow_up: str) -> Response:
        """All that was ever decided about a follow-up, with both clocks."""
        viewer = self._viewer(Interaction.SEARCH)
        with self._runtime.store.read() as view:
            seen = list_adjustments(view, follow_up, viewer=viewer)
        scope = f"{_REQUEST}/{follow_up}"
        self._runtime.note_read(
            viewer, "read", scope=scope, patients=[seen.key], request=request_id()
        )
        items = [known_members(one) for one in seen.decided]
        members = {"follow_up": follow_up, "patient": seen.patient, "items": items}
        return json_answer(members, language_of(self._runtime))

    def agreed(self, follow_up: str) -> Response:
        """One more decision about a follow-up."""
        viewer = self._viewer(Interaction.UPDATE, _TELLING)
        decision = self._asked.decision(_body(), viewer)
        self._expect(follow_up, viewer)
        self._carry_out([follow_up], Agreed(decision), viewer, decision)
        return self._created({"follow_up": follow_up} | _at_home(decision, follow_up))

    def agreed_of_plan(self, patient: str) -> Response:
        """The same decision about every follow-up of a person's plan."""
        viewer = self._viewer(Interaction.UPDATE)
        decision = self._asked.decision(_body(), viewer)
        with self._runtime.store.read() as view:
            plan = show_care_plan(view, patient, viewer=viewer, as_of=viewer.today)
        ids = [one.id for one in plan.follow_ups if one.state is not State.ENDED]
        if not ids:
            raise NotFound("Nothing is followed up of this person.")
        self._carry_out(ids, Agreed(decision), viewer, decision)
        items = [{"follow_up": one} | _at_home(decision, one) for one in ids]
        return self._created({"patient": patient, "items": items})

    def ended(self, follow_up: str, adjustment: str) -> Response:
        """A decision ends: with the day that the body names, else with yesterday."""
        viewer = self._viewer(Interaction.UPDATE)
        last_day = self._asked.last_day(_body(), viewer.today)
        return self._changed(follow_up, Ended(adjustment, last_day), viewer)

    def accepted(self, follow_up: str, adjustment: str) -> Response:
        """A professional accepts what a patient told."""
        viewer = self._viewer(Interaction.UPDATE)
        by = self._asked.accepted_by(_body(), viewer)
        return self._changed(follow_up, Accepted(adjustment, by), viewer)

    def taken_back(self, follow_up: str, adjustment: str) -> Response:
        """A decision that should not have been, as if it had never been."""
        viewer = self._viewer(Interaction.UPDATE)
        self._expect(follow_up, viewer)
        self._carry_out([follow_up], Ended(adjustment, None), viewer)
        return kept_by_nobody(Response(status=HTTPStatus.NO_CONTENT))

    def _changed(self, follow_up: str, change: AgreedChange, viewer: Viewer) -> Response:
        self._expect(follow_up, viewer)
        self._carry_out([follow_up], change, viewer)
        with self._runtime.store.read() as view:
            seen = list_adjustments(view, follow_up, viewer=viewer)
        items = [known_members(one) for one in seen.decided]
        members = {"follow_up": follow_up, "patient": seen.patient, "items": items}
        return json_answer(members, language_of(self._runtime))

    def _viewer(
        self, interaction: Interaction, roles: frozenset[Role] | set[Role] = CARING
    ) -> Viewer:
        viewer = viewer_of(self._runtime)
        expect_scope(viewer, _REQUEST, interaction)
        if viewer.role not in roles:
            raise Forbidden("This is for those who care for the patient.")
        return viewer

    def _expect(self, follow_up: str, viewer: Viewer) -> None:
        """NotFound where the viewer sees no such follow-up."""
        with self._runtime.store.read() as view:
            list_adjustments(view, follow_up, viewer=viewer)

    def _carry_out(
        self,
        ids: list[str],
        change: AgreedChange,
        viewer: Viewer,
        decision: Adjustment | None = None,
    ) -> None:
        submissions = self._runtime.intake.agreed(ids, change)
        with _members_named(decision):
            at = self._runtime.clock.now()
            carry_out(self._runtime, viewer, submissions, at=at, action="update")

    def _created(self, members: dict[str, Any]) -> Response:
        answer = json_answer(members, language_of(self._runtime))
        answer.status_code = HTTPStatus.CREATED
        return answer


def _at_home(decision: Adjustment, follow_up: str) -> dict[str, Any]:
    source = f"{_REQUEST}/{follow_up}"
    return decision_members(decision._replace(follow_up=follow_up, source=source))


def _body() -> Any:
    sent = request.get_data()
    try:
        return orjson.loads(sent) if sent else {}
    except orjson.JSONDecodeError:
        raise Malformed("The body is not JSON.") from None


@contextmanager
def _members_named(decision: Adjustment | None) -> Iterator[None]:
    """Let what is wrong with a part of the extension be said of the member that it was made from."""
    try:
        yield
    except BusinessRuleBroken as error:
        raise BusinessRuleBroken(
            issues=[one._replace(expression=_member(one, decision)) for one in error.issues]
        ) from None


def _member(issue: Issue, decision: Adjustment | None) -> str:
    found = _PART.fullmatch(issue.expression)
    if decision is None or found is None:
        return ""
    part = extension_of(decision)["extension"][int(found[1])]["url"]
    return member_of(part, decision.kind)
