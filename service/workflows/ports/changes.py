"""What one transaction can change, part by part."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from service.domain.access import Access, Identity, Viewer
from service.domain.directory import Person, Place, Unit
from service.domain.fact import Fact
from service.domain.publication import Publication, Published
from service.domain.record import (
    Borne,
    KnownAs,
    Named,
    NotCounted,
    Reading,
    Stored,
)
from service.domain.responsibility import Responsibility
from service.domain.search import Query
from service.workflows.ports.seen import (
    EnrolmentsSeen,
    EvidenceSeen,
    FeedsSeen,
    Marks,
    PublicationsSeen,
    SearchIndex,
)
from service.workflows.ports.writing import Stamp


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

    def sent_before(self, type_: str, id_: str) -> Stored | None:
        """What a person sent, where the service made the current version in the same transaction."""
        ...

    def match(self, query: Query, *, viewer: Viewer) -> Stored | None:
        """The one resource that meets a condition."""
        ...

    def hold(self, queries: Iterable[Query]) -> None:
        """Let nobody else decide by these conditions until the transaction ends."""
        ...

    def hold_named(self, named: Iterable[Named]) -> None:
        """Let nobody else who holds them change these resources until the transaction ends."""
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

    def of(self, patient: int, *, viewer: Viewer) -> list[tuple[str, NotCounted]]:
        """What of a person's results did not count, each with its source."""
        ...

    def replace(self, patient: int, source: str, results: Sequence[NotCounted]) -> None:
        """Let a source have these results that did not count, and no others."""
        ...

    def add_many(self, results: Iterable[tuple[int, str, NotCounted]]) -> None:
        """Add results of sources that had none before."""
        ...


class DirectoryChanges(Protocol):
    """The directory as a transaction changes it."""

    def describe_patients(self, people: Mapping[int, Person]) -> None:
        """Keep who people are, their identity codes apart."""
        ...

    def identify_patients(self, identities: Mapping[int, str]) -> None:
        """Let people bear these digests of identity codes; empty: none."""
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


class FeedChanges(FeedsSeen, Protocol):
    """Feeds as a transaction adds to them."""

    def record(self, fed: Iterable[tuple[str, str, date, datetime | None]]) -> None:
        """Note that a unit's senders sent kinds of results of these days, known since an instant."""
        ...


class FeedsAnew(Protocol):
    """Feeds as a rebuild notes them, apart from those that are read."""

    def begin(self) -> None:
        """Nothing is noted yet."""
        ...

    def take_over(self, begun: datetime) -> None:
        """Let what was noted since a rebuild began be what is known, and what came in beside it."""
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

    def extend(
        self, kind: str, owner: str, *, until: datetime, position: str | None = None
    ) -> bool:
        """Say that one is still at it, and where; False where somebody else has taken it over."""
        ...

    def end(self, kind: str, owner: str, *, state: str, position: str | None = None) -> None:
        """Let others have it."""
        ...

    def held_until(self, kind: str) -> datetime | None:
        """Until when whoever is at it has it, unless they say again that they are at it."""
        ...

    def position(self, kind: str) -> str:
        """Where the last run of a kind of work stopped."""
        ...


class ChangeLog(Protocol):
    """The access log of changes."""

    def add(self, access: Access) -> None:
        """Leave this access in the log if the transaction is committed."""
        ...


class SearchIndexChanges(SearchIndex, Protocol):
    """The search index as a transaction changes it."""

    def stale(self, digests: Mapping[str, str]) -> list[str]:
        """The types whose rows were made otherwise; those without any are stamped."""
        ...

    def stamp(self, type_: str, digest: str) -> None:
        """Say by what the rows of a type are made."""
        ...

    def held(self, type_: str, *, after: int, limit: int) -> dict[int, Stored]:
        """The next resources of a type by key, which nobody else changes until the transaction ends."""
        ...

    def renew(self, readings: Sequence[tuple[int, int, Reading]]) -> None:
        """Make the rows of resources anew, each given with its key and its person's."""
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


class PublicationChanges(PublicationsSeen, Protocol):
    """Versions of protocols, and what the record says of them."""

    def hold(self) -> None:
        """Let nobody else publish until the transaction ends."""
        ...

    def standing(self, protocol: str, version: str) -> Published | None:
        """What is said of a version now; None where nobody has published it."""
        ...

    def in_resource(self, id_: str) -> list[Published]:
        """What a PlanDefinition has said of versions, in the order of transactions."""
        ...

    def add(self, publication: Publication, id_: str, resource_version: int) -> None:
        """Note what a version of a PlanDefinition publishes."""
        ...

    def remove(self, id_: str) -> None:
        """Forget what a PlanDefinition has said of versions."""
        ...


class MarkChanges(Marks, Protocol):
    """Marks of the deployment as a transaction changes them."""

    def put(self, name: str, value: str) -> None:
        """Let a mark say this and nothing else."""
        ...
