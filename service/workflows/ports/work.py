"""One transaction of the store, as the use cases hold it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from service.domain.directory import Place, Unit
from service.domain.past import PastEvent, PastPatient, PastUnit
from service.workflows.ports.changes import (
    CareRelationChanges,
    ChangeLog,
    DirectoryChanges,
    EnrolmentChanges,
    EvidenceChanges,
    FeedChanges,
    FeedsAnew,
    IdentityChanges,
    JobChanges,
    MarkChanges,
    NotCountedChanges,
    PeopleLocked,
    PublicationChanges,
    RecordChanges,
    SearchIndexChanges,
    SignInChanges,
)
from service.workflows.ports.kept import (
    AdjustmentChanges,
    BookingChanges,
    KeptChanges,
    OpeningChanges,
    OutreachChanges,
    PlanChanges,
    Recollections,
)
from service.workflows.ports.migrating import PlanMigrationChanges
from service.workflows.ports.snapshot import Snapshot


class Replays(Protocol):
    """The past as one transaction goes through it."""

    def moved(self) -> dict[int, list[int]]:
        """The resources that were about somebody else before, by the keys of those."""
        ...

    def moved_since(self, keys: Sequence[int], since: datetime) -> dict[int, list[int]]:
        """The same of these people, as far as resources were moved since an instant."""
        ...

    def units_version(self) -> int:
        """A number that grows with each version of an organisation or a location."""
        ...

    def units(self) -> list[PastUnit]:
        """Every version of organisations and locations, in order."""
        ...

    def begin(self, keys: Sequence[int], moved: Mapping[int, Sequence[int]]) -> list[PastPatient]:
        """The past of these people; what is kept of them is emptied."""
        ...

    def end(self) -> None:
        """Keep what holds of people in the end."""
        ...

    def at(
        self,
        event: PastEvent,
        people: Mapping[str, int],
        units: Mapping[str, Unit],
        places: Sequence[Place],
    ) -> "Work":
        """A transaction that writes as the one of an event did."""
        ...


class Work(Protocol):
    """One transaction of the store."""

    @property
    def at(self) -> datetime:
        """The instant from which all that it changes is known."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Insert what is new at once after the body, which must not ask for it."""
        ...

    def tentatively(self) -> AbstractContextManager[None]:
        """Change something for the length of the body; nothing of it stays."""
        ...

    def snapshot(self, keys: Sequence[int]) -> Snapshot:
        """What a step begins from for these people, by their keys, as it stands in the transaction."""
        ...

    @property
    def patients(self) -> PeopleLocked:
        """People."""
        ...

    @property
    def resources(self) -> RecordChanges:
        """The record."""
        ...

    @property
    def evidence(self) -> EvidenceChanges:
        """Facts."""
        ...

    @property
    def not_counted(self) -> NotCountedChanges:
        """Results that did not count."""
        ...

    @property
    def bookings(self) -> BookingChanges:
        """What appointments are for."""
        ...

    @property
    def outreach(self) -> OutreachChanges:
        """Contacts with people."""
        ...

    @property
    def openings(self) -> OpeningChanges:
        """Who has whom open."""
        ...

    @property
    def adjustments(self) -> AdjustmentChanges:
        """Decisions about follow-ups."""
        ...

    @property
    def plans(self) -> PlanChanges:
        """Live plans."""
        ...

    @property
    def kept(self) -> KeptChanges:
        """The projection."""
        ...

    @property
    def recollections(self) -> Recollections:
        """What was known when."""
        ...

    @property
    def directory(self) -> DirectoryChanges:
        """People, units and places."""
        ...

    @property
    def care_relations(self) -> CareRelationChanges:
        """Which unit cares for whom."""
        ...

    @property
    def feeds_anew(self) -> FeedsAnew:
        """The same as a rebuild notes it."""
        ...

    @property
    def feeds(self) -> FeedChanges:
        """What came from which unit when."""
        ...

    @property
    def enrolments(self) -> EnrolmentChanges:
        """Enrolment runs."""
        ...

    @property
    def plan_migrations(self) -> PlanMigrationChanges:
        """Migrations of plans to other versions of their protocols."""
        ...

    @property
    def replays(self) -> Replays:
        """The past, to be gone through again."""
        ...

    @property
    def identities(self) -> IdentityChanges:
        """Business identifiers."""
        ...

    @property
    def jobs(self) -> JobChanges:
        """Long work under way."""
        ...

    @property
    def access_log(self) -> ChangeLog:
        """Who changed what."""
        ...

    @property
    def marks(self) -> MarkChanges:
        """Marks of the deployment."""
        ...

    @property
    def publications(self) -> PublicationChanges:
        """Versions of protocols."""
        ...

    @property
    def search_index(self) -> SearchIndexChanges:
        """The search index as a whole."""
        ...

    @property
    def sign_in(self) -> SignInChanges:
        """One-time links and sessions."""
        ...
