"""What was agreed about a follow-up is accepted, ended or taken back on a page, as over the API.

Source: docs/agreed-changes.md.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Final

from service.domain.access import CARING, Viewer
from service.domain.adjustment import Adjustment
from service.domain.errors import Forbidden, NotFound
from service.domain.seen import SeenFollowUp
from service.fhir.agreeing import Accepted, AgreedChange, Ended
from service.recording.receiving import Receiver
from service.runtime import Runtime

_HOME: Final = "ServiceRequest/"


class Act(StrEnum):
    """What can be done with a decision: one that a patient told is accepted or rejected, any other ended or undone."""

    ACCEPT = "accept"
    REJECT = "reject"
    END = "end"
    TAKE_BACK = "take-back"


def to_act_on(one: SeenFollowUp) -> Iterator[tuple[Adjustment, tuple[Act, ...]]]:
    """The decisions about a follow-up that a page can act on, with what can be done with each."""
    if one.told and one.told.source.startswith(_HOME):
        yield one.told, (Act.ACCEPT, Act.REJECT)
    if one.adjustment and one.adjustment.source.startswith(_HOME):
        yield one.adjustment, (Act.END, Act.TAKE_BACK)


def act_on_decision(
    runtime: Runtime,
    viewer: Viewer,
    patient: str,
    follow_up: str,
    named: tuple[str, Act],
    *,
    request: str,
) -> bool:
    """Do with a decision (by its id) what is asked; False where it stands no more, as when sent twice.

    Forbidden for those who care for nobody, NotFound where the viewer sees no such follow-up of the
    patient.
    """
    if viewer.role not in CARING:
        raise Forbidden("This is for those who care for the patient.")
    with runtime.store.read() as view:
        plan = view.follow_ups.plan(patient, viewer=viewer, as_of=viewer.today)
    found = next((one for one in plan.follow_ups if one.id == follow_up), None)
    if found is None:
        raise NotFound
    id_, act = named
    if not any(one.id == id_ and act in acts for one, acts in to_act_on(found)):
        return False
    submissions = runtime.intake.agreed([follow_up], _change(id_, act, viewer))
    at = runtime.clock.now()
    Receiver(runtime, viewer, request).receive(submissions, at=at, action="update")
    return True


def _change(id_: str, act: Act, viewer: Viewer) -> AgreedChange:
    if act is Act.ACCEPT:
        return Accepted(id_, viewer.subject)
    return Ended(id_, viewer.today - timedelta(days=1) if act is Act.END else None)
