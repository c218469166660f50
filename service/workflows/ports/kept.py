"""What one transaction can change of what is decided about people's plans and kept ready of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from service.domain.adjustment import Adjustment
from service.domain.applicability import Fit
from service.domain.care_plan import Decided
from service.domain.kept import ChangedFollowUp
from service.domain.outreach import Opening, Outreach
from service.domain.recollection import InPlan, Known, OfFollowUp, OfProtocol, Recollection
from service.domain.record import (
    Booked,
)
from service.workflows.ports.seen import (
    KeptSeen,
)


class BookingChanges(Protocol):
    """Bookings as a transaction changes them."""

    def replace(
        self,
        patient: int,
        source: str,
        booked: Sequence[Booked],
        *,
        known: datetime | None = None,
    ) -> None:
        """Let an appointment be booked for these, and for nothing else."""
        ...


class OutreachChanges(Protocol):
    """Contacts with people as a transaction changes them."""

    def replace(
        self,
        patient: int,
        source: str,
        contacts: Sequence[Outreach],
        *,
        known: datetime | None = None,
    ) -> None:
        """Let a Communication tell these contacts, and no others."""
        ...


class OpeningChanges(Protocol):
    """Who has whom open, as a transaction changes it."""

    def open(self, patient: int, opening: Opening, unit: str) -> None:
        """Let a person be open with somebody; what is over is forgotten."""
        ...

    def close(self, patient: int, who: str) -> None:
        """Let a person no longer be open with somebody."""
        ...


class AdjustmentChanges(Protocol):
    """Adjustments as a transaction changes them."""

    def told_by(self, patient: int, source: str) -> Sequence[Adjustment]:
        """The decisions that a source tells now."""
        ...

    def replace(
        self,
        patient: int,
        source: str,
        decided: Sequence[Adjustment],
        *,
        known: Mapping[Adjustment, datetime] = ...,
    ) -> bool:
        """Let a source tell these decisions and no others; whether that changed anything."""
        ...

    def hold(self, patient: int, hold: Adjustment, *, is_on_hold: bool) -> bool:
        """Let the whole plan be on hold from `hold`'s first day, or go on from that day."""
        ...


class PlanChanges(Protocol):
    """Live plans as a transaction changes them."""

    def add(
        self,
        patient: int,
        care_plan: str,
        protocols: Mapping[str, tuple[str, date]],
        decided: Decided,
    ) -> None:
        """Put protocols into the plan: each with its version and its first day for the patient."""
        ...

    def live(self, patient: int) -> str:
        """The id of the CarePlan that is their live shared plan; empty where none is."""
        ...

    def keep_live(self, patient: int, care_plan: str, *, before: str) -> None:
        """Let this CarePlan be their live shared plan, instead of another; each may be none (empty)."""
        ...

    def end(self, patient: int, last_day: date) -> None:
        """Let the plan follow its protocols to a last day, and no longer."""
        ...

    def go_on(self, patient: int, care_plan: str) -> bool:
        """Let a plan follow what it followed before it ended; whether that is anything."""
        ...

    def take_over(self, patient: int, care_plan: str) -> bool:
        """Let a plan follow what another one follows; whether that is anything."""
        ...

    def agree(
        self,
        patient: int,
        care_plan: str,
        agreed_on: date | None,
        *,
        known: datetime | None = None,
    ) -> None:
        """Let the plan be agreed with the patient since a day, or be a proposal (None)."""
        ...

    def take_back(self, patient: int, run: str) -> tuple[str, ...]:
        """Take a run's protocols out of the plan, as if they had never been in it."""
        ...

    def replace_eligible(
        self, patient: int, eligible: Mapping[str, Sequence[Fit]], *, is_first: bool = False
    ) -> None:
        """Keep on which days each protocol fits; `is_first`: none did before."""
        ...


class KeptChanges(KeptSeen, Protocol):
    """What is kept of patients as a transaction changes it."""

    def save(
        self,
        patient: int,
        changed: Sequence[ChangedFollowUp],
        *,
        care_plan: str,
        today: date,
    ) -> None:
        """Keep the changed follow-ups of a patient."""
        ...


class Recollections(Protocol):
    """What was known of patients when, as a transaction changes it."""

    def of(self, patient: int) -> Recollection:
        """Everything that was ever known about a person."""
        ...

    def add_to_plan(self, patient: int, added: Sequence[Known[InPlan]]) -> None:
        """Let protocols have come into the plan when what qualifies for them did."""
        ...

    def keep(
        self,
        patient: int,
        since: datetime,
        told: Sequence[Known[OfFollowUp]],
        fits: Sequence[Known[OfProtocol]],
        *,
        today: date,
    ) -> None:
        """Let these stretches and fitting days be what was known since an instant, and no others."""
        ...
