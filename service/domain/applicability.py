"""Whom a protocol fits, and from when: what qualifies decides, not the day of enrolment.

Source: `what-is-due` 1.1 to 1.5. The facts of a condition already run from its onset (else the day
it was recorded) to its end, and only while it is active.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from service.domain.fact import CONDITION, MEDICINE, PROCEDURE, REMISSION, Fact
from service.domain.interval import FOREVER, next_day
from service.domain.patient import PatientFacts
from service.domain.protocol import Protocol


class Fit(NamedTuple):
    """The protocol fits from the first day up to, not including, `until`; `source` qualified."""

    from_day: date
    until: date
    source: str


class Gap(NamedTuple):
    """Days, the last not included, on which another condition takes the protocol's place."""

    from_day: date
    until: date


class Rivalry(NamedTuple):
    """Two conditions that exclude each other: the one recorded later holds, the other yields."""

    holds: Fact
    yields: Fact


def fits(
    protocol: Protocol, patient: PatientFacts, accepted: Sequence[Fit] = ()
) -> tuple[Fit, ...]:
    """The stretches of days on which the patient qualifies; death ends the last.

    `accepted` are days on which somebody's word stands in for what qualifies (1.1).
    """
    merged = _joined([*_qualifying(protocol, patient), *accepted])
    gaps = (*_endings(protocol, patient), *_lost_to_rivals(protocol, patient))
    merged = _without(merged, gaps)
    died_on = patient.died_on
    if died_on is None:
        return tuple(merged)
    return tuple(
        fit._replace(until=min(fit.until, died_on)) for fit in merged if fit.from_day < died_on
    )


def _qualifying(protocol: Protocol, patient: PatientFacts) -> Iterator[Fit]:
    yield from _by_condition(protocol, patient.of(CONDITION))
    if protocol.through_remission:
        remissions = patient.of(REMISSION)
        yield from (_while_it_holds(one) for one in remissions if one.code in protocol.conditions)
    if protocol.medicines:
        uses = patient.of(MEDICINE)
        yield from (_while_it_holds(use) for use in uses if use.code.startswith(protocol.medicines))
    for procedure in patient.of(PROCEDURE):
        if procedure.code in protocol.procedures:
            yield Fit(procedure.day, FOREVER, procedure.source)


def _by_condition(protocol: Protocol, conditions: Iterable[Fact]) -> Iterator[Fit]:
    for fact in conditions:
        if fact.code in protocol.conditions:
            fit = _while_it_holds(fact)
            yield fit._replace(until=protocol.lasts.after(fact.day)) if protocol.lasts else fit
        for succession in protocol.successions:
            if fact.code in succession.conditions:
                yield Fit(succession.after.after(fact.day), FOREVER, fact.source)


def _while_it_holds(fact: Fact) -> Fit:
    return Fit(fact.day, next_day(fact.until), fact.source)


def _endings(protocol: Protocol, patient: PatientFacts) -> Iterator[Gap]:
    """1.4: active diabetes ends the follow-up of its risk."""
    for ending in protocol.endings:
        for fact in patient.of(CONDITION):
            if fact.code in ending.conditions:
                lasting = ending.lasting
                yield Gap(fact.day, lasting.after(fact.day) if lasting else next_day(fact.until))


def _lost_to_rivals(protocol: Protocol, patient: PatientFacts) -> Iterator[Gap]:
    """1.4: of type 1 and type 2 recorded together the latest recorded holds."""
    own, rivals = _challenged(protocol, patient)
    if not own or not rivals:
        return
    days = sorted({day for fact in (*own, *rivals) for day in (fact.day, next_day(fact.until))})
    for day, until in zip(days, [*days[1:], FOREVER], strict=True):
        found = rivalry_on(protocol, patient, day)
        if found and found.holds in rivals:
            yield Gap(day, until)


def rivalry_on(protocol: Protocol, patient: PatientFacts, day: date) -> Rivalry | None:
    """The protocol's own condition and its rival, where both are recorded of a day (1.4)."""
    own, rivals = (
        max((fact for fact in facts if fact.day <= day <= fact.until), key=_recorded, default=None)
        for facts in _challenged(protocol, patient)
    )
    if own is None or rivals is None:
        return None
    return Rivalry(*sorted((own, rivals), key=_recorded, reverse=True))


def _challenged(protocol: Protocol, patient: PatientFacts) -> tuple[list[Fact], list[Fact]]:
    conditions = patient.of(CONDITION)
    return (
        [fact for fact in conditions if fact.code in protocol.conditions],
        [fact for fact in conditions if fact.code in protocol.rivals],
    )


def _recorded(fact: Fact) -> tuple[str, date, int, str]:
    """When a condition was recorded (else its onset), so that of two one is the later."""
    return fact.detail or fact.day.isoformat(), fact.day, fact.received, fact.code


def _joined(found: Iterable[Fit]) -> list[Fit]:
    joined: list[Fit] = []
    for fit in sorted(found):
        if joined and fit.from_day <= joined[-1].until:
            until = max(joined[-1].until, fit.until)
            joined[-1] = joined[-1]._replace(until=until)
        else:
            joined.append(fit)
    return joined


def _without(fits_: Sequence[Fit], gaps: Iterable[Gap]) -> list[Fit]:
    left = list(fits_)
    for gap in gaps:
        left = [part for fit in left for part in _cut(fit, gap)]
    return left


def _cut(fit: Fit, gap: Gap) -> Iterator[Fit]:
    if fit.from_day < min(fit.until, gap.from_day):
        yield fit._replace(until=min(fit.until, gap.from_day))
    if max(fit.from_day, gap.until) < fit.until:
        yield fit._replace(from_day=max(fit.from_day, gap.until))


def is_suggested(protocol: Protocol, fact: Fact) -> bool:
    """Whether a condition only suggests the protocol, for a person to accept."""
    return fact.item == CONDITION and fact.code in protocol.suggested_by


def suggestion_on(protocol: Protocol, patient: PatientFacts, day: date) -> Fact | None:
    """The latest condition that suggests the protocol on a day."""
    holding = (fact for fact in patient.of(CONDITION) if fact.day <= day <= fact.until)
    suggesting = [fact for fact in holding if is_suggested(protocol, fact)]
    return suggesting[-1] if suggesting else None


def by_acceptance(protocol: Protocol, patient: PatientFacts, accepted_on: date, until: date) -> Fit:
    """The days on which a person's acceptance of a suggestion makes the protocol fit (1.1, 1.3).

    What qualifies is the acceptance, so it fits from that day on, not from when the condition that
    suggests it was recorded: that says nothing of the disease. It goes on when that condition ends.
    """
    suggesting = suggestion_on(protocol, patient, accepted_on)
    return Fit(accepted_on, until, suggesting.source if suggesting else "")
