"""Contacts with people for machines: record one, read a person's, say who is open: `/worklist/v1/contacts`.

Source: design.md 6; draft-ietf-httpapi-idempotency-key-header-07 for a request that is sent twice.
"""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from service.api.auth import expect
from service.api.json_answers import JSON, json_answer, language_of, with_refusals_noted
from service.api.request_ids import request_id
from service.api.schemas.contacts import (
    contact,
    contact_sent,
    contacts_asked,
    person_sent,
)
from service.api.schemas.rows import follow_up, opened_by
from service.domain.access import CARING, Viewer
from service.domain.errors import Forbidden, Invalid, NotFound
from service.domain.outreach import NotedOutreach, OutreachPosition
from service.domain.scope import Interaction
from service.domain.window import State
from service.fhir.cursor import Page, open_cursor, seal
from service.fhir.evidence.communication import note_of
from service.fhir.parsing import parse
from service.fhir.timing import microseconds_of, moment_of
from service.recording.contacts import COMMUNICATION, open_person, record_contact
from service.runtime import Runtime
from service.workflows.ports import View

_CONTACTS: Final = "worklist/contacts"
_OPENINGS: Final = "worklist/openings"
_LISTED: Final = frozenset({State.DUE, State.OVERDUE, State.PAUSED})


def blueprint(runtime: Runtime) -> Blueprint:
    """The addresses of contacts of a deployment."""
    pages = Blueprint("contacts_api", __name__, url_prefix="/worklist/v1")
    for method, name, scope, answer in (
        ("POST", "contacts", _CONTACTS, lambda: _record(runtime)),
        ("GET", "contacts", _CONTACTS, lambda: _Listed(runtime).answer()),
        ("POST", "openings", _OPENINGS, lambda: _open(runtime)),
    ):
        answered = with_refusals_noted(runtime, scope, answer)
        endpoint = f"{method.lower()} {name}"
        pages.add_url_rule(f"/{name}", endpoint, answered, methods=[method])
    return pages


def _record(runtime: Runtime) -> Response:
    """Record a contact: 201 with it and with what the list now says of the person."""
    viewer = expect(runtime, COMMUNICATION, Interaction.CREATE)
    told = contact_sent(_sent(), request.headers.get("Idempotency-Key", ""))
    recorded = record_contact(runtime, viewer, told, request=request_id())
    language = language_of(runtime)
    teller = runtime.tellers[language]
    with runtime.store.read() as view:
        plan = view.follow_ups.plan(told.patient, viewer=viewer, as_of=viewer.today)
    runtime.note_read(viewer, "read", scope=_CONTACTS, patients=[plan.key], request=request_id())
    listed = [one for one in plan.follow_ups if one.state in _LISTED]
    members = {
        "contact": contact(teller.words, told.patient, recorded.contact, recorded.note),
        "follow_ups": [follow_up(teller, one, told.patient) for one in listed],
    }
    answer = json_answer(members, language, HTTPStatus.CREATED)
    base = runtime.settings.base_url
    answer.headers["Location"] = f"{base}/fhir/{COMMUNICATION}/{recorded.contact.id}"
    return answer


def _open(runtime: Runtime) -> Response:
    """Let a person be open with who asks, for some minutes; who else has them open."""
    viewer = expect(runtime, COMMUNICATION, Interaction.CREATE)
    patient = person_sent(_sent())
    other = open_person(runtime, viewer, patient, request=request_id())
    members = {"patient": patient, "open_with": opened_by(other)}
    return json_answer(members, language_of(runtime))


def _sent() -> bytes:
    if request.mimetype != JSON:
        raise UnsupportedMediaType(f"The body is sent as {JSON}.")
    return request.get_data(cache=False)


class _Listed:
    """One request for the contacts with a person, the newest first."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._viewer = _caring(expect(runtime, COMMUNICATION, Interaction.SEARCH))
        self._at = runtime.clock.now()
        pairs = list(request.args.items(multi=True))
        self._patient, self._limit, cursor = contacts_asked(pairs)
        self._after = self._place_of(cursor) if cursor else None

    def answer(self) -> Response:
        language = language_of(self._runtime)
        with self._runtime.store.read() as view:
            key = view.patients.keys([self._patient], viewer=self._viewer).get(self._patient)
            if key is None:
                raise NotFound
            page = view.outreach.page(
                key, viewer=self._viewer, limit=self._limit, after=self._after
            )
            notes = _notes(view, page.contacts, self._viewer)
        self._runtime.note_read(
            self._viewer, "search", scope=_CONTACTS, patients=[key], request=request_id()
        )
        words = self._runtime.words[language]
        items = [contact(words, self._patient, one, notes.get(one.id, "")) for one in page.contacts]
        return json_answer({"items": items, "next": self._next(page.after)}, language)

    def _place_of(self, cursor: str) -> OutreachPosition:
        page = open_cursor(cursor, key=self._runtime.cursor_key, at=self._at)
        if (page.type, page.text, page.viewer) != (_CONTACTS, self._patient, self._bearer):
            raise Invalid(
                "`cursor`: it was given for another person, or to somebody else.", "cursor"
            )
        at, number = (one for one in page.after or () if isinstance(one, int))
        return moment_of(at), number

    def _next(self, after: OutreachPosition | None) -> str | None:
        if after is None:
            return None
        place = (microseconds_of(after[0]), after[1])
        page = Page(_CONTACTS, self._patient, place, self._bearer)
        return seal(page, key=self._runtime.cursor_key, at=self._at)

    @property
    def _bearer(self) -> str:
        return "|".join((self._viewer.role, self._viewer.subject, self._viewer.unit))


def _caring(viewer: Viewer) -> Viewer:
    if viewer.role not in CARING:
        raise Forbidden("The worklist is for those who care for patients.")
    return viewer


def _notes(view: View, contacts: tuple[NotedOutreach, ...], viewer: Viewer) -> dict[str, str]:
    """What was written of each contact, by the id of its Communication."""
    found: dict[str, Any] = view.resources.find_many(
        COMMUNICATION, [one.id for one in contacts], viewer=viewer
    )
    return {id_: note_of(parse(one.body)) for id_, one in found.items() if not one.deleted}
