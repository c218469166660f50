"""What the projection keeps of a patient, and what of it has to change: values between store and use case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from service.domain.adjustment import Adjustment
from service.domain.care_plan import RequestStatus, TaskStatus
from service.domain.directory import Person
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp, Stretch
from service.domain.interval import FOREVER
from service.domain.projection import Followed
from service.domain.round import Round


class KeptRound(NamedTuple):
    """A round that has a Task: its id, its status, and what closed it (day and source)."""

    task: str
    status: TaskStatus
    closed_on: date | None
    closed_by: str


class RoundOf(NamedTuple):
    """Of which follow-up a Task is a round, by the ServiceRequest's id; its status, and what closed it."""

    follow_up: str
    status: TaskStatus
    closed_by: str

    @property
    def is_open(self) -> bool:
        """Whether what is decided about the follow-up is said of this round."""
        return self.status in STANDING


STANDING: Final = frozenset({TaskStatus.REQUESTED, TaskStatus.REJECTED})
"""The statuses of the last round: wanted, or declined for good."""


@dataclass(frozen=True, slots=True)
class KeptFollowUp:
    """A follow-up as kept: the store's `key`, the ServiceRequest's `id`, its stretches as known now.

    `made_on` is the day on which the follow-up was made; rounds before it have no Task.
    """

    key: int
    id: str
    identity: str
    made_on: date
    status: RequestStatus
    protocols: tuple[str, ...]
    stretches: tuple[Stretch, ...] = ()
    rounds: Mapping[str, KeptRound] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """The live plan: the CarePlan's id, the protocols it follows, the first day of the earliest."""

    id: str
    since: date
    protocols: Mapping[str, Followed]


@dataclass(frozen=True, slots=True)
class KeptPatient:
    """Everything that is kept of one patient, as known now.

    `eligible` are the protocols that are already known to fit, on whatever days; `recheck_on` the day
    from which the calendar alone may have changed something. `live_plan` is the id of the CarePlan that
    is their live shared plan; empty where none is. `has_unit`: a unit was responsible for them.
    """

    key: int
    id: str
    person: Person
    eligible: frozenset[str]
    facts: Sequence[Fact]
    adjustments: Sequence[Adjustment]
    plan: KeptPlan | None
    follow_ups: Mapping[str, KeptFollowUp]
    recheck_on: date = FOREVER
    live_plan: str = ""
    has_unit: bool = True

    @property
    def decided(self) -> Mapping[str, tuple[Adjustment, ...]]:
        """The decisions by the follow-up's id; those about the whole plan under the empty one."""
        found: dict[str, tuple[Adjustment, ...]] = {}
        for one in self.adjustments:
            found[one.follow_up] = (*found.get(one.follow_up, ()), one)
        return found


class ChangedRound(NamedTuple):
    """A round whose Task is new or has another status; `key` tells it from the follow-up's others."""

    key: str
    round: Round
    task: str
    status: TaskStatus
    is_new: bool


class ChangedFollowUp(NamedTuple):
    """A follow-up that is new, moved or ended: `before` is what is kept of it."""

    follow_up: FollowUp
    before: KeptFollowUp | None
    id: str
    status: RequestStatus
    protocols: tuple[str, ...]
    rounds: tuple[ChangedRound, ...]
    moved: bool

    def closed_on(self, source: str) -> list[date]:
        """The days of the doings told by `source` that close a round."""
        closings = (one.round.closed for one in self.rounds)
        return [done.on for done in closings if done and done.source == source]

    @property
    def closers(self) -> set[str]:
        """The sources of the doings that close a round."""
        return {one.round.closed.source for one in self.rounds if one.round.closed}

    def reopeners(self, on: date) -> set[str]:
        """The sources of which one told its last doing, and does so no more on a day."""
        before = self.before.stretches if self.before else ()
        told = {
            one.done.source for one in before if one.done and one.holds_from <= on < one.holds_to
        }
        now = self.follow_up.on(on)
        return told - {now.done.source} if now and now.done else told
