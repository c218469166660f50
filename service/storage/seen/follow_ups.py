"""Follow-ups as readers see them; who may see whom is part of every statement."""

from datetime import date, datetime

from sqlalchemy import Connection

from service.domain.access import Viewer
from service.domain.compliance import Compliance, NotFollowed
from service.domain.seen import SeenAdjustments, SeenPlan
from service.domain.worklist import PeopleCounts, PeoplePage, WorklistPage, WorklistQuestion
from service.storage.seen.adjustments import adjustments_of
from service.storage.seen.compliance import compliance_of, not_followed_of
from service.storage.seen.counts import counts_of
from service.storage.seen.people import people_of
from service.storage.seen.plan import plan_of
from service.storage.seen.settled import in_one_knowledge, settled_by
from service.storage.seen.worklist import page_of


class FollowUpsSeen:
    """Follow-ups of any day, as known at any instant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, question: WorklistQuestion, *, viewer: Viewer) -> WorklistPage:
        """A page of follow-ups."""
        return in_one_knowledge(
            self._connection, question, lambda asked: page_of(self._connection, asked, viewer)
        )

    def people(self, question: WorklistQuestion, *, viewer: Viewer) -> PeoplePage:
        """A page of people, each with their rows of the list."""
        return in_one_knowledge(
            self._connection, question, lambda asked: people_of(self._connection, asked, viewer)
        )

    def counts(self, question: WorklistQuestion, *, viewer: Viewer) -> PeopleCounts:
        """How many people there are under each tab of the page."""
        return counts_of(self._connection, question, viewer)

    def plan(
        self, patient: str, *, viewer: Viewer, as_of: date, known_at: datetime | None = None
    ) -> SeenPlan:
        """A patient's plan; NotFound where there is no such patient for the viewer."""
        known = settled_by(self._connection, known_at)
        return plan_of(self._connection, patient, viewer=viewer, as_of=as_of, known_at=known)

    def adjustments(self, follow_up: str, *, viewer: Viewer) -> SeenAdjustments:
        """All that was ever decided about a follow-up, by its ServiceRequest's id."""
        return adjustments_of(self._connection, follow_up, viewer)

    def compliance(
        self,
        *,
        viewer: Viewer,
        as_of: date,
        known_at: datetime | None = None,
        units: tuple[str, ...] = (),
    ) -> Compliance:
        """The counts of an audit, for those whom counts or the people themselves are open to."""
        known = settled_by(self._connection, known_at)
        return compliance_of(
            self._connection, viewer=viewer, as_of=as_of, known_at=known, units=units
        )

    def not_followed(
        self, *, viewer: Viewer, as_of: date, units: tuple[str, ...] = ()
    ) -> tuple[NotFollowed, ...]:
        """Whom protocols fit on a day, as known now, and who are not followed up, by unit."""
        return not_followed_of(self._connection, viewer=viewer, as_of=as_of, units=units)
