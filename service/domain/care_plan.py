"""The live shared plan of a patient and what the service itself writes into the record for it.

Source: what-is-due 8: one live plan a person; a follow-up is a ServiceRequest, a round a Task.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from service.domain.adjustment import Adjustment
from service.domain.follow_up import Done
from service.domain.protocol import Names

_MADE: Final = uuid5(NAMESPACE_URL, "https://seuranta.example/fhir")


class RequestStatus(StrEnum):
    """Status of a follow-up's ServiceRequest; `revoked` has ended, `completed` was wanted once."""

    ACTIVE = "active"
    REVOKED = "revoked"
    COMPLETED = "completed"
    IN_ERROR = "entered-in-error"


class TaskStatus(StrEnum):
    """Status of a round's Task; never changed by lateness."""

    REQUESTED = "requested"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    IN_ERROR = "entered-in-error"


AT_WORK: Final = (TaskStatus.REQUESTED.value, "received", "accepted", "ready", "in-progress")
"""Statuses of an open round, of which people may choose any: how far they are with it."""


class Decided(NamedTuple):
    """How a protocol came into a plan: by a run, a person, or the unit's standing decision."""

    decision: str
    run: str = ""
    author: str = ""
    reason: str = ""


BY_RUN: Final = "run"
ACCEPTED: Final = "accepted"
"""A person accepted a protocol that fits."""
SUGGESTION_ACCEPTED: Final = "suggestion-accepted"
"""A person accepted a protocol that a condition only suggests: their word makes it fit."""
BY_ACCEPTANCE: Final = frozenset({ACCEPTED, SUGGESTION_ACCEPTED})
REPLAYED: Final = frozenset({BY_RUN, *BY_ACCEPTANCE})
"""Decisions that nothing in the record repeats: a replay reads them from the plans themselves."""

ON_ARRIVAL: Final = Decided("on-arrival")
"""The unit puts a person on a protocol as soon as a qualifying condition arrives."""


class PlanContent(NamedTuple):
    """What the live plan's CarePlan says: `protocols` are canonicals with their version, by id.

    `is_followed`: it still follows one of them; not so where all were taken back or have ended.
    `is_extended`: a protocol has just come into it, or another version of one, the `renewed`.
    `is_gone`: somebody has just deleted it.
    `decided` is what people decided about its follow-ups, by their ids.
    """

    id: str
    patient: str
    since: date
    protocols: Mapping[str, str]
    addresses: tuple[str, ...]
    follow_ups: tuple[str, ...]
    unit: str
    invented: bool
    is_followed: bool = True
    is_extended: bool = False
    is_gone: bool = False
    decided: Mapping[str, tuple[Adjustment, ...]] = MappingProxyType({})
    renewed: str = ""


class FollowUpContent(NamedTuple):
    """What a follow-up's ServiceRequest says; `decided` is what people decided about it."""

    id: str
    care_plan: str
    patient: str
    activity: str
    kind: str
    names: Names
    performer: str
    protocols: tuple[str, ...]
    status: RequestStatus
    authored_on: date
    invented: bool
    decided: tuple[Adjustment, ...] = ()


class RoundDecided(NamedTuple):
    """What decides how a round's Task stands: its status, what closed it, what people decided."""

    status: TaskStatus
    done: Done | None
    decided: tuple[Adjustment, ...]
    today: date


class RoundContent(NamedTuple):
    """What a round's Task says; `done` is what closed it, `decided` all that was about its follow-up."""

    id: str
    follow_up: str
    patient: str
    activity: str
    names: Names
    status: TaskStatus
    authored_on: date
    modified_on: date
    done: Done | None
    invented: bool
    decided: tuple[Adjustment, ...] = ()

    @property
    def stands(self) -> RoundDecided:
        """How the Task stands."""
        return RoundDecided(self.status, self.done, self.decided, self.modified_on)


def made_id(*parts: str) -> str:
    """The id of a resource that the service makes: the same for the same parts, so that it is made once."""
    return str(uuid5(_MADE, "|".join(parts)))


def shared_plan_id(patient: str) -> str:
    """The id under which the service makes a patient's live shared plan, where there is none yet."""
    return made_id(patient, "care-plan")
