"""The page on which a nurse records a contact with a person, without script: open, tell, go on, undo.

Source: the worklist's pages: one tap and at most one date, then the next person. Opening a person says
so to others; what was recorded is told on the list, where it can be undone.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import Response, make_response, redirect, request, url_for

from service.domain.access import Role, Viewer
from service.domain.errors import Conflict, Invalid, NotFound, StorageFull, Unreachable
from service.domain.figures import Figures
from service.domain.outreach import Channel, Opening, Outreach, OutreachResult, return_day
from service.domain.seen import SeenPlan
from service.domain.worklist import SeenPerson
from service.fhir.contact_details import ContactDetails
from service.fhir.cursor import Page, open_cursor, seal
from service.fhir.evidence.communication import outreach_of
from service.fhir.parsing import parse
from service.recording.contacts import (
    COMMUNICATION,
    OPEN,
    KeyUsed,
    open_person,
    record_contact,
    take_back_contact,
)
from service.runtime import Runtime
from service.web.contact_form import ContactForm, new_form, sent_form
from service.web.language import teller_of
from service.web.pages import page, request_id
from service.web.patient import details_of
from service.web.person_line import called, in_short, who
from service.web.sessions import viewer
from service.web.worklist_address import RECORDED
from service.wording.outreach import (
    RESULT_KEYS,
    contact_made,
    next_step,
    open_with,
    recorded,
)
from service.wording.sentences import Text
from service.wording.telling import Teller
from service.wording.words import Words

_LIST: Final = "list"
_EARLIER: Final = 10
_UNDONE: Final = "undone"


class Choice(NamedTuple):
    """One value of a field, and what it means beside its name."""

    value: str
    name: Text
    hint: Text | str
    chosen: bool


class Person(NamedTuple):
    """Who is contacted, as the page says it; empty texts are not shown."""

    id: str
    name: str
    who: tuple[str, ...]
    warning: Text | str
    phone: str
    in_short: tuple[Text, ...]
    open_with: Text | str
    contacts: tuple[Text, ...]


class Notice(NamedTuple):
    """What the list says of what was just recorded; `id` is the Communication's, to undo it."""

    said: tuple[Text, ...]
    id: str


class _Shown(NamedTuple):
    """What is read of a person for the page."""

    plan: SeenPlan
    details: ContactDetails
    other: Opening | None
    contacts: tuple[Outreach, ...]


def open_contact(runtime: Runtime, id_: str) -> Response:
    """Let a person be open with who is signed in, and go to the form."""
    nurse = viewer(runtime, Role.CLINICIAN)
    open_person(runtime, nurse, id_, request=request_id())
    listed = request.form.get(_LIST, "")
    asked = urlencode({_LIST: urlencode(_pairs(listed))})
    return make_response(redirect(f"{url_for('web.contact', id_=id_)}?{asked}", code=303))


def show_contact(runtime: Runtime, id_: str) -> Response:
    """The form of a contact with a person."""
    one = _Contact(runtime, id_, request.args.get(_LIST, ""))
    return one.page(new_form(one.teller.words, one.nurse.today, one.figures.returns_within_days))


def save_contact(runtime: Runtime, id_: str) -> Response:
    """Record what the form says and go back to the list; where it is wrong, what was typed stays."""
    one = _Contact(runtime, id_, request.form.get(_LIST, ""))
    words, nurse, within_days = one.teller.words, one.nurse, one.figures.returns_within_days
    form = sent_form(words, nurse.today, within_days, request.form)
    told = form.to_record(id_)
    if told is None:
        return one.page(form, HTTPStatus.BAD_REQUEST)
    try:
        done = record_contact(runtime, nurse, told, request=request_id())
    except Invalid as error:
        form.refuse(error.issues)
        return one.page(form, HTTPStatus.BAD_REQUEST)
    except (KeyUsed, Conflict, StorageFull, Unreachable):
        again = new_form(words, nurse.today, within_days)
        again.typed = form.typed
        return one.page(again, HTTPStatus.SERVICE_UNAVAILABLE)
    return _to_list(runtime, nurse, one.listed, done.contact.id)


def undo_contact(runtime: Runtime, id_: str) -> Response:
    """Take a contact back and go to the list, where the person is again as before."""
    nurse = viewer(runtime, Role.CLINICIAN)
    take_back_contact(runtime, nurse, id_, request=request_id())
    return _to_list(runtime, nurse, request.form.get(_LIST, ""), _UNDONE)


def notice_of(runtime: Runtime, nurse: Viewer, words: Words) -> Notice | None:
    """What the address of the list says was just recorded, if anything."""
    sealed = request.args.get(RECORDED, "")
    if not sealed:
        return None
    found = open_cursor(sealed, key=runtime.cursor_key, at=runtime.clock.now())
    if (found.type, found.viewer) != (RECORDED, _bearer(nurse)):
        raise Invalid("this was told to somebody else", RECORDED)
    if found.text == _UNDONE:
        return Notice((words.text("worklist.outcome.taken_back"),), "")
    with runtime.store.read() as view:
        stored = view.resources.read(COMMUNICATION, found.text, viewer=nurse)
    told = outreach_of(parse(stored.body), runtime.catalogue.figures)
    if not told:
        return None
    step = next_step(words, told[0])
    said = (recorded(words, told[0]), *((step,) if isinstance(step, Text) else ()))
    return Notice(said, found.text)


