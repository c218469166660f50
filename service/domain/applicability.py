"""Whom a protocol fits, and from when: the qualifying condition decides, not the day of enrolment.

Source: `what-is-due` 1.1 to 1.5. The facts of a condition already run from its onset (else the day
it was recorded) to its end, and only while it is active.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from service.domain.fact import CONDITION, Fact
from service.domain.interval import next_day
from service.domain.patient import PatientFacts
from service.domain.protocol import Protocol


class Fit(NamedTuple):
    """The protocol fits from the first day up to, not including, `until`; `source` qualified."""

    from_day: date
    until: date
    source: str


def fits(protocol: Protocol, patient: PatientFacts) -> tuple[Fit, ...]:
    """The stretches of days on which the patient has a qualifying condition; death ends the last."""
    found = [fact for fact in patient.of(CONDITION) if fact.code in protocol.conditions]
    merged = _joined([Fit(fact.day, next_day(fact.until), fact.source) for fact in found])
    died_on = patient.died_on
    if died_on is None:
        return tuple(merged)
    return tuple(
        fit._replace(until=min(fit.until, died_on)) for fit in merged if fit.from_day < died_on
    )


def _joined(found: Sequence[Fit]) -> list[Fit]:
    joined: list[Fit] = []
    for fit in sorted(found):
        if joined and fit.from_day <= joined[-1].until:
            until = max(joined[-1].until, fit.until)
            joined[-1] = joined[-1]._replace(until=until)
        else:
            joined.append(fit)
    return joined


def is_suggested(protocol: Protocol, fact: Fact) -> bool:
    """Whether a condition only suggests the protocol, for a person to accept."""
    return fact.item == CONDITION and fact.code in protocol.suggested_by
