"""Rules about findings, conditions, events, medicines and the person, asked on one day.

Written from `what-is-due` 3 and the rule shapes of `protocols.md` 1.
"""

from collections.abc import Callable
from datetime import date

from service.domain.codes import NO_CODES
from service.domain.fact import BIRTH, CONDITION, DISPENSE, ENCOUNTER, MEDICINE, Fact
from service.domain.interval import Interval
from service.domain.rule import (
    Age,
    DispenseCount,
    EventCount,
    Happened,
    HasCondition,
    LastFinding,
    MedicineEvent,
    MedicineInUse,
    MedicineSince,
    NeverDone,
    Pregnancy,
    SinceDiagnosis,
)
from tests.reference.answer import FALSE, TRUE, UNKNOWN, Answer, answer, said
from tests.reference.known import Known, changes, last_done, starts, uses


@answer.register
def _(rule: LastFinding, known: Known, starts_on: date | None) -> Answer:
    findings = known.findings(rule.item)
    if not findings or findings[-1].until < known.day:
        return Answer(UNKNOWN)
    return said(findings[-1].code in rule.values)


@answer.register
def _(rule: HasCondition, known: Known, starts_on: date | None) -> Answer:
    of_set = [fact for fact in known.of(CONDITION) if fact.code in rule.codes]
    active = [fact.day for fact in of_set if known.day <= fact.until]
    return said(bool(active), active[:1])


@answer.register
def _(rule: SinceDiagnosis, known: Known, starts_on: date | None) -> Answer:
    if starts_on is None:
        return Answer(FALSE)
    early = known.day < rule.span.after(starts_on)
    return said(early if rule.less else not early, [starts_on])


@answer.register
def _(rule: EventCount, known: Known, starts_on: date | None) -> Answer:
    happened = {day for event in rule.events for day in _happened(event, known)}
    recent = sorted(day for day in happened if _is_within(rule.within, day, known.day))
    if len(recent) >= rule.at_least:
        return Answer(TRUE, tuple(recent))
    depends_on_medicines = any(event.medicines is not None for event in rule.events)
    return _not_found(known) if depends_on_medicines else Answer(FALSE)


def _happened(event: Happened, known: Known) -> list[date]:
    """The days on which it happened; what happened on one day happened once."""
    if event.medicines is not None:
        return starts(event.medicines, known)
    facts = known.of(event.item)
    if event.item == ENCOUNTER:
        any_reason = event.reasons == NO_CODES
        facts = [f for f in facts if f.code in event.classes]
        facts = [f for f in facts if any_reason or f.detail in event.reasons]
    return [fact.day for fact in facts]


def _is_within(within: Interval | None, event: date, day: date) -> bool:
    """From its day to its day + D, both included (3.5); without D for ever."""
    return event <= day and (within is None or day <= within.after(event))


@answer.register
def _(rule: NeverDone, known: Known, starts_on: date | None) -> Answer:
    return said(last_done(rule.closing, known) is None)


# Medicines. No data, or one in use without an ATC code, is unknown, not "none" (3.1).


def _not_found(known: Known) -> Answer:
    recorded = known.of(MEDICINE)
    unmapped = [use for use in recorded if not use.code and known.day <= use.until]
    return Answer(UNKNOWN if unmapped or not recorded else FALSE)


@answer.register
def _(rule: MedicineInUse, known: Known, starts_on: date | None) -> Answer:
    in_use = [use for use in uses(rule.medicines, known) if known.day <= use.until]
    began = starts(rule.medicines, known)[-1:]
    return Answer(TRUE, tuple(began)) if in_use else _not_found(known)


@answer.register
def _(rule: MedicineEvent, known: Known, starts_on: date | None) -> Answer:
    events = (changes if rule.or_changed else starts)(rule.medicines, known)
    recent = [day for day in events if _is_within(rule.within, day, known.day)]
    return Answer(TRUE, tuple(recent)) if recent else _not_found(known)


@answer.register
def _(rule: MedicineSince, known: Known, starts_on: date | None) -> Answer:
    began = starts(rule.medicines, known)[-1:]
    if not began:
        return _not_found(known)
    early = known.day < rule.span.after(began[0])
    return said(early if rule.less else not early, began)


@answer.register
def _(rule: DispenseCount, known: Known, starts_on: date | None) -> Answer:
    recorded = known.of(DISPENSE)
    recent = [one for one in recorded if _is_within(rule.within, one.day, known.day)]
    counted = [one.day for one in recent if one.code.startswith(rule.medicines.atc)]
    if len(counted) >= rule.at_least:
        return Answer(TRUE, (counted[rule.at_least - 1],))
    unmapped = [one for one in recent if not one.code]
    return Answer(UNKNOWN if unmapped or not recorded else FALSE)


# The person.


@answer.register
def _(rule: Age, known: Known, starts_on: date | None) -> Answer:
    born = known.of(BIRTH)
    if not born:
        return Answer(UNKNOWN)
    old_enough = rule.at_least is None or _has_turned(born[-1].day, rule.at_least, known.day)
    too_old = rule.below is not None and _has_turned(born[-1].day, rule.below, known.day)
    return said(old_enough and not too_old)


def _has_turned(born: date, years: int, day: date) -> bool:
    return Interval(months=12 * years).after(born) <= day


@answer.register
def _(rule: Pregnancy, known: Known, starts_on: date | None) -> Answer:
    statuses = known.findings("pregnancy")
    if not statuses:
        return Answer(UNKNOWN)
    last = statuses[-1]
    return said(_PREGNANCY[rule.state](last, known.day), [last.day])


def _week(status: Fact, day: date) -> float:
    """Completed weeks and days, counted back from the due date, 40 weeks; none when not pregnant."""
    return 40 - (status.until - day).days / 7 if status.code == "pregnant" else float("nan")


def _first_trimester(status: Fact, day: date) -> bool:
    """To 13 weeks and 6 days."""
    return status.code == "planned" or _week(status, day) < 14


def _postpartum(status: Fact, day: date) -> bool:
    return status.code == "ended" and _is_within(Interval(months=12), status.day, day)


_PREGNANCY: dict[str, Callable[[Fact, date], bool]] = {
    "any": lambda status, _: status.code == "pregnant",
    "planning_or_first_trimester": _first_trimester,
    "first_half": lambda status, day: _week(status, day) < 20,
    "weeks_12_28": lambda status, day: 12 <= _week(status, day) <= 28,
    "postpartum": lambda status, _: status.code == "ended",
    "postpartum_12m": _postpartum,
}
