"""A search in our own words: what the FHIR edge read from a query, for the store to compile.

Source: R4 search.html; the parameters themselves are numbers of `service/fhir/r4/parameters.json`.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeAlias


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
    """`code`, `system|code`, `|code` (system is empty) or `system|`; None leaves that part open."""

    system: str | None
    code: str | None


class DateValue(NamedTuple):
    """A comparison with the range of a date of any precision: microseconds, `high` excluded."""

    prefix: str
    low: int
    high: int


class ReferenceValue(NamedTuple):
    """A target by id, with its type where the query or the parameter says so."""

    type: str | None
    id: str


class StringValue(NamedTuple):
    """Folded text that a value begins with; with `exact`, the text itself; with `contains`, within."""

    text: str
    match: str = "begins"


class QuantityValue(NamedTuple):
    """A comparison with a number's implicit range; `unit` empty for any."""

    prefix: str
    value: float
    low: float
    high: float
    unit: str | None


Value: TypeAlias = (
    TokenValue | DateValue | ReferenceValue | StringValue | QuantityValue | Days | Counts | str
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of a query: any of the values; `negated` for `:not`, `missing` for `:missing`.

    `also` are further parameters whose rows count as its own: `combo-code` is `code` and
    `component-code`. What meets the `alternative` meets the criterion too.
    """

    parameter: int
    kind: SearchKind
    values: tuple[Value, ...]
    negated: bool = False
    missing: bool | None = None
    also: tuple[int, ...] = ()
    alternative: "Criterion | None" = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of `_sort`."""

    parameter: int
    kind: SearchKind
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`_include`: what the matches' parameter refers to, of one type where given; or the reverse."""

    source_type: str
    parameter: int
    target_type: str | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A search of one type: all criteria hold; matches in order of the sort keys, then of storing.

    Matches with equal keys stand in the order of storing, or in its reverse where the last key
    descends. `after` is where the last page ended: the values of the sort keys and the resource's
    number.
    """

    type: str
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int = 50
    includes: tuple[Inclusion, ...] = ()
    after: tuple[str | int | None, ...] | None = None
    total: bool = False
