"""What the use cases need of the store and of the FHIR edge; mypy proves in `app.py` that both fit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from service.domain.access import Access, Identity, Viewer
from service.domain.adjustment import Adjustment
from service.domain.applicability import Fit
from service.domain.care_plan import Decided, FollowUpContent, PlanContent, RoundContent
from service.domain.compliance import Compliance
from service.domain.directory import Person, Place, Unit
from service.domain.enrolment import Run
from service.domain.fact import Fact
from service.domain.kept import ChangedFollowUp, KeptPatient
from service.domain.past import Difference, PastEvent, PastPatient, PastUnit
from service.domain.record import (
    Booked,
    Borne,
    Found,
    History,
    KnownAs,
    Named,
    NotCounted,
    Reading,
    SenderCount,
    Stored,
)
from service.domain.responsibility import Responsibility
from service.domain.search import Query
from service.domain.seen import SeenPlan
from service.domain.worklist import PeopleCounts, PeoplePage, WorklistPage, WorklistQuestion


class Stamp(Protocol):
    """Writes our id, version and instant into a body and leaves the rest as it is."""

    def __call__(self, body: bytes, *, id: str, version: int, at: datetime) -> bytes:  # noqa: A002 - the element's own name
        """The body as it is kept and returned."""


class PeopleLocked(Protocol):
    """People as a transaction holds them."""

    def lock(self, ids: Iterable[str], *, keys: Iterable[int] = ()) -> dict[str, int]:
        """Lock people, by id or by key, until the transaction ends; their keys by id."""
        ...

    def keys(self, ids: Iterable[str], *, viewer: Viewer) -> dict[str, int]:
        """The keys of those people that the viewer may see."""
        ...


class RecordChanges(Protocol):
    """The record as a transaction changes it."""

    def find(self, type_: str, id_: str, *, viewer: Viewer) -> Stored | None:
        """The current version, a deletion too."""
        ...

    def find_many(self, type_: str, ids: Iterable[str], *, viewer: Viewer) -> dict[str, Stored]:
        """The current versions of those that there are, by id."""
        ...

    def match(self, query: Query, *, viewer: Viewer) -> Stored | None:
        """The one resource that meets a condition."""
        ...

    def add(self, reading: Reading, stamp: Stamp) -> Stored:
        """Store a new resource."""
        ...

    def add_many(self, readings: Sequence[Reading], stamp: Stamp) -> list[Stored]:
        """Store new resources by the thousand."""
        ...

    def replace(
        self, reading: Reading, stamp: Stamp, *, viewer: Viewer, expected: int | None = None
    ) -> Stored:
        """Store the next version of a resource."""
        ...

    def delete(
        self, type_: str, id_: str, *, viewer: Viewer, expected: int | None = None
    ) -> Stored | None:
        """Store a deletion."""
        ...


class EvidenceSeen(Protocol):
    """Facts as a reader sees them."""

    def of_many(
        self, patients: Iterable[int], *, viewer: Viewer, known_at: datetime | None = None
    ) -> dict[int, list[Fact]]:
        """The facts about several people, by their keys."""
        ...


class EvidenceChanges(EvidenceSeen, Protocol):
    """Facts as a transaction changes them."""

    def replace(
        self, patient: int, source: str, facts: Sequence[Fact], *, known: datetime | None = None
    ) -> bool:
        """Let a source tell these facts and no others; whether that changed anything."""
        ...

    def add_many(self, facts: Iterable[tuple[int, Fact]], *, known: datetime | None = None) -> None:
        """Add facts of sources that told nothing before."""
        ...


class NotCountedChanges(Protocol):
    """Results that did not count, as a transaction changes them."""

    def replace(self, patient: int, source: str, results: Sequence[NotCounted]) -> None:
        """Let a source have these results that did not count, and no others."""
        ...

    def add_many(self, results: Iterable[tuple[int, str, NotCounted]]) -> None:
        """Add results of sources that had none before."""
        ...


class BookingChanges(Protocol):
    """Bookings as a transaction changes them."""

    def replace(self, patient: int, source: str, booked: Sequence[Booked]) -> None:
        """Let an appointment be booked for these, and for nothing else."""
        ...

    def add_many(self, booked: Iterable[tuple[int, str, Booked]]) -> None:
        """Add bookings of appointments that had none before."""
        ...


class AdjustmentChanges(Protocol):
    """Adjustments as a transaction changes them."""

    def replace(self, patient: int, source: str, decided: Sequence[Adjustment]) -> bool:
        """Let a source tell these decisions and no others; whether that changed anything."""
        ...

    def hold(self, patient: int, hold: Adjustment, *, is_on_hold: bool) -> bool:
        """Let the whole plan be on hold from `hold`'s first day, or go on from that day."""
        ...


