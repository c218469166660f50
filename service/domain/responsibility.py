"""The unit responsible for a patient on a day.

Source: `semantics.md` 1.6: the episode of care, else the registered health centre, else the latest
ambulatory visit, else no unit, which is always listed.
"""

from datetime import date
from typing import Final, NamedTuple

from service.domain.fact import UNIT, Fact
from service.domain.interval import next_day
from service.domain.patient import PatientFacts

NO_UNIT: Final = ""
GROUNDS: Final = ("episode", "registered", "visit")


class Responsibility(NamedTuple):
    """From `start` on this unit is responsible, on this ground."""

    start: date
    unit: str
    ground: str


def responsibilities(patient: PatientFacts) -> tuple[Responsibility, ...]:
    """The responsible unit over all days, in order; the first begins at `date.min`."""
    facts = patient.of(UNIT)
    days = {date.min} | {fact.day for fact in facts}
    days |= {next_day(fact.until) for fact in facts}
    found: list[Responsibility] = []
    for day in sorted(days):
        one = _on(facts, day)
        if not found or found[-1][1:] != one[1:]:
            found.append(one)
    return tuple(found)


def _on(facts: list[Fact], day: date) -> Responsibility:
    held = [fact for fact in facts if fact.day <= day <= fact.until]
    for ground in GROUNDS:
        latest = next((fact for fact in reversed(held) if fact.detail == ground), None)
        if latest:
            return Responsibility(day, latest.code, ground)
    return Responsibility(day, NO_UNIT, "")
