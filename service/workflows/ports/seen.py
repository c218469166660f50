"""What the use cases read: over one connection, as a viewer or the service itself sees it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from service.domain.access import Identity, Viewer
from service.domain.compliance import Compliance, NotFollowed
from service.domain.directory import Unit
from service.domain.enrolment import Run
from service.domain.everything import Everything, EverythingPage
from service.domain.fact import Fact
from service.domain.kept import KeptPatient, RoundOf
from service.domain.outreach import Opening, OutreachPage, OutreachPosition
from service.domain.past import Difference
from service.domain.publication import Published
from service.domain.record import (
    Borne,
    Found,
    History,
    HistoryQuestion,
    Named,
    SenderCount,
    Stored,
)
from service.domain.search import Query
from service.domain.seen import SeenAdjustments, SeenPlan
from service.domain.worklist import PeopleCounts, PeoplePage, WorklistPage, WorklistQuestion
from service.workflows.ports.migrating import FollowersSeen, PlanMigrationsSeen
from service.workflows.ports.snapshot import Snapshot


class EvidenceSeen(Protocol):
    """Facts as a reader sees them."""

    def of_many(
        self, patients: Iterable[int], *, viewer: Viewer, known_at: datetime | None = None
    ) -> dict[int, list[Fact]]:
        """The facts about several people, by their keys."""
        ...


class KeptSeen(Protocol):
    """What is kept of patients."""

    def of(self, keys: Sequence[int], facts: Mapping[int, Sequence[Fact]]) -> list[KeptPatient]:
        """All that is kept of these patients, in ascending order of their keys."""
        ...

    def live_plans(self, ids: Iterable[str]) -> dict[str, str]:
        """The id of the live shared plan of each person who has one, by the people's ids."""
        ...

    def round_of(self, task: str) -> RoundOf | None:
        """Of which follow-up a Task is a round, and how it stands; None for any other Task."""
        ...

    def people(self, *, after: int, limit: int) -> list[int]:
        """The next people, by their keys."""
        ...

    def differences(self, keys: Sequence[int]) -> list[Difference]:
        """Where the resources that the service made do not say what is kept."""
        ...

    def to_recheck(self, today: date, *, after: int, limit: int) -> list[int]:
        """The next people of whom the calendar may have changed something by a day."""
        ...


class FeedsSeen(Protocol):
    """Feeds as everybody may read them."""

    def last_days(self, *, until: date) -> dict[tuple[str, str], date]:
        """The last day, up to a day, on which each kind came from each unit."""
        ...


class EnrolmentsSeen(Protocol):
    """Enrolments as a job asks for them."""

    def eligible(
        self,
        protocols: Collection[str],
        units: Collection[str],
        *,
        today: date,
        after: int,
        limit: int,
    ) -> Mapping[int, frozenset[str]]:
        """Whom a protocol fits today that their plan does not follow, by their keys."""
        ...

    def people_of(self, run: str, *, after: int, limit: int) -> list[int]:
        """The next people whose plans still follow a protocol because of a run."""
        ...

    def run(self, run: str) -> Run | None:
        """What a run was."""
        ...


class SearchIndex(Protocol):
    """By which definitions, told by digests, resources are found."""

    def changed(self, digests: Mapping[str, str]) -> list[str]:
        """The types whose rows were made by others, or of which nobody said so."""
        ...


class Marks(Protocol):
    """Marks of the deployment."""

    def value(self, name: str) -> str:
        """What a mark says; empty where it is not there."""
        ...


class PublicationsSeen(Protocol):
    """Versions of protocols."""

    def told(self) -> Sequence[Published]:
        """All that was ever said of them, in the order of transactions."""
        ...


class RecordView(Protocol):
    """The record as a reader sees it."""

    def read(self, type_: str, id_: str, *, viewer: Viewer) -> Stored:
        """The current version."""
        ...

    def read_version(self, type_: str, id_: str, *, version: int, viewer: Viewer) -> Stored:
        """One version."""
        ...

    def history(self, asked: HistoryQuestion, *, viewer: Viewer) -> History:
        """Versions, newest first, deletions included."""
        ...

    def search(self, query: Query, *, viewer: Viewer) -> Found:
        """A page of what a query finds."""
        ...

    def explain(self, query: Query, *, viewer: Viewer) -> tuple[str, ...]:
        """How the database would search, with nothing of what it would find."""
        ...

    def everything(self, asked: Everything, *, viewer: Viewer) -> EverythingPage:
        """A page of all about a person, who comes first, and of what that refers to."""
        ...

    def find_many(self, type_: str, ids: Iterable[str], *, viewer: Viewer) -> dict[str, Stored]:
        """The current versions of those that there are, by id."""
        ...


class IdentitiesSeen(Protocol):
    """Business identifiers and the ids of sources, as a load looks them up."""

    def bearing(self, asked: Iterable[Borne]) -> dict[Borne, list[str]]:
        """The ids of the resources that bear each identifier."""
        ...

    def known(self, source: str, originals: Collection[Named]) -> dict[Named, str]:
        """Our ids of what a source knows under other ids."""
        ...

    def standing(self, named: Collection[Named]) -> set[Named]:
        """Which of these resources there are."""
        ...