class PlanChanges(Protocol):
    """Live plans as a transaction changes them."""

    def add(
        self,
        patient: int,
        care_plan: str,
        protocols: Mapping[str, tuple[str, date]],
        decided: Decided,
    ) -> None:
        """Put protocols into the plan: each with its version and its first day for the patient."""
        ...

    def end(self, patient: int, last_day: date) -> None:
        """Let the plan follow its protocols to a last day, and no longer."""
        ...

    def agree(self, patient: int, care_plan: str, agreed_on: date | None) -> None:
        """Let the plan be agreed with the patient since a day, or be a proposal (None)."""
        ...

    def take_back(self, patient: int, run: str) -> tuple[str, ...]:
        """Take a run's protocols out of the plan, as if they had never been in it."""
        ...

    def replace_eligible(
        self, patient: int, eligible: Mapping[str, Sequence[Fit]], *, is_first: bool = False
    ) -> None:
        """Keep on which days each protocol fits; `is_first`: none did before."""
        ...


class KeptSeen(Protocol):
    """What is kept of patients."""

    def of(self, keys: Sequence[int], facts: Mapping[int, Sequence[Fact]]) -> list[KeptPatient]:
        """All that is kept of these patients, in ascending order of their keys."""
        ...

    def to_recheck(self, today: date, *, after: int, limit: int) -> list[int]:
        """The next people of whom the calendar may have changed something by a day."""
        ...


class KeptChanges(KeptSeen, Protocol):
    """What is kept of patients as a transaction changes it."""

    def save(
        self,
        patient: int,
        changed: Sequence[ChangedFollowUp],
        *,
        care_plan: str,
        today: date,
        known: datetime | None = None,
    ) -> None:
        """Keep the changed follow-ups of a patient."""
        ...


class DirectoryChanges(Protocol):
    """The directory as a transaction changes it."""

    def describe_patients(self, people: Mapping[int, Person]) -> None:
        """Keep who people are."""
        ...

    def place_patients(self, rows: Iterable[tuple[int, str, int, date]]) -> None:
        """Keep each patient's unit of today, their distance from it, and the next check."""
        ...

    def describe_unit(self, id_: str, unit: Unit) -> None:
        """Keep what an organisation is called and decides."""
        ...

    def place_unit(self, place: Place) -> None:
        """Keep where a unit lies."""
        ...

    def places(self) -> list[Place]:
        """Where units lie."""
        ...

    def units(self) -> dict[str, Unit]:
        """Every organisation that is known, by its id."""
        ...


class CareRelationChanges(Protocol):
    """Care relations as a transaction changes them."""

    def follow(self, responsible: Mapping[int, Sequence[Responsibility]]) -> None:
        """Let the units responsible for people, by their keys, be those that care for them."""
        ...


class FeedsSeen(Protocol):
    """Feeds as everybody may read them."""

    def last_days(self, *, until: date) -> dict[tuple[str, str], date]:
        """The last day, up to a day, on which each kind came from each unit."""
        ...


class FeedChanges(FeedsSeen, Protocol):
    """Feeds as a transaction adds to them."""

    def record(self, fed: Iterable[tuple[str, str, date]]) -> None:
        """Note that a unit's senders sent kinds of results of these days."""
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


class EnrolmentChanges(EnrolmentsSeen, Protocol):
    """Enrolments as a transaction changes them."""

    def begin(self, run: str, protocols: Collection[str], *, author: str, at: datetime) -> None:
        """Begin a run."""
        ...

    def count(self, run: str, more: int) -> None:
        """Add people whom a run has enrolled."""
        ...

    def undo(self, run: str, *, at: datetime) -> None:
        """Note that a run is taken back."""
        ...


class IdentityChanges(Protocol):
    """Business identifiers as a load asks for them and adds to them."""

    def bearing(self, asked: Iterable[Borne]) -> dict[Borne, list[str]]:
        """The ids of the resources that bear each identifier."""
        ...

    def hold(self, identities: Iterable[Borne]) -> None:
        """Let nobody else decide by these identifiers."""
        ...

    def note(self, known: Iterable[KnownAs]) -> None:
        """Remember under which ids sources know resources of ours."""
        ...


