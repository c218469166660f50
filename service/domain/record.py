"""What passes between the floors about one FHIR resource: what was received and our reading of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from service.domain.adjustment import Adjustment
from service.domain.directory import Person, Place, Unit
from service.domain.errors import Issue
from service.domain.fact import Fact
from service.domain.outreach import Outreach
from service.domain.publication import Publication
from service.domain.search import Position, Query

NO_PATIENT: Final[tuple[str, ...]] = ()
ANY_VERSION: Final = 0
"""What If-Match expects where it names none: that there is one."""

# Search rows, as tables.md draws them. `part` tells which repetition of an element a row came from,
# so that composite parameters need no other index. Days and instants are microseconds since 1970
# in UTC, `low` included, `high` excluded.
TokenRow: TypeAlias = tuple[int, str, str, int]  # parameter, system, code, part
DateRow: TypeAlias = tuple[int, int, int, int]  # parameter, low, high, part
ReferenceRow: TypeAlias = tuple[int, str, str, int]  # parameter, target type, target id, part
StringRow: TypeAlias = tuple[int, str, str, int]  # parameter, folded, exact, part
UriRow: TypeAlias = tuple[int, str, int]  # parameter, uri, part
QuantityRow: TypeAlias = tuple[
    int, float, str, float, float, int, str, float, float
]  # parameter, value, unit, low, high, part; the unit of the dimension, low and high in it


@dataclass(slots=True)
class SearchRows:
    """The search index rows of one resource, by kind."""

    tokens: list[TokenRow] = field(default_factory=list)
    dates: list[DateRow] = field(default_factory=list)
    references: list[ReferenceRow] = field(default_factory=list)
    strings: list[StringRow] = field(default_factory=list)
    uris: list[UriRow] = field(default_factory=list)
    quantities: list[QuantityRow] = field(default_factory=list)


class NotCountedReason(StrEnum):
    """Why a received result closed nothing (`what-is-due` 2.9)."""

    CODE = "code"
    UNIT = "unit"
    VALUE = "value"
    STATUS = "status"
    SETTING = "setting"
    DAY = "day"


class NotCounted(NamedTuple):
    """A received result that could have counted and did not; `sender` is the organisation or source."""

    reason: NotCountedReason
    code: str
    sender: str


class Booked(NamedTuple):
    """An appointment at an instant, for a follow-up by its id, or for an activity by its key."""

    at: datetime
    follow_up: str = ""
    activity: str = ""


class SenderCount(NamedTuple):
    """How many results of a sender, under one code, did not count for one reason."""

    sender: str
    code: str
    reason: NotCountedReason
    results: int


@dataclass(frozen=True, slots=True)
class PlanDecision:
    """What a shared plan says of itself: agreed on a day, on hold, ended; whether it is live."""

    agreed_on: date | None = None
    on_hold: bool = False
    ended: bool = False
    is_live: bool = False


class SaidOfRound(NamedTuple):
    """What a Task says of the follow-up that it is a round of: its status, what was decided.

    `issues` are what it says of a round that cannot be read: of no matter where it is none of ours.
    """

    follow_up: str
    status: str
    decided: tuple[Adjustment, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(slots=True)
class Reading:
    """Our reading of one resource: whose it is, how it is found, what it says about the patient.

    `body` is what was received with references resolved, without our id, version and instant.
    `patients` are the ids of the Patients it is about (`()`: no one's). `adjustments` are None for
    what carries none, `bookings` for what is no Appointment, `outreach` for what is no Communication,
    `plan` for what is no shared plan, `of_round` for what is no Task about a ServiceRequest; `person`,
    `unit` and `place` stand in a Patient, an Organization and a Location, `publication` in a
    PlanDefinition that is a version of a protocol. `made` is what the service itself writes: it tells
    the service nothing. `known` is from when it counts as known, if not from its commit.
    """

    type: str
    id: str
    body: bytes
    patients: tuple[str, ...] = NO_PATIENT
    rows: SearchRows = field(default_factory=SearchRows)
    facts: Sequence[Fact] = ()
    not_counted: Sequence[NotCounted] = ()
    adjustments: Sequence[Adjustment] | None = None
    bookings: Sequence[Booked] | None = None
    outreach: Sequence[Outreach] | None = None
    plan: PlanDecision | None = None
    of_round: SaidOfRound | None = None
    person: Person | None = None
    unit: Unit | None = None
    place: Place | None = None
    publication: Publication | None = None
    made: bool = False
    known: datetime | None = None


class Stored(NamedTuple):
    """A version of a resource as stored: `body` is empty for a deletion.

    `patient` is the store's own key of the one person it is about, for the access log: 0 is no
    one, -1 several people.
    """

    type: str
    id: str
    version: int
    at: datetime
    body: bytes
    method: str
    patient: int = 0

    @property
    def deleted(self) -> bool:
        """Whether this version is a deletion."""
        return self.method == "DELETE"


@dataclass(frozen=True, slots=True)
class HistoryQuestion:
    """Which versions, newest first: of the resource with an id, of some types, or of all (none named).

    Known from `since` on; in force at some moment from the first of `during` on until before its
    second, both in microseconds since 1970; from where the page before ended, `after`. Where `count`
    is 0, only the `total` is wanted. Of several resources what is known from `held_from` on is not shown.
    """

    types: tuple[str, ...] = ()
    id: str = ""
    since: datetime | None = None
    during: tuple[int, int] | None = None
    count: int = 50
    after: tuple[int, ...] | None = None
    total: bool = False
    held_from: datetime | None = None


class History(NamedTuple):
    """A page of versions, newest first; `after` asks for the next page, if any.

    `begun`: of each version, whether the resource began with it, or again after a deletion.
    """

    versions: tuple[Stored, ...]
    begun: tuple[bool, ...]
    after: tuple[int, ...] | None
    total: int | None = None


class Found(NamedTuple):
    """A page of a search: matches in order, what they include, and where the next page begins.

    `after` asks for the next page (None: this is the last); `before`, going backwards, for the page
    before it (None: this is the first); `total` counts all matches, if asked.
    """

    matches: tuple[Stored, ...]
    included: tuple[Stored, ...]
    after: Position | None
    total: int | None
    before: Position | None = None


class Submission(NamedTuple):
    """One write that a client asks for; `number` is its place in a Bundle, 0 for a single one.

    `id` is empty for a create, and where `condition`, what If-None-Exist or a conditional address
    asks, decides which resource is meant; `own_id` is the id that a conditional update then brings.
    `expected` is the version that If-Match names, `ANY_VERSION` for `*`; `must_be_new` is
    If-None-Match with `*`. `expression` says where it stands.
    """

    number: int
    method: str
    type: str
    id: str = ""
    expected: int | None = None
    condition: Query | None = None
    expression: str = ""
    own_id: str = ""
    must_be_new: bool = False


class ConditionalReference(NamedTuple):
    """A reference that is a search: what it asks, and where the first that asks it stands."""

    query: Query
    expression: str


class Named(NamedTuple):
    """A resource by type and id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Identities:
    """Which resource each write of a request is about, by the write's number; none: nothing to do.

    `standing` stand already and are not stored; `before` is what an update or deletion changes, as
    it was when the request came, `patched` the versions that patches change, which are held;
    `found` is what conditional references name, by their text.
    """

    ids: Mapping[int, Named]
    standing: Mapping[int, Stored] = field(default_factory=dict)
    before: Mapping[int, Stored] = field(default_factory=dict)
    patched: Mapping[int, Stored] = field(default_factory=dict)
    found: Mapping[str, Named] = field(default_factory=dict)


class Borne(NamedTuple):
    """A business identifier as the index holds it: of a type, under its search parameter's number."""

    type: str
    parameter: int
    system: str
    value: str


class KnownAs(NamedTuple):
    """The id under which a source knows a resource that has another one here."""

    source: str
    type: str
    original: str
    id: str
