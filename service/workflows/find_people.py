"""Use case: whom to call: people in the order of each one's first row, with all their rows."""

from service.domain.access import CARING, Viewer
from service.domain.errors import Forbidden
from service.domain.worklist import PeoplePage, WorklistQuestion
from service.workflows.ports import View


def find_people(view: View, question: WorklistQuestion, *, viewer: Viewer) -> PeoplePage:
    """A page of people, each with exactly the rows that the same question finds in the worklist.

    Forbidden for those who care for nobody: patients, auditors, administrators.
    """
    if viewer.role not in CARING:
        raise Forbidden("The worklist is for those who care for patients.")
    return view.follow_ups.people(question, viewer=viewer)
