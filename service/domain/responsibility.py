"""The unit responsible for a patient on a day.

Source: `what-is-due` 1.6: the episode of care, else the registered health centre, else the latest
ambulatory visit, else no unit, which is always listed.
"""

from collections.abc import Sequence
from datetime import date, timedelta
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


def succeeded(before: Sequence[Fact], now: Sequence[Fact], today: date) -> list[Fact]:
    """The facts of a person whose registration may have moved: the old unit held until yesterday.

    A Patient tells only where they are registered now; that they were elsewhere stays true.
    """
    told = [fact for fact in before if _is_registration(fact)]
    past = [fact for fact in told if fact.until < today]
    standing = next((fact for fact in told if fact.until >= today), None)
    here = next((fact for fact in now if _is_registration(fact)), None)
    rest = [fact for fact in now if fact is not here]
    if standing and (here is None or here.code != standing.code):
        ended = standing._replace(until=today - timedelta(days=1))
        past += [ended] if ended.until >= ended.day else []
    if here is None:
        return [*rest, *past]
    if standing and here.code == standing.code:
        return [*rest, *past, here._replace(day=standing.day)]
    return [*rest, *past, here._replace(day=today) if told else here]


def _is_registration(fact: Fact) -> bool:
    return fact.item == UNIT and fact.detail == "registered"
