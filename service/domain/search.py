"""A search in our own words: what the FHIR edge read from a query, for the store to compile.

Source: R4 search.html; the parameters themselves are numbers of `service/fhir/r4/parameters.json`.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeAlias

Position: TypeAlias = tuple[str | int | float | None, ...]
"""A place in an order of matches: the values of the sort keys and the resource's number."""


class SearchKind(StrEnum):
    """The kind of index a parameter's rows are in.

    ROUND and FOLLOW_UP have no rows: what is asked of a Task or a ServiceRequest is what the
    follow-up behind it is today, and `Criterion.parameter` is an `Aspect`.
    """

    TOKEN = "token"  # noqa: S105 - the standard's word for a code
    DATE = "date"
    REFERENCE = "reference"
    STRING = "string"
    URI = "uri"
    QUANTITY = "quantity"
    ID = "id"
    LAST_UPDATED = "last-updated"
    COMPOSITE = "composite"
    ROUND = "round"
    FOLLOW_UP = "follow-up"


class Aspect(IntEnum):
    """What is asked of the follow-up behind a Task or ServiceRequest, as it stands today.

    STATE: one of the five. SHOWN: the same, as businessStatus shows it: upcoming, due or overdue.
    DUE: its due day. OVERDUE_SINCE and DAYS_OVERDUE: of those overdue, since which day and for how
    many days. UNIT: the unit responsible. PROTOCOL: one that asks for it.
    """

    STATE = 1
    SHOWN = 2
    DUE = 3
    OVERDUE_SINCE = 4
    DAYS_OVERDUE = 5
    UNIT = 6
    PROTOCOL = 7


class Days(NamedTuple):
    """Days of the clinic's calendar: `first` included, `end` not."""

    first: date
    end: date


class Counts(NamedTuple):
    """Whole numbers: `first` included, `end` not."""

    first: int
    end: int


class TokenValue(NamedTuple):
    """`code`, `system|code`, `|code` (system is empty) or `system|`; None leaves that part open.

    With `begins` the code and all that begin with it: the subdivisions of an ICD-10 category.
    """

    system: str | None
    code: str | None
    begins: bool = False


class DateValue(NamedTuple):
    """A comparison with the range of a date of any precision: microseconds, `high` excluded."""

    prefix: str
    low: int
    high: int


class ReferenceValue(NamedTuple):
    """A target by id, with its type where the query or the parameter says so; any id where it is empty."""

    type: str | None
    id: str


class StringValue(NamedTuple):
    """Folded text that a value begins with; with `exact`, the text itself; with `contains`, within."""

    text: str
    match: str = "begins"


class BelowUri(NamedTuple):
    """An address and every one whose path goes on from it."""

    uri: str


class QuantityValue(NamedTuple):
    """A comparison with a number's implicit range; `unit` empty for any.

    `canonical` where the unit and the numbers are those that units of one dimension are turned to.
    """

    prefix: str
    value: float
    low: float
    high: float
    unit: str | None
    canonical: bool = False


Value: TypeAlias = (
    TokenValue
    | DateValue
    | ReferenceValue
    | StringValue
    | BelowUri
    | QuantityValue
    | Days
    | Counts
    | str
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of a query: any of the values; `negated` for `:not`, `missing` for `:missing`.

    `also` are further parameters whose rows count as its own: `combo-code` is `code` and
    `component-code`. What meets the `alternative` meets the criterion too. `common` says that many
    resources share each value: a status, a gender. With `missing` the values are those that count.
    """

    parameter: int
    kind: SearchKind
    values: tuple[Value, ...]
    negated: bool = False
    missing: bool | None = None
    also: tuple[int, ...] = ()
    alternative: "Criterion | None" = None
    common: bool = False


class Definition(NamedTuple):
    """Where the definitions of a type hold their canonical address and version: two parameters."""

    url: int
    version: int


@dataclass(frozen=True, slots=True)
class Chain:
    """`subject:Patient.name`: one of the targets that the parameters point at meets all that is asked.

    `targets` are the types it may be of, each with what is asked of it. Where the parameters hold
    canonical addresses, `definitions` are those of the targets, in their order.
    """

    parameters: tuple[int, ...]
    targets: tuple[tuple[str, "tuple[Asked, ...]"], ...]
    definitions: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True)
class ReverseChain:
    """`_has:Observation:patient:code`: a resource of the source type that points here meets all.

    It points by the canonical address of a `definition` where there is one.
    """

    source_type: str
    parameters: tuple[int, ...]
    target_type: str
    asked: "tuple[Asked, ...]"
    definition: Definition | None = None


@dataclass(frozen=True, slots=True)
class Composite:
    """Criteria that one element meets together: a component's code with its own value."""

    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of several criteria."""

    alternatives: "tuple[Asked, ...]"


Asked: TypeAlias = Criterion | Chain | ReverseChain | Composite | Either


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of `_sort`; rows of the parameters `also` count as its own.

    Of references with a `target` only those to that type count: `patient` is `subject`.
    """

    parameter: int
    kind: SearchKind
    descending: bool = False
    also: tuple[int, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`_include`: what the matches' parameter refers to, of one type where given; or the reverse.

    An empty `source_type` is any type, `parameter` None any reference. What it includes is asked
    again where it is to `iterate`, else the matches alone. A parameter of canonical addresses points
    at the `definition` of its target type.
    """

    source_type: str
    parameter: int | None
    target_type: str | None = None
    reverse: bool = False
    iterate: bool = False
    definition: Definition | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A search of one type: all criteria hold; matches in order of the sort keys, then of storing.

    Matches with equal keys stand in the order of storing, or in its reverse where the last key
    descends; those sorted by a day of their follow-up, in the order of the follow-ups, the longer overdue
    by the earlier day. `after` is where the last page ended: the values of the sort keys and the resource's
    number. Going `backwards` the page is the one before that place, or the last one of all.

    A search of several types has `parts`, one a type, whose type, criteria and sort count, the sort
    with keys of the same kinds as its own. Types in `includable` alone are included, if it is given;
    `as_of` is the day of which criteria about follow-ups ask, the viewer's today unless given.
    """

    type: str
    criteria: tuple[Asked, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int = 50
    includes: tuple[Inclusion, ...] = ()
    after: Position | None = None
    total: bool = False
    backwards: bool = False
    parts: "tuple[Query, ...]" = ()
    includable: frozenset[str] | None = None
    as_of: date | None = None
