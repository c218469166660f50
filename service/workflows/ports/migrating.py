"""Migrations of plans, as the use cases ask for them and decide upon them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from service.domain.fact import Fact
from service.domain.follower import Follower
from service.domain.plan_migration import ChangedInterval, Chosen, Run


class PlanMigrationsSeen(Protocol):
    """Migrations as a job asks for them."""

    def run(self, run: str) -> Run | None:
        """What a run was; None where there was none of that name."""
        ...

    def followers(self, chosen: Chosen, *, after: int, limit: int) -> list[int]:
        """The next people, by their keys, whose plans follow another version than they are to."""
        ...

    def people_of(self, run: str, *, limit: int) -> list[int]:
        """The next people whose plans a run has moved and not been undone for, by their keys."""
        ...

    def untold(self, patient: int) -> list[ChangedInterval]:
        """The changed intervals that a person, by their key, has not been told of."""
        ...


class PlanMigrationChanges(PlanMigrationsSeen, Protocol):
    """Migrations as a transaction changes them."""

    def begin(self, run: Run) -> None:
        """Begin a run."""
        ...

    def count(self, run: str, more: int) -> None:
        """Add plans that a run has moved."""
        ...

    def finish(self, run: str) -> None:
        """Note that a run has gone through all plans."""
        ...

    def undo(self, run: str, *, author: str, reason: str) -> None:
        """Note who has undone a run, and why."""
        ...

    def move(self, patient: int, run: Run, day: date) -> bool:
        """Decide that a plan follows another version from a day on; whether it followed the protocol."""
        ...

    def take_back(self, patient: int, run: Run) -> None:
        """Let a run never have moved a plan."""
        ...

    def follow(self, patient: int, protocol: str) -> None:
        """Let a plan follow the versions that come from the decisions that stand at this instant."""
        ...

    def told(self, patient: int) -> None:
        """Note that a person has been told of all changed intervals."""
        ...

    def tell(self, patient: int, run: str, changed: Sequence[ChangedInterval]) -> None:
        """Let a person be told once that these intervals have changed."""
        ...


class FollowersSeen(Protocol):
    """The people whose plans follow a protocol, as a preview asks for them."""

    def keys(self, chosen: Chosen) -> list[int]:
        """The people, by their keys in ascending order, whose plans would be moved."""
        ...

    def of(self, keys: Sequence[int], *, activities: Collection[str], day: date) -> list[Follower]:
        """These people with their checks of the activities on a day, and without their facts."""
        ...

    def facts(
        self, keys: Sequence[int], *, items: Collection[str], encounter_classes: Collection[str]
    ) -> Mapping[int, Sequence[Fact]]:
        """What is known of people about these items, and their Encounters of these classes."""
        ...