class FollowUpsSeen(Protocol):
    """Follow-ups as they are kept ready: of any day, as known at any instant, in the worklist's order."""

    def page(self, question: WorklistQuestion, *, viewer: Viewer) -> WorklistPage:
        """A page of follow-ups."""
        ...

    def people(self, question: WorklistQuestion, *, viewer: Viewer) -> PeoplePage:
        """A page of people, each with their rows of the list."""
        ...

    def counts(self, question: WorklistQuestion, *, viewer: Viewer) -> PeopleCounts:
        """How many people there are under each tab of the page."""
        ...

    def plan(
        self, patient: str, *, viewer: Viewer, as_of: date, known_at: datetime | None = None
    ) -> SeenPlan:
        """A patient's plan; NotFound where there is no such patient for the viewer."""
        ...

    def adjustments(self, follow_up: str, *, viewer: Viewer) -> SeenAdjustments:
        """All that was ever decided about a follow-up, by its id; NotFound where the viewer sees none."""
        ...

    def compliance(
        self,
        *,
        viewer: Viewer,
        as_of: date,
        known_at: datetime | None = None,
        units: tuple[str, ...] = (),
    ) -> Compliance:
        """The counts of an audit, for those whom counts or the people themselves are open to."""
        ...

    def not_followed(
        self, *, viewer: Viewer, as_of: date, units: tuple[str, ...] = ()
    ) -> tuple[NotFollowed, ...]:
        """Whom protocols fit on a day, as known now, and who are not followed up, by unit."""
        ...


class UnitsSeen(Protocol):
    """Units and places: about no one."""

    def units(self) -> dict[str, Unit]:
        """Every organisation that is known, by its id."""
        ...


class SignInSeen(Protocol):
    """Sessions as a reader sees them."""

    def session(self, secret: str, *, at: datetime) -> Identity | None:
        """Whom a session stands for at an instant; None where it is unknown, over or ended."""
        ...


class NotCountedSeen(Protocol):
    """Results that closed nothing, as a reader sees them."""

    def by_sender(self, *, viewer: Viewer) -> list[SenderCount]:
        """Which codes of which senders did not count and how often, most often first."""
        ...


class PatientsSeen(Protocol):
    """People as a reader sees them."""

    def keys(self, ids: Iterable[str], *, viewer: Viewer) -> dict[str, int]:
        """The keys of those people that the viewer may see."""
        ...


class OutreachSeen(Protocol):
    """Contacts as a reader sees them, as known now."""

    def page(
        self, patient: int, *, viewer: Viewer, limit: int, after: OutreachPosition | None = None
    ) -> OutreachPage:
        """The contacts with a person, by the person's key, the newest first."""
        ...


class OpeningsSeen(Protocol):
    """Who has whom open, as others see it."""

    def of_others(self, keys: Iterable[int], who: str, *, at: datetime) -> dict[int, Opening]:
        """Who else opened these people last, in the minutes up to an instant, by their keys."""
        ...


class View(Protocol):
    """What can be read over one connection."""

    def snapshot(self, keys: Sequence[int]) -> Snapshot:
        """What a step would begin from for these people, by their keys."""
        ...

    @property
    def patients(self) -> PatientsSeen:
        """People and their keys."""
        ...

    @property
    def resources(self) -> RecordView:
        """The record."""
        ...

    @property
    def follow_ups(self) -> FollowUpsSeen:
        """Follow-ups of any day."""
        ...

    @property
    def directory(self) -> UnitsSeen:
        """Units and places."""
        ...

    @property
    def evidence(self) -> EvidenceSeen:
        """Facts."""
        ...

    @property
    def feeds(self) -> FeedsSeen:
        """What came from which unit when."""
        ...

    @property
    def kept(self) -> KeptSeen:
        """What is kept ready of patients."""
        ...

    @property
    def enrolments(self) -> EnrolmentsSeen:
        """Enrolment runs."""
        ...

    @property
    def followers(self) -> FollowersSeen:
        """Followers of a protocol."""
        ...

    @property
    def plan_migrations(self) -> PlanMigrationsSeen:
        """Migrations of plans to other versions of their protocols."""
        ...

    @property
    def identities(self) -> IdentitiesSeen:
        """Business identifiers."""
        ...

    @property
    def not_counted(self) -> NotCountedSeen:
        """Results that closed nothing."""
        ...

    @property
    def search_index(self) -> SearchIndex:
        """By which definitions resources are found."""
        ...

    @property
    def publications(self) -> PublicationsSeen:
        """Versions of protocols."""
        ...

    @property
    def marks(self) -> Marks:
        """Marks of the deployment."""
        ...

    @property
    def outreach(self) -> OutreachSeen:
        """Contacts with people."""
        ...

    @property
    def openings(self) -> OpeningsSeen:
        """Who has whom open."""
        ...

    @property
    def sign_in(self) -> SignInSeen:
        """Sessions."""
        ...
