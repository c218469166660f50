"""The staff's page of one patient: the whole plan, why each date is what it is, and what disagrees."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, NamedTuple

from flask import Response

from service.domain.access import Role, Viewer
from service.domain.seen import SeenFollowUp, SeenPatient, SeenPlan
from service.domain.window import State
from service.domain.worklist import SeenPerson
from service.fhir.contact_details import ContactDetails, contact_details
from service.recording.decisions import Act, to_act_on
from service.runtime import Runtime
from service.web.language import teller_of
from service.web.pages import page, request_id
from service.web.person_line import FollowUpLine, called, follow_up_line, who
from service.web.question_lines import (
    AnswerForm,
    QuestionLines,
    authors_of,
    new_answer,
    question_lines,
)
from service.web.sessions import viewer
from service.wording.conflicts import conflict_told
from service.wording.sentences import Text
from service.wording.states import staff_done
from service.wording.telling import Teller
from service.wording.words import Words
from service.workflows.list_questions import list_questions
from service.workflows.ports import View
from service.workflows.show_patient import show_patient

_PATIENT: Final = "Patient"
_BETWEEN: Final = " · "
_SECTIONS: Final = (
    ("now", frozenset({State.OVERDUE, State.DUE})),
    ("later", frozenset({State.UPCOMING})),
    ("agreed_otherwise", frozenset({State.PAUSED})),
    ("ended", frozenset({State.ENDED})),
)


class Decision(NamedTuple):
    """What people decided about a follow-up, by its id, and what can be done with it."""

    id: str
    acts: tuple[Act, ...]


class Row(NamedTuple):
    """A follow-up (by its id) with how its last round was closed; empty where it never was."""

    id: str
    line: FollowUpLine
    decisions: tuple[Decision, ...]
    last_done: Text | str


class Section(NamedTuple):
    """The follow-ups of one standing, under the key of its heading."""

    name: str
    rows: tuple[Row, ...]


class PatientPage(NamedTuple):
    """What the page says; empty texts are not shown."""

    id: str
    is_followed: bool
    name: str
    who: tuple[str, ...]
    warning: Text | str
    phone: str
    plan: Text
    protocols: Text | str
    conflicts: tuple[Text, ...]
    sections: tuple[Section, ...]
    questions: QuestionLines


def show(
    runtime: Runtime,
    id_: str,
    form: AnswerForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The page of a patient whom the unit of who is signed in cares for; NotFound for anybody else.

    `form` is an answer that could not be taken: it stays, with what is wrong.
    """
    nurse, teller = viewer(runtime, Role.CLINICIAN), teller_of(runtime)
    with runtime.store.read() as view:
        seen = show_patient(view, id_, runtime.catalogue, viewer=nurse, as_of=nurse.today)
        details = details_of(view, id_, nurse)
        asked = list_questions(view, id_, runtime.catalogue, viewer=nurse).questions
        authors = authors_of(view, asked, nurse)
    runtime.note_read(
        nurse, "read", scope=f"Patient/{id_}", patients=(seen.plan.key,), request=request_id()
    )
    questions = question_lines(teller, asked, authors, nurse.today)
    title = teller.words.text("worklist.patient.title")
    failed = teller.words.text("page.error_title", title=title)
    return page(
        runtime,
        "patient.html",
        "worklist.patient.title",
        status=status,
        page_title=title if status is HTTPStatus.OK else failed,
        patient=patient_page(teller, seen, details, questions),
        form=form or new_answer(teller, nurse.today),
        invented=seen.plan.person.invented or None,
    )


def details_of(view: View, id_: str, nurse: Viewer) -> ContactDetails:
    """How to address and call them; a plan may stand whose Patient is deleted."""
    found = view.resources.find_many(_PATIENT, [id_], viewer=nurse).values()
    standing = [one for one in found if not one.deleted]
    return contact_details(standing[0].body, on=nurse.today) if standing else ContactDetails()


def patient_page(
    teller: Teller, seen: SeenPatient, details: ContactDetails, questions: QuestionLines
) -> PatientPage:
    """What the page says of a patient, in the reader's words."""
    words, plan = teller.words, seen.plan
    person = SeenPerson(plan.key, plan.patient, plan.person, plan.unit, None)
    hidden = plan.person.non_disclosure
    return PatientPage(
        id=plan.patient,
        is_followed=bool(plan.care_plan),
        name=called(words, person, details, day=plan.as_of),
        who=tuple(who(words, person, details)),
        warning=words.text("worklist.non_disclosure.care") if hidden else "",
        phone=details.phone,
        plan=_plan(words, plan),
        protocols=_protocols(teller, plan),
        conflicts=tuple(_conflicts(teller, seen)),
        sections=tuple(_sections(teller, seen)),
        questions=questions,
    )


def _plan(words: Words, plan: SeenPlan) -> Text:
    if not plan.care_plan:
        return words.text("worklist.patient.no_plan")
    if plan.on_hold_until:
        return words.text("worklist.patient.on_hold")
    if plan.agreed_on:
        return words.text("worklist.patient.plan_agreed", date=plan.agreed_on)
    return words.text("worklist.patient.plan_proposed")


def _protocols(teller: Teller, plan: SeenPlan) -> Text | str:
    named = [f"{teller.protocol(id_)} {version}" for id_, version in plan.protocols]
    if not named:
        return ""
    return teller.words.text("worklist.patient.protocols", protocols=_BETWEEN.join(named))


def _conflicts(teller: Teller, seen: SeenPatient) -> Iterator[Text]:
    names = {
        one.identity: teller.name_of(one.activity, one.kind, one.stretch)
        for one in seen.plan.follow_ups
    }
    for one in seen.conflicts:
        yield conflict_told(teller, one, about=names.get(one.about, ""))


def _sections(teller: Teller, seen: SeenPatient) -> Iterator[Section]:
    for name, states in _SECTIONS:
        of_section = (one for one in seen.plan.follow_ups if one.state in states)
        rows = tuple(_row(teller, seen, one) for one in of_section)
        if rows:
            yield Section(name, rows)


def _row(teller: Teller, seen: SeenPatient, one: SeenFollowUp) -> Row:
    line = follow_up_line(teller, one, day=seen.plan.as_of)
    decisions = tuple(Decision(decided.id, acts) for decided, acts in to_act_on(one))
    return Row(one.id, line, decisions, _last_done(teller, seen, one))


def _last_done(teller: Teller, seen: SeenPatient, one: SeenFollowUp) -> Text | str:
    done = one.stretch.done
    if done is None:
        return ""
    how = staff_done(teller.words, done, known_late=one.id in seen.known_late)
    if done.timeliness is None:
        return how
    return teller.words.text("worklist.patient.last_done", date=done.on, how=how)
