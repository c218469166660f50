"""What can be read over one connection, and what one transaction can change: a repository for each thing."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from service.storage.access_log.changes import AccessLog
from service.storage.bookings import BookingChanges
from service.storage.care_relations import CareRelationChanges, CareRelations
from service.storage.enrolments import EnrolmentChanges, Enrolments
from service.storage.evidence import Evidence, EvidenceChanges
from service.storage.feeds import FeedChanges, Feeds, FeedsAnew
from service.storage.followers import Followers
from service.storage.identities import Identities, IdentityChanges
from service.storage.jobs import JobChanges
from service.storage.kept.adjustments import AdjustmentChanges
from service.storage.kept.directory import Directory, DirectoryChanges
from service.storage.kept.plans import PlanChanges
from service.storage.kept.recollections import Recollections
from service.storage.kept.saving import KeptChanges
from service.storage.kept.snapshot import Snapshot, taken
from service.storage.kept.state import Kept
from service.storage.marks import MarkChanges, Marks
from service.storage.not_counted import NotCountedChanges, NotCountedResults
from service.storage.openings import OpeningChanges, Openings
from service.storage.outreach import OutreachChanges, OutreachSeen
from service.storage.patients import PatientLocks, Patients
from service.storage.plan_migrations import PlanMigrationChanges, PlanMigrations
from service.storage.publications import PublicationChanges, Publications
from service.storage.replay import Replays
from service.storage.resource_changes import ResourceChanges
from service.storage.resources import Resources
from service.storage.search_index import SearchIndex, SearchIndexChanges
from service.storage.seen.follow_ups import FollowUpsSeen
from service.storage.sign_in import SignIn, SignInChanges
from service.storage.transaction import Transaction


class View:
    """What can be read over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self, keys: Sequence[int]) -> Snapshot:
        """What a step of the projection would begin from for these people, by their keys."""
        return taken(self._connection, keys)

    @cached_property
    def patients(self) -> Patients:
        """People and their keys."""
        return Patients(self._connection)

    @cached_property
    def care_relations(self) -> CareRelations:
        """Which unit cares for whom."""
        return CareRelations(self._connection)

    @cached_property
    def resources(self) -> Resources:
        """The record."""
        return Resources(self._connection)

    @cached_property
    def evidence(self) -> Evidence:
        """Facts about people."""
        return Evidence(self._connection)

    @cached_property
    def not_counted(self) -> NotCountedResults:
        """Results that closed nothing."""
        return NotCountedResults(self._connection)

    @cached_property
    def kept(self) -> Kept:
        """What is kept ready of patients."""
        return Kept(self._connection)

    @cached_property
    def enrolments(self) -> Enrolments:
        """Enrolment runs."""
        return Enrolments(self._connection)

    @cached_property
    def followers(self) -> Followers:
        """Followers of a protocol."""
        return Followers(self._connection)

    @cached_property
    def plan_migrations(self) -> PlanMigrations:
        """Migrations of plans to other versions of their protocols."""
        return PlanMigrations(self._connection)

    @cached_property
    def identities(self) -> Identities:
        """Business identifiers."""
        return Identities(self._connection)

    @cached_property
    def feeds(self) -> Feeds:
        """What came from which unit when."""
        return Feeds(self._connection)

    @cached_property
    def directory(self) -> Directory:
        """Units and places."""
        return Directory(self._connection)

    @cached_property
    def marks(self) -> Marks:
        """Marks of the deployment."""
        return Marks(self._connection)

    @cached_property
    def publications(self) -> Publications:
        """What was published."""
        return Publications(self._connection)

    @cached_property
    def search_index(self) -> SearchIndex:
        """By which definitions resources are found."""
        return SearchIndex(self._connection)

    @cached_property
    def follow_ups(self) -> FollowUpsSeen:
        """Follow-ups of any day."""
        return FollowUpsSeen(self._connection)

    @cached_property
    def outreach(self) -> OutreachSeen:
        """Contacts with people."""
        return OutreachSeen(self._connection)

    @cached_property
    def openings(self) -> Openings:
        """Who has whom open."""
        return Openings(self._connection)

    @cached_property
    def sign_in(self) -> SignIn:
        """Sessions."""
        return SignIn(self._connection)


