"""What only a professional can say of a patient and would move a date, and what has been said so far."""

from typing import NamedTuple

from service.domain.access import Role, Viewer
from service.domain.catalogue import Catalogue
from service.domain.errors import NotFound
from service.domain.open_question import Questions, questions_of
from service.workflows.foreseeing import state_of
from service.workflows.ports import View


class Asked(NamedTuple):
    """The questions about a patient; `key` is the store's own of them, for the access log."""

    key: int
    questions: Questions


def list_questions(view: View, patient: str, catalogue: Catalogue, *, viewer: Viewer) -> Asked:
    """The questions about a patient today; NotFound where the viewer sees no such patient."""
    key = view.patients.keys([patient], viewer=viewer).get(patient)
    if key is None:
        raise NotFound
    # What is asked rests on all that the dates rest on.
    everything = Viewer(Role.SYSTEM, viewer.today)
    facts = view.evidence.of_many([key], viewer=everything)
    [kept] = view.kept.of([key], facts)
    followed = kept.plan.protocols if kept.plan else {}
    found = questions_of(state_of(kept), followed, catalogue, today=viewer.today)
    return Asked(key, found)
