"""Rules about devices, sex, and the time since something began, asked on one day.

Written from `what-is-due` 1.5, 3.2 and 3.5, and from `protocols.md` 1 and 2.2.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from service.domain.fact import CONDITION, DEVICE, MEDICINE, REMISSION, SEX, Fact
from service.domain.interval import Interval
from service.domain.rule import (
    Device,
    DeviceInUse,
    DeviceStarted,
    InRemission,
    MedicineDuration,
    MedicineInPregnancy,
    NotDoneSince,
    Sex,
    SinceOnset,
)
from tests.reference.answer import FALSE, TRUE, UNKNOWN, Answer, answer, said
from tests.reference.known import Known, first_of_runs, last_done, starts, uses


@answer.register
def _(rule: Sex, known: Known, starts_on: date | None) -> Answer:
    recorded = [fact.code for fact in known.of(SEX)]
    return said(recorded[-1] == rule.sex) if recorded else Answer(UNKNOWN)


@answer.register
def _(rule: SinceOnset, known: Known, starts_on: date | None) -> Answer:
    onsets = [fact.day for fact in known.of(CONDITION) if fact.code in rule.codes]
    return _since(onsets, rule.span, known.day, less=rule.less)


@answer.register
def _(rule: InRemission, known: Known, starts_on: date | None) -> Answer:
    remissions = [fact for fact in known.of(REMISSION) if fact.code in rule.codes]
    going_on = [fact.day for fact in remissions if known.day <= fact.until]
    return _since(going_on, rule.span, known.day, less=rule.less)


def _since(days: Sequence[date], span: Interval, day: date, *, less: bool) -> Answer:
    if not days:
        return Answer(FALSE)
    early = day < span.after(max(days))
    return said(early if less else not early, [max(days)])


@answer.register
def _(rule: NotDoneSince, known: Known, starts_on: date | None) -> Answer:
    happened = answer(rule.rule, known, starts_on)
    done = last_done(rule.closing, known)
    if happened.events and done is not None and done >= max(happened.events):
        return Answer(FALSE)
    return happened


# Devices: like medicines, but that nothing recorded of one is unknown.


def _device_uses(device: Device, known: Known) -> list[Fact]:
    return [fact for fact in known.of(DEVICE) if fact.code == device.kind]


@answer.register
def _(rule: DeviceInUse, known: Known, starts_on: date | None) -> Answer:
    recorded = _device_uses(rule.device, known)
    if any(known.day <= use.until for use in recorded):
        return Answer(TRUE, tuple(first_of_runs(recorded, rule.device.washout_days)[-1:]))
    return Answer(FALSE if recorded else UNKNOWN)


@answer.register
def _(rule: DeviceStarted, known: Known, starts_on: date | None) -> Answer:
    recorded = _device_uses(rule.device, known)
    began = first_of_runs(recorded, rule.device.washout_days)
    recent = tuple(day for day in began if known.day <= rule.within.after(day))
    return Answer(TRUE, recent) if recent else Answer(FALSE if recorded else UNKNOWN)


# Medicines over a long time, and in a pregnancy.


@answer.register
def _(rule: MedicineDuration, known: Known, starts_on: date | None) -> Answer:
    if not any(known.day <= use.until for use in uses(rule.medicines, known)):
        return _unknown_or_not(known, known.of(MEDICINE), known.day)
    began = starts(rule.medicines, known)[-1]
    return said(rule.at_least.after(began) <= known.day, [began])


@answer.register
def _(rule: MedicineInPregnancy, known: Known, starts_on: date | None) -> Answer:
    statuses = known.findings("pregnancy")
    pregnant = [number for number, one in enumerate(statuses) if one.code == "pregnant"]
    if not pregnant:
        return Answer(UNKNOWN)
    last = statuses[pregnant[-1]]
    first_day = last.until - timedelta(weeks=40)
    ends = [one.day for one in statuses[pregnant[-1] :] if one.code == "ended"]
    last_day = ends[0] if ends else known.day
    then = [use for use in known.of(MEDICINE) if use.day <= last_day and first_day <= use.until]
    if any(use.code.startswith(rule.medicines.atc) for use in then):
        return Answer(TRUE)
    return _unknown_or_not(known, then, first_day)


def _unknown_or_not(known: Known, then: Sequence[Fact], day: date) -> Answer:
    """3.1: nothing recorded at all, or something then in use without a code, leaves it open."""
    unmapped = [use for use in then if not use.code and day <= use.until]
    return Answer(UNKNOWN if unmapped or not known.of(MEDICINE) else FALSE)