class JobChanges(Protocol):
    """Long work under way, as a transaction changes it."""

    def claim(self, kind: str, owner: str, *, at: datetime, until: datetime) -> bool:
        """Take a kind of work for oneself; False where somebody else is at it."""
        ...

    def extend(self, kind: str, owner: str, *, until: datetime) -> bool:
        """Say that one is still at it; False where somebody else has taken it over."""
        ...

    def end(self, kind: str, owner: str, *, state: str, position: str = "") -> None:
        """Let others have it."""
        ...

    def position(self, kind: str) -> str:
        """Where the last run of a kind of work stopped."""
        ...


class ChangeLog(Protocol):
    """The access log of changes."""

    def add(self, access: Access) -> None:
        """Leave this access in the log if the transaction is committed."""
        ...


class SignInChanges(Protocol):
    """One-time links and sessions as a transaction changes them; secrets are kept as digests."""

    def offer(self, secret: str, identity: Identity, *, expires_at: datetime) -> None:
        """Make a link that signs in once, until it expires."""
        ...

    def use(self, secret: str) -> Identity | None:
        """Use a link up; None where it is unknown, expired or used already."""
        ...

    def begin_session(self, secret: str, identity: Identity, *, expires_at: datetime) -> None:
        """Begin a session, until it expires."""
        ...

    def end_session(self, secret: str) -> None:
        """End a session now."""
        ...


class Marks(Protocol):
    """Marks of the deployment."""

    def value(self, name: str) -> str:
        """What a mark says; empty where it is not there."""
        ...


class MarkChanges(Marks, Protocol):
    """Marks of the deployment as a transaction changes them."""

    def put(self, name: str, value: str) -> None:
        """Let a mark say this and nothing else."""
        ...


class Replays(Protocol):
    """The past as one transaction goes through it."""

    def keys(self, *, after: int, limit: int) -> list[int]:
        """The next people, by their keys."""
        ...

    def moved(self) -> dict[int, list[int]]:
        """The resources that were about somebody else before, by the keys of those."""
        ...

    def units(self) -> list[PastUnit]:
        """Every version of organisations and locations, in order."""
        ...

    def forget_feeds(self) -> None:
        """Empty what is known of senders."""
        ...

    def begin(self, keys: Sequence[int], moved: Mapping[int, Sequence[int]]) -> list[PastPatient]:
        """The past of these people; what is kept of them is emptied."""
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

    def differences(self, keys: Sequence[int]) -> list[Difference]:
        """Where the resources that the service made do not say what the projection comes to."""
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
    def directory(self) -> DirectoryChanges:
        """People, units and places."""
        ...

    @property
    def care_relations(self) -> CareRelationChanges:
        """Which unit cares for whom."""
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
    def sign_in(self) -> SignInChanges:
        """One-time links and sessions."""
        ...


class Writer(Protocol):
    """Makes the resources that the service itself puts into the record."""

    def new_plan(self, content: PlanContent) -> Reading:
        """A new live plan."""
        ...

    def changed_plan(self, body: bytes, content: PlanContent) -> Reading:
        """The plan as people have it, with the protocols, follow-ups and status it has now."""
        ...

    def new_follow_up(self, content: FollowUpContent) -> Reading:
        """A new follow-up."""
        ...

    def changed_follow_up(self, body: bytes, content: FollowUpContent) -> Reading:
        """A follow-up as people have it, with its status and protocols of now."""
        ...

    def new_round(self, content: RoundContent) -> Reading:
        """A round's Task."""
        ...

    def changed_round(self, body: bytes, content: RoundContent) -> Reading:
        """A round's Task as people have it, with its status of now."""
        ...


class RecordView(Protocol):
    """The record as a reader sees it."""

    def read(self, type_: str, id_: str, *, viewer: Viewer) -> Stored:
        """The current version."""
        ...

    def read_version(self, type_: str, id_: str, *, version: int, viewer: Viewer) -> Stored:
        """One version."""
        ...

    def history(
        self, type_: str, id_: str, *, viewer: Viewer, count: int, before: int | None = None
    ) -> History:
        """Versions, newest first, deletions included."""
        ...

    def search(self, query: Query, *, viewer: Viewer) -> Found:
        """A page of what a query finds."""
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


class View(Protocol):
    """What can be read over one connection."""

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
    def identities(self) -> IdentitiesSeen:
        """Business identifiers."""
        ...

    @property
    def not_counted(self) -> NotCountedSeen:
        """Results that closed nothing."""
        ...

    @property
    def marks(self) -> Marks:
        """Marks of the deployment."""
        ...

    @property
    def sign_in(self) -> SignInSeen:
        """Sessions."""
        ...
