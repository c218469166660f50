"""Follow-ups as readers see them; who may see whom is part of every statement."""

from datetime import date, datetime

from sqlalchemy import Connection

from service.domain.access import Viewer
from service.domain.seen import SeenPlan
from service.domain.worklist import WorklistPage, WorklistQuestion
from service.storage.seen.plan import plan_of
from service.storage.seen.worklist import page_of


class FollowUpsSeen:
    """Follow-ups of any day, as known at any instant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, question: WorklistQuestion, *, viewer: Viewer) -> WorklistPage:
        """A page of follow-ups."""
        return page_of(self._connection, question, viewer)

    def plan(
        self, patient: str, *, viewer: Viewer, as_of: date, known_at: datetime | None = None
    ) -> SeenPlan:
        """A patient's plan; NotFound where there is no such patient for the viewer."""
        return plan_of(self._connection, patient, viewer=viewer, as_of=as_of, known_at=known_at)
