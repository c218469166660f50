"""A protocol: the published, versioned follow-up of one condition, as the engine reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.closing import Closing
from service.domain.codes import NO_CODES, CodeSet
from service.domain.formula import Formula
from service.domain.interval import Interval
from service.domain.rule.asked import Rule
from service.domain.rule.target import Bound, Target
from service.domain.season import Season
from service.domain.window import COMMON, Leeway

Names = Mapping[str, str]
"""A text by language: `fi`, `sv`, `en`."""


class Kind(StrEnum):
    """What sort of contact an activity is; visits of two protocols never merge."""

    LAB = "lab"
    MEASUREMENT = "measurement"
    VISIT = "visit"
    QUESTIONNAIRE = "questionnaire"
    VACCINATION = "vaccination"
    SELF_MEASUREMENT = "self-measurement"
    IMAGING = "imaging"


class ProtocolStatus(StrEnum):
    """Where a version stands in its life: only an active one enrols (R4 publication-status)."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Recurrence(StrEnum):
    """Counted from the last time it was done, or lying on a grid of slots (`what-is-due` 4.6)."""

    PERFORMED = "performed"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class Variant:
    """Another interval that holds while a rule is true; no interval means not required.

    `when` says to staff when it holds, `why` to the patient what that means for them.
    A `set_aside` one sets no date: another rule for the same thing holds in its place, and it is
    there for people to see (`what-is-due` 4.9).
    """

    id: str
    rule: Rule
    interval: Interval | Formula | None
    when: Names
    confirmed: bool
    on_event: bool = False
    leeway: Leeway = COMMON
    urgent: bool = False
    set_aside: bool = False
    why: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FarLimit:
    """A last value beyond this bound puts the follow-up in the second class of the worklist."""

    item: str
    bound: Bound


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """One thing a protocol asks for: how often, from whom, what satisfies it, what it aims at.

    `interval` is the base; None means not required unless a variant says so. `confirmed` speaks of
    the base interval: a published source states it. `sources` are addresses.
    """

    id: str
    key: str
    kind: Kind
    names: Names
    performer: str
    closing: Closing
    interval: Interval | None
    confirmed: bool
    variants: tuple[Variant, ...] = ()
    applies_when: Rule | None = None
    recurrence: Recurrence = Recurrence.PERFORMED
    season: Season | None = None
    targets: tuple[Target, ...] = ()
    far_limits: tuple[FarLimit, ...] = ()
    safety: bool = False
    leeway: Leeway = COMMON
    sources: tuple[str, ...] = ()

    @property
    def slotted(self) -> bool:
        """Whether its rounds lie on the calendar, whenever it was last done (`what-is-due` 4.6)."""
        return self.season is not None or self.recurrence is Recurrence.SCHEDULED


@dataclass(frozen=True, slots=True)
class Ending:
    """While a condition of the set is active (or for so long from its onset) the protocol does not fit."""

    conditions: CodeSet
    lasting: Interval | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """So long after the onset of a condition of the set the protocol fits, whatever became of that one."""

    conditions: CodeSet
    after: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """A version of a protocol: whom it fits and what it asks for.

    It fits by a condition, a medicine in use or a procedure (`what-is-due` 1.1). One that `lasts`
    fits for so long from the onset, whatever became of the condition. `endings` and `successions`
    are those of other conditions; of `rivals` recorded beside its own the latest recorded holds (1.4).
    `through_remission`: it goes on while the condition is in remission (1.5). `suggested_by` are
    codes that only suggest it to a person (ICPC-2 A50, A91, P06, U99). Its `id` is the last part of
    its `url`. `derived_from` is the version that it adapts (a canonical with its version), `units` are
    those in which the adaptation takes the origin's place; all, where none is named.
    """

    id: str
    version: str
    names: Names
    conditions: CodeSet
    activities: tuple[Activity, ...]
    suggested_by: CodeSet = NO_CODES
    url: str = ""
    medicines: tuple[str, ...] = ()
    procedures: CodeSet = NO_CODES
    lasts: Interval | None = None
    through_remission: bool = False
    endings: tuple[Ending, ...] = ()
    successions: tuple[Succession, ...] = ()
    rivals: CodeSet = NO_CODES
    status: ProtocolStatus = ProtocolStatus.ACTIVE
    derived_from: str = ""
    units: frozenset[str] = frozenset()

    @property
    def origin(self) -> str:
        """The id of the protocol that it adapts; empty for one of its own."""
        return self.derived_from.partition("|")[0].rpartition("/")[2]


def identity_of(protocol: Protocol, activity: Activity) -> str:
    """What makes two activities one follow-up: key and kind; a visit is its protocol's own.

    Source: `what-is-due` 4.3.
    """
    if activity.kind is Kind.VISIT:
        return f"{protocol.id}/{activity.id}"
    return f"{activity.key}|{activity.kind.value}"
