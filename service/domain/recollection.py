"""What was known of a patient at earlier instants, once a load of history has brought what is older.

Source: what-is-due 7.2. Values between the store, which has everything with both clocks, and the walk
through the instants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from service.domain.adjustment import Adjustment
from service.domain.applicability import Fit
from service.domain.fact import Fact
from service.domain.follow_up import Stretch

Subject = TypeVar("Subject")
OfFollowUp: TypeAlias = tuple[str, Stretch]
"""A follow-up's identity and one stretch of it."""
OfProtocol: TypeAlias = tuple[str, Fit]
"""A protocol and days on which it fits."""


class Known(NamedTuple, Generic[Subject]):
    """Something that was known from an instant to another one, not included; None: it still is.

    `tx` is the transaction that told it; 0 for the one under way.
    """

    what: Subject
    known_from: datetime
    known_to: datetime | None = None
    tx: int = 0

    def at(self, instant: datetime) -> bool:
        """Whether it was known at an instant."""
        return self.known_from <= instant and (self.known_to is None or instant < self.known_to)


class InPlan(NamedTuple):
    """A protocol in a plan: which version, for which days, both included."""

    care_plan: str
    protocol: str
    version: str
    from_day: date
    until_day: date


@dataclass(frozen=True, slots=True)
class Recollection:
    """Everything about a patient with when it was known."""

    facts: Sequence[Known[Fact]]
    adjustments: Sequence[Known[Adjustment]]
    protocols: Sequence[Known[InPlan]]
    fits: Sequence[Known[OfProtocol]]
    stretches: Sequence[Known[OfFollowUp]]
