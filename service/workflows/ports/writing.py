"""How the service's own resources are made, and how all bodies are stamped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from service.domain.adjustment import Adjustment
from service.domain.care_plan import FollowUpContent, PlanContent, RoundContent, RoundDecided
from service.domain.record import (
    Reading,
)


class Stamp(Protocol):
    """Writes our id, version and instant into a body and leaves the rest as it is."""

    def __call__(self, body: bytes, *, id: str, version: int, at: datetime) -> bytes:  # noqa: A002 - the element's own name
        """The body as it is kept and returned."""


class Writer(Protocol):
    """Makes the resources that the service itself puts into the record."""

    def new_plan(self, content: PlanContent) -> Reading:
        """A new live plan."""
        ...

    def changed_plan(self, body: bytes, content: PlanContent) -> Reading:
        """The plan as people have it, with the protocols, follow-ups and status it has now."""
        ...

    def new_follow_up(self, content: FollowUpContent) -> Reading:
        """A new follow-up."""
        ...

    def changed_follow_up(self, body: bytes, content: FollowUpContent) -> Reading:
        """A follow-up as people have it, with its status and protocols of now."""
        ...

    def decided_follow_up(
        self, body: bytes, decided: Sequence[Adjustment], patient: str
    ) -> Reading | None:
        """A follow-up with the decisions of now; None where it carries them already."""
        ...

    def new_round(self, content: RoundContent) -> Reading:
        """A round's Task."""
        ...

    def changed_round(self, body: bytes, content: RoundContent) -> Reading:
        """A round's Task as people have it, with its status of now."""
        ...

    def decided_round(self, body: bytes, stands: RoundDecided, patient: str) -> Reading | None:
        """A round's Task with what it mirrors of the decisions; None where it says them already."""
        ...
