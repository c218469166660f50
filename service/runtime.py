"""The one value that the upper floors work with: settings, clock, store, FHIR edge, catalogue, words."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from service.clock import Clock
from service.domain import protocol
from service.domain.access import Access, Viewer
from service.domain.catalogue import Catalogue
from service.domain.errors import Issue
from service.domain.record import Found, Reading, Stored
from service.domain.search import Query
from service.settings import Settings
from service.tokens import Verifier
from service.wording.telling import Teller
from service.wording.words import Words
from service.workflows.deciding import Submissions
from service.workflows.ports import View, Work
from service.workflows.receive_resources import Receiving

T = TypeVar("T")


class Store(Protocol):
    """The database of this process."""

    @property
    def writes_in_turn(self) -> bool:
        """Whether one transaction writes at a time, whoever it is about."""
        ...

    def read(self, *, one_moment: bool = False) -> AbstractContextManager[View]:
        """Read over one connection; with `one_moment` all that is read is of the same moment."""
        ...

    def current(self, type_: str, id_: str, *, viewer: Viewer) -> Stored:
        """The current version of a resource, for what asks for nothing else."""
        ...

    def search(self, query: Query, *, viewer: Viewer) -> Found:
        """A page of what a query finds, for what asks for nothing else."""
        ...

    def catch_up(self) -> None:
        """Take in what others have published; each reading and each change begins with it."""
        ...

    def held_from(self) -> datetime | None:
        """The instant from which what is stored may still be preceded by a change under way.

        None where nothing may. What was asked by instants is answered without it.
        """
        ...

    def carry_out(
        self,
        change: Callable[[Work], T],
        *,
        actor: str,
        request: str,
        at: datetime,
        history: bool = False,
    ) -> T:
        """Change something in one transaction, from its start again where it collides with another.

        `history` marks what it brings as known at its own instants.
        """
        ...

    def check(self, *, at: datetime) -> None:
        """Raise Unreachable, SchemaMismatch or StorageFull where requests cannot be answered."""
        ...

    def close(self) -> None:
        """Let all connections of this process go."""
        ...


class AccessTrail(Protocol):
    """Where reads of people's data are written down before their answer leaves."""

    def append(self, access: Access) -> None:
        """Write an access down."""
        ...

    def close(self) -> None:
        """Put everything on the disk."""
        ...


class Intake(Protocol):
    """Takes in what clients send."""

    def naming(self, ours: Any) -> "Intake":
        """The same, where conditions may name these definitions."""
        ...

    def single(
        self,
        type_: str,
        body: bytes,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Any,
        at: datetime,
    ) -> Submissions:
        """A create (no id) or update sent by itself."""
        ...

    def patch(
        self,
        type_: str,
        patch: Any,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Any,
        at: datetime,
    ) -> Submissions:
        """A patch of one resource."""
        ...

    def agreed(self, ids: Collection[str], change: Any) -> Submissions:
        """A change of what was agreed about some follow-ups, by the ids of their ServiceRequests."""
        ...

    def deletion(
        self,
        type_: str,
        *,
        id: str,  # noqa: A002 - FHIR's word
        conditions: Any,
        at: datetime,
    ) -> Submissions:
        """The deletion of one resource."""
        ...

    def bundle(self, requests: Any, *, at: datetime) -> Submissions:
        """The writes among a Bundle's requests."""
        ...


class Collected(Protocol):
    """What collecting the access log did."""

    @property
    def entries(self) -> int:
        """How many entries came into the database."""
        ...

    @property
    def sealed(self) -> int:
        """How many segments were sealed."""
        ...

    @property
    def faults(self) -> Sequence[str]:
        """What was wrong, in words."""
        ...


class Reads(Protocol):
    """Reads valid resources on our own base address."""

    @property
    def base_url(self) -> str:
        """The address under which references are to our own resources."""
        ...

    def read(
        self,
        resource: dict[str, Any],
        body: bytes,
        *,
        id: str,  # noqa: A002 - FHIR's word
        received_on: date,
    ) -> Reading:
        """The reading of a valid resource under the id it gets."""
        ...

    def refusals(self, resource: dict[str, Any], expression: str) -> list[Issue]:
        """Why a valid resource is not taken as it is, each with its place."""
        ...

    def protocol_issues(self, resource: dict[str, Any], expression: str) -> list[Issue]:
        """The faults of a PlanDefinition as a protocol; warnings, where it is a draft."""
        ...


class PublishedProtocols(Protocol):
    """The protocols that are published."""

    def now(self) -> Catalogue:
        """What is published now."""
        ...

    def as_of(self, tx: int) -> Catalogue:
        """What was published when a transaction began."""
        ...

    def read(self, plan: dict[str, Any], file: str) -> protocol.Protocol:
        """What a PlanDefinition says that is not published; UnusableProtocol says what is wrong."""
        ...

    def shipped(self) -> Catalogue:
        """What the folder of definitions brings."""
        ...


@dataclass(frozen=True, slots=True)
class Runtime:
    """What one process of the service runs with; composed in `app.py`.

    `words` and `tellers` are by language; `catalogue` is what is published now: ask for it anew with
    each request. `reopen` opens the same house in another process,
    `collect` brings the lines of the access log into the database.
    """

    settings: Settings
    clock: Clock
    store: Store
    trail: AccessTrail
    published: PublishedProtocols
    intake: Intake
    reader: Reads
    receiving: Receiving
    verifier: Verifier
    cursor_key: bytes
    words: Mapping[str, Words]
    tellers: Mapping[str, Teller]
    reopen: "Callable[[Settings], Runtime]"
    collect: Callable[[datetime], Collected]

    @property
    def catalogue(self) -> Catalogue:
        """What is published now."""
        return self.published.now()

    def note_read(
        self,
        viewer: Viewer,
        action: str,
        *,
        scope: str,
        patients: Iterable[int] = (),
        request: str = "",
        outcome: str = "success",
    ) -> None:
        """Leave a line in the access log before an answer goes out; `patients` are the store's keys.

        `scope` says what was read, without identifiers that are not ours: `Observation/a1`,
        `worklist`, or `all` for the data of everybody.
        """
        self.trail.append(
            Access(
                at=self.clock.now(),
                who=viewer.subject,
                role=viewer.role,
                action=action,
                outcome=outcome,
                scope=scope,
                on_behalf=viewer.patient,
                unit=viewer.unit,
                why=viewer.reason,
                request=request,
                patients=tuple(sorted(set(patients))),
            )
        )
