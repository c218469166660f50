"""Conditions: codes with the days on which they were active.

Source: `what-is-due` 1.1, 1.3 and 1.5; R4 condition.html. From the onset, else the day it was recorded;
to the day before it ended. One that has neither is told without a day: what Encounters tell dates it.
"""

from datetime import date, timedelta
from typing import Final

from service.domain.fact import CONDITION, REMISSION, UNDATED, Fact
from service.domain.interval import FOREVER
from service.domain.pregnancy import PREGNANCY, PREGNANT, latest_due_date
from service.domain.record import NotCountedReason
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Received

NEVER_WAS: Final = frozenset({"refuted", "entered-in-error"})
ENDED: Final = frozenset({"inactive", REMISSION, "resolved"})
A_DAY: Final = timedelta(days=1)


def condition(received: Received) -> None:
    """A Condition: one fact for each of its codes; where it also is a finding of ours, that finding."""
    if NEVER_WAS.intersection(_status(received, "verificationStatus")):
        return
    codes = codes_of(received.resource.get("code"))
    first = _first_day(received)
    last = _last_day(received, first)
    if first is None:
        received.refuse(NotCountedReason.DAY, codes)
    if last is None:
        return
    if first is None or first <= last:
        _note_active(received, codes, first or FOREVER, last)
        _found(received, codes, first or FOREVER, last)
    if first is None:
        _leave_undated(received)
    _in_remission(received, codes, last)


def _leave_undated(received: Received) -> None:
    """Mark what stands at no day; an ending has its own."""
    setting, sender = received.setting, received.sender()
    received.facts[:] = [
        fact._replace(quality=UNDATED, setting=setting, detail=sender)
        if fact.day == FOREVER
        else fact
        for fact in received.facts
    ]


def _note_active(received: Received, codes: list[str], first: date, last: date) -> None:
    """The days on which it was active, with the day it was recorded."""
    recorded_on = day_of(received.resource.get("recordedDate"))
    recorded = recorded_on.isoformat() if recorded_on else ""
    for code in codes:
        fact = Fact(CONDITION, first, received.source, until=last, code=code, detail=recorded)
        received.note(fact)


def _in_remission(received: Received, codes: list[str], last: date) -> None:
    """What is in remission is so from the day after the last active one, until we hear otherwise."""
    if REMISSION in _status(received, "clinicalStatus"):
        for code in codes:
            received.note(Fact(REMISSION, last + A_DAY, received.source, code=code))


def _status(received: Received, element: str) -> set[str]:
    codings = received.resource.get(element, {}).get("coding", ())
    return {coding.get("code", "") for coding in codings}


def _first_day(received: Received) -> date | None:
    resource = received.resource
    told = (
        resource.get("onsetDateTime"),
        resource.get("onsetPeriod", {}).get("start"),
        resource.get("recordedDate"),
    )
    days = (day_of(text) for text in told)
    return next((day for day in days if day), None)


def _last_day(received: Received, first: date | None) -> date | None:
    """The last active day; an ending without a date is the day we learnt of it, else was recorded.

    None where it has ended and nothing tells when.
    """
    resource = received.resource
    told = (
        resource.get("abatementDateTime"),
        resource.get("abatementPeriod", {}).get("start"),
        resource.get("onsetPeriod", {}).get("end"),
    )
    ended_on = next((day for day in map(day_of, told) if day), None)
    if ended_on:
        return ended_on - A_DAY
    if not ENDED.intersection(_status(received, "clinicalStatus")) and not _abated(received):
        return FOREVER
    learnt = received.received_on or day_of(resource.get("recordedDate")) or first
    return learnt - A_DAY if learnt else None


def _abated(received: Received) -> bool:
    """Whether it has ended in a way that gives no day: an age, a range or words."""
    return any(f"abatement{kind}" in received.resource for kind in ("Age", "Range", "String"))


def _found(received: Received, codes: list[str], first: date, last: date) -> None:
    item = received.item_among(codes)
    if item is None or not item.condition_finding:
        return
    if item.key == PREGNANCY:
        _pregnancy(received, first, last)
    else:
        finding = item.condition_finding
        received.note(Fact(item.key, first, received.source, until=last, code=finding))


def _pregnancy(received: Received, first: date, last: date) -> None:
    """A pregnancy as a condition: pregnant from its onset, ended on its abatement."""
    due = latest_due_date(first)
    received.note(Fact(PREGNANCY, first, received.source, until=due, code=PREGNANT))
    if last != FOREVER:
        received.note(Fact(PREGNANCY, last + A_DAY, received.source, code="ended"))