class Work:
    """What can be changed, and read, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.access_log = AccessLog()

    @property
    def at(self) -> datetime:
        """The instant from which all that it changes is known."""
        return self.transaction.at

    def together(self) -> AbstractContextManager[None]:
        """Insert what is new at once after the body, which must not ask for it."""
        return self.transaction.together()

    @contextmanager
    def tentatively(self) -> Iterator[None]:
        """Change something for the length of the body; nothing of it stays."""
        point = self.transaction.connection.begin_nested()
        try:
            yield
        finally:
            point.rollback()

    def snapshot(self, keys: Sequence[int]) -> Snapshot:
        """What a step of the projection begins from for these people, by their keys."""
        return taken(self.transaction.connection, keys)

    @cached_property
    def patients(self) -> PatientLocks:
        """People, to be locked before anything about them changes."""
        return PatientLocks(self.transaction)

    @cached_property
    def care_relations(self) -> CareRelationChanges:
        """Which unit cares for whom."""
        return CareRelationChanges(self.transaction)

    @cached_property
    def resources(self) -> ResourceChanges:
        """The record."""
        return ResourceChanges(self.transaction)

    @cached_property
    def evidence(self) -> EvidenceChanges:
        """Facts about people."""
        return EvidenceChanges(self.transaction)

    @cached_property
    def not_counted(self) -> NotCountedChanges:
        """Results that closed nothing."""
        return NotCountedChanges(self.transaction)

    @cached_property
    def bookings(self) -> BookingChanges:
        """What appointments are for."""
        return BookingChanges(self.transaction)

    @cached_property
    def outreach(self) -> OutreachChanges:
        """Contacts with people."""
        return OutreachChanges(self.transaction)

    @cached_property
    def openings(self) -> OpeningChanges:
        """Who has whom open."""
        return OpeningChanges(self.transaction)

    @cached_property
    def adjustments(self) -> AdjustmentChanges:
        """What people decided about follow-ups."""
        return AdjustmentChanges(self.transaction)

    @cached_property
    def plans(self) -> PlanChanges:
        """Live plans."""
        return PlanChanges(self.transaction)

    @cached_property
    def kept(self) -> KeptChanges:
        """What is kept ready of patients."""
        return KeptChanges(self.transaction)

    @cached_property
    def recollections(self) -> Recollections:
        """What was known when."""
        return Recollections(self.transaction)

    @cached_property
    def directory(self) -> DirectoryChanges:
        """People, units and places."""
        return DirectoryChanges(self.transaction)

    @cached_property
    def enrolments(self) -> EnrolmentChanges:
        """Enrolment runs."""
        return EnrolmentChanges(self.transaction)

    @cached_property
    def plan_migrations(self) -> PlanMigrationChanges:
        """Migrations of plans to other versions of their protocols."""
        return PlanMigrationChanges(self.transaction)

    @cached_property
    def replays(self) -> Replays:
        """The past, to be gone through again."""
        return Replays(self.transaction, Work)

    @cached_property
    def identities(self) -> IdentityChanges:
        """Business identifiers, and the ids of sources."""
        return IdentityChanges(self.transaction)

    @cached_property
    def jobs(self) -> JobChanges:
        """Long work under way."""
        return JobChanges(self.transaction)

    @cached_property
    def feeds(self) -> FeedChanges:
        """What came from which unit when."""
        return FeedChanges(self.transaction)

    @cached_property
    def feeds_anew(self) -> FeedsAnew:
        """The same as a rebuild notes it."""
        return FeedsAnew(self.transaction)

    @cached_property
    def marks(self) -> MarkChanges:
        """Marks of the deployment."""
        return MarkChanges(self.transaction)

    @cached_property
    def publications(self) -> PublicationChanges:
        """What was published."""
        return PublicationChanges(self.transaction)

    @cached_property
    def search_index(self) -> SearchIndexChanges:
        """The search index as a whole."""
        return SearchIndexChanges(self.transaction)

    @cached_property
    def sign_in(self) -> SignInChanges:
        """One-time links and sessions."""
        return SignInChanges(self.transaction)
