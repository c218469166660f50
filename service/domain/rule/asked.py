"""What a rule is asked about: one patient's facts and the day a protocol began for them."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from service.domain.patient import PatientFacts
from service.domain.truth import Ground, Timeline


@dataclass(frozen=True, slots=True)
class Asked:
    """The patient, and the first day of the protocol for them (its diagnosis day)."""

    patient: PatientFacts
    starts_on: date


class Rule(Protocol):
    """A statement about a patient that is true, false or unknown on each day.

    `on_event` says that a candidate date counts from the event in the rule's grounds, not from the
    latest evidence (`what-is-due` 4.1). `from_start` says that the answer depends on the
    protocol's first day, so that it is not shared between protocols.
    """

    @property
    def on_event(self) -> bool:
        """Whether an event is the anchor."""
        ...

    @property
    def from_start(self) -> bool:
        """Whether the protocol's first day is part of the question."""
        ...

    def timeline(self, asked: Asked) -> Timeline:
        """The rule's truth over all days."""
        ...


def timeline_of(rule: Rule, asked: Asked) -> Timeline:
    """The rule's timeline, computed once for a patient however many activities ask."""
    memo = asked.patient.memo
    key = (id(rule), asked.starts_on if rule.from_start else None)
    if key not in memo:
        memo[key] = rule.timeline(asked)
    return memo[key]


def not_known(item: str) -> tuple[Ground, ...]:
    """The ground of an unknown: nothing is known about `item`."""
    return (Ground("not-known", (("item", item),)),)