def _to_list(runtime: Runtime, nurse: Viewer, listed: str, told: str) -> Response:
    at = runtime.clock.now()
    sealed = seal(Page(RECORDED, told, None, _bearer(nurse)), key=runtime.cursor_key, at=at)
    pairs = [*_pairs(listed), (RECORDED, sealed)]
    return make_response(redirect(f"{url_for('web.worklist')}?{urlencode(pairs)}", code=303))


def _pairs(listed: str) -> list[tuple[str, str]]:
    """The question of the list from which the nurse came: parameters, and never another address."""
    pairs = parse_qsl(listed.removeprefix("?"))
    return [pair for pair in pairs if pair[0] not in {RECORDED, _LIST}]


def _bearer(nurse: Viewer) -> str:
    return f"{nurse.role}|{nurse.subject}|{nurse.unit}"


class _Contact:
    """A contact with one person, as who is signed in records it; `listed` is the list they came from."""

    def __init__(self, runtime: Runtime, id_: str, listed: str) -> None:
        self._runtime = runtime
        self._id = id_
        self.listed = listed
        self.nurse = viewer(runtime, Role.CLINICIAN)
        self.teller = teller_of(runtime)
        self.figures = runtime.catalogue.figures

    def page(self, form: ContactForm, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """The page with a form; one that failed says so in its title."""
        words, shown = self.teller.words, self._shown()
        title = words.text("worklist.record.title")
        failed = words.text("page.error_title", title=title)
        return page(
            self._runtime,
            "contact.html",
            "worklist.record.title",
            status=status,
            invented=shown.plan.person.invented or None,
            page_title=title if status is HTTPStatus.OK else failed,
            person=_person(self.teller, shown),
            form=form,
            results=tuple(_results(form, self.figures)),
            channels=tuple(_channels(form)),
            listed=urlencode(_pairs(self.listed)),
            not_saved=status is HTTPStatus.SERVICE_UNAVAILABLE,
        )

    def _shown(self) -> _Shown:
        runtime, nurse, id_ = self._runtime, self.nurse, self._id
        at = runtime.clock.now()
        with runtime.store.read() as view:
            plan = view.follow_ups.plan(id_, viewer=nurse, as_of=nurse.today)
            details = details_of(view, id_, nurse)
            other = view.openings.of_others([plan.key], nurse.subject, at=at).get(plan.key)
            contacts = view.outreach.page(plan.key, viewer=nurse, limit=_EARLIER).contacts
        runtime.note_read(
            nurse, "read", scope=f"Patient/{id_}", patients=(plan.key,), request=request_id()
        )
        return _Shown(plan, details, other, tuple(one.outreach for one in contacts))


def _person(teller: Teller, shown: _Shown) -> Person:
    words, plan = teller.words, shown.plan
    if not plan.care_plan:
        raise NotFound
    person = SeenPerson(plan.key, plan.patient, plan.person, plan.unit, None)
    now = [one for one in plan.follow_ups if one.state in OPEN]
    hidden = plan.person.non_disclosure
    return Person(
        id=plan.patient,
        name=called(words, person, shown.details, day=plan.as_of),
        who=tuple(who(words, person, shown.details)),
        warning=words.text("worklist.non_disclosure.care") if hidden else "",
        phone=shown.details.phone,
        in_short=tuple(in_short(teller, now, plan.as_of)),
        open_with=open_with(words, shown.other) if shown.other else "",
        contacts=tuple(contact_made(words, one) for one in shown.contacts),
    )


def _results(form: ContactForm, figures: Figures) -> Iterator[Choice]:
    """What can come of a contact, each with the day on which the person then returns."""
    words = form.words
    for one in OutreachResult:
        key = RESULT_KEYS[one]
        name = words.text(f"{key}.choice" if one is OutreachResult.CALL_AGAIN else key)
        returns = return_day(figures, one, form.today, None)
        hint = words.text("worklist.record.usual", date=returns)
        yield Choice(one.value, name, hint, form.typed["result"] == one)


def _channels(form: ContactForm) -> Iterator[Choice]:
    for one in Channel:
        name = form.words.text(f"worklist.channel.{one}")
        yield Choice(one.value, name, "", form.typed["channel"] == one)


def routes(runtime: Runtime) -> Iterator[tuple[str, str, str, Any]]:
    """The addresses of contacts: path, endpoint, method, what answers."""
    person = "/worklist/people/<id_>"
    yield f"{person}/opening", "open_contact", "POST", lambda id_: open_contact(runtime, id_)
    yield f"{person}/contact", "contact", "GET", lambda id_: show_contact(runtime, id_)
    yield f"{person}/contact", "save_contact", "POST", lambda id_: save_contact(runtime, id_)
    undo = "/worklist/contacts/<id_>/undo"
    yield undo, "undo_contact", "POST", lambda id_: undo_contact(runtime, id_)
