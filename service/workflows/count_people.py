"""Use case: how many people stand under each tab of the worklist page, and how many follow-ups."""

from typing import Final

from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden
from service.domain.worklist import PeopleCounts, WorklistQuestion
from service.workflows.ports import View

_READERS: Final = frozenset({Role.SYSTEM, Role.CLINICIAN})


def count_people(view: View, question: WorklistQuestion, *, viewer: Viewer) -> PeopleCounts:
    """The counts of a question; where its page begins and how long it is makes no difference.

    Forbidden for those who care for nobody: patients, auditors, administrators.
    """
    if viewer.role not in _READERS:
        raise Forbidden("The worklist is for those who care for patients.")
    return view.follow_ups.counts(question, viewer=viewer)
