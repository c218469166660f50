"""Recording what only a professional can say: an answer on a page becomes an Observation, as a client sends it.

Source: docs/set-by-professionals.md.
"""

from datetime import date
from typing import Final, NamedTuple

from service.domain.access import CARING, Viewer
from service.domain.errors import Forbidden, Invalid, NotFound
from service.fhir.conditions import Conditions
from service.fhir.rendering.set_fact import SetContent, observation, set_in_error
from service.recording.receiving import Receiver
from service.runtime import Runtime
from service.workflows.list_questions import Asked, list_questions

OBSERVATION: Final = "Observation"


class Answered(NamedTuple):
    """One of an item's findings, from today to a last day or until another answer comes."""

    patient: str
    item: str
    finding: str
    until: date | None


def record_answer(runtime: Runtime, viewer: Viewer, told: Answered, *, request: str) -> bool:
    """Record an answer; False, and nothing stored, where the item is not open.

    Forbidden for those who care for nobody, NotFound where the viewer sees no such patient, Invalid
    where it is no finding of the item or its last day lies before today.
    """
    asked, invented = _asked(runtime, viewer, told.patient)
    open_ = next((one for one in asked.questions.open if one.item == told.item), None)
    if open_ is None:
        return False
    if told.finding not in {answer.finding for answer in open_.answers}:
        raise Invalid("`finding`: it must be one of the item's findings.", "finding")
    if told.until and told.until < viewer.today:
        raise Invalid(f"`until`: it must not be before {viewer.today}.", "until")
    at, names_of = runtime.clock.now(), runtime.catalogue.names_of
    content = SetContent(
        patient=told.patient,
        item=told.item,
        item_names=names_of("item", told.item),
        finding=told.finding,
        finding_names=names_of("finding", told.finding),
        from_day=viewer.today,
        until=told.until,
        author=viewer.subject,
        issuer=runtime.settings.issuer,
        invented=invented,
    )
    submissions = runtime.intake.single(
        OBSERVATION, observation(content), id="", conditions=Conditions(), at=at
    )
    Receiver(runtime, viewer, request).receive(submissions, at=at, action="create")
    return True


def take_back_answer(
    runtime: Runtime, viewer: Viewer, patient: str, id_: str, *, request: str
) -> None:
    """Let an answer be entered in error; NotFound where no such answer is set of the patient."""
    asked, _ = _asked(runtime, viewer, patient)
    if f"{OBSERVATION}/{id_}" not in {one.source for one in asked.questions.set}:
        raise NotFound
    at = runtime.clock.now()
    with runtime.store.read() as view:
        stored = view.resources.read(OBSERVATION, id_, viewer=viewer)
    submissions = runtime.intake.single(
        OBSERVATION,
        set_in_error(stored.body),
        id=id_,
        conditions=Conditions(if_match=f'W/"{stored.version}"'),
        at=at,
    )
    Receiver(runtime, viewer, request).receive(submissions, at=at, action="update")


def _asked(runtime: Runtime, viewer: Viewer, patient: str) -> tuple[Asked, bool]:
    """The questions, and whether the person is invented."""
    if viewer.role not in CARING:
        raise Forbidden("This is for those who care for the patient.")
    with runtime.store.read() as view:
        asked = list_questions(view, patient, runtime.catalogue, viewer=viewer)
        plan = view.follow_ups.plan(patient, viewer=viewer, as_of=viewer.today)
    return asked, plan.person.invented
