"""Who puts into the record what the service itself makes, and who reads what stands there."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

from service.domain.adjustment import Adjustment
from service.domain.care_plan import PlanContent
from service.domain.kept import ChangedFollowUp, KeptFollowUp
from service.domain.record import Reading
from service.workflows.ports.work import Work


class Made(NamedTuple):
    """Resources of the service's own that are new: of a plan, and of its follow-ups and rounds."""

    plan: Reading | None
    others: Sequence[Reading]


class Makes(Protocol):
    """Puts into the record what the service itself makes."""

    def new(
        self,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        is_first: bool,
        today: date,
    ) -> Made:
        """What of these is new, as it comes into the record; the plan, where it is their first."""
        ...

    def write(
        self,
        work: Work,
        plan: PlanContent,
        changed: Sequence[ChangedFollowUp],
        *,
        new: Made,
        adjusted: Sequence[KeptFollowUp],
        today: date,
    ) -> None:
        """Bring the plan, the changed follow-ups and their changed rounds into the record.

        `new` are the resources that are new. Of those `adjusted` the ServiceRequest and the open Task come to say the same.
        """
        ...


class ReadsDecisions(Protocol):
    """Reads what stands in the record."""

    def decided_on_round(self, body: bytes) -> Sequence[Adjustment]:
        """The decisions that the Task of a round tells."""
        ...

    def decided_on_request(self, body: bytes) -> Sequence[Adjustment]:
        """The decisions that a ServiceRequest carries."""
        ...
