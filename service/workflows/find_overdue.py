"""Use case: whose follow-ups to look at: by default the overdue ones, in the order of the worklist."""

from service.domain.access import CARING, Viewer
from service.domain.errors import Forbidden
from service.domain.worklist import WorklistPage, WorklistQuestion
from service.workflows.ports import View


def find_overdue(view: View, question: WorklistQuestion, *, viewer: Viewer) -> WorklistPage:
    """A page of the follow-ups that the question asks for, among the people whom the viewer may see.

    Forbidden for those who care for nobody: patients, auditors, administrators.
    """
    if viewer.role not in CARING:
        raise Forbidden("The worklist is for those who care for patients.")
    return view.follow_ups.page(question, viewer=viewer)
