"""A view of follow-ups in memory, for use cases that only ask: it answers, and remembers what it was asked."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from service.domain.compliance import Compliance, NotFollowed
from service.domain.directory import Person
from service.domain.seen import SeenPlan, SeenUnit
from service.domain.worklist import PeopleCounts, PeoplePage, WorklistPage

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
NOBODY = WorklistPage((), None)
NO_PEOPLE = PeoplePage((), None)
NO_TABS = PeopleCounts(0, 0, 0, 0, 0, 0, 0)
NO_COUNTS = Compliance(TODAY, NOON, (), ())
EMPTY_PLAN = SeenPlan(
    key=1,
    patient="p1",
    person=Person(),
    unit=SeenUnit(),
    care_plan="",
    agreed_on=None,
    on_hold_until=None,
    protocols=(),
    follow_ups=(),
    as_of=TODAY,
    known_at=NOON,
)


@dataclass
class FollowUpsAsked:
    """Answers every question with nothing; `asked` are the questions."""

    asked: list[Any] = field(default_factory=list)

    def page(self, question: Any, **more: Any) -> WorklistPage:
        self.asked.append((question, more))
        return NOBODY

    def people(self, question: Any, **more: Any) -> PeoplePage:
        self.asked.append((question, more))
        return NO_PEOPLE

    def counts(self, question: Any, **more: Any) -> PeopleCounts:
        self.asked.append((question, more))
        return NO_TABS

    def plan(self, patient: str, **more: Any) -> SeenPlan:
        self.asked.append((patient, more))
        return EMPTY_PLAN

    def compliance(self, **more: Any) -> Compliance:
        self.asked.append(more)
        return NO_COUNTS

    def not_followed(self, **more: Any) -> tuple[NotFollowed, ...]:
        self.asked.append(more)
        return ()


@dataclass
class ViewInMemory:
    """A view with nothing but follow-ups."""

    follow_ups: FollowUpsAsked = field(default_factory=FollowUpsAsked)
    resources: Any = None
    directory: Any = None
