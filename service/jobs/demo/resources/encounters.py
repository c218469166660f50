"""Encounter: visits with our activity codes, emergency visits and hospital stays.

Source: https://hl7.org/fhir/R4/encounter.html; HL7 Finland: only a service event's own OID may be an
official identifier, so these have none.
"""

from datetime import date
from typing import Final, NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import Json, coding, concept, instant

_AMBULATORY: Final = coding(codes.ACT_CODE, "AMB", "ambulatory")
_EMERGENCY: Final = coding(codes.ACT_CODE, "EMER", "emergency")
_INPATIENT: Final = coding(codes.ACT_CODE, "IMP", "inpatient encounter")
_MORNING: Final = 9 * 60


class Visit(NamedTuple):
    """When and with whom: the day, the minute it began, the professional and the Encounter's id."""

    day: date
    minutes: int
    performer: str
    encounter: str = ""


def add_visit(
    chart: Chart, visit: Visit, *, activities: tuple[str, ...], reasons: list[tuple[str, str]]
) -> Visit:
    """Put a visit at the person's health centre into the record, with what was done in `type`."""
    content: Json = {
        "status": "finished",
        "class": _AMBULATORY,
        "type": [concept(coding(codes.ACTIVITY, activity)) for activity in activities],
        "subject": chart.subject(),
        "participant": [{"individual": chart.refer(visit.performer)}],
        "period": _period(visit.day, visit.minutes, lasts=30),
        "reasonCode": [concept(coding(codes.ICD10, *reason)) for reason in reasons],
        "serviceProvider": chart.refer(chart.person.unit.organisation.id),
    }
    kept = {name: value for name, value in content.items() if value != []}
    return visit._replace(encounter=chart.add("Encounter", kept))


def add_emergency_visit(chart: Chart, day: date, *, reason: tuple[str, str]) -> Visit:
    """Put a visit to the county's emergency clinic into the record."""
    minutes = chart.chance.randrange(8 * 60, 21 * 60)
    content = _at_hospital(chart, _EMERGENCY, reason=reason) | {
        "status": "finished",
        "period": _period(day, minutes, lasts=120),
    }
    encounter = chart.add("Encounter", content)
    return Visit(day, minutes, chart.person.county.hospital.id, encounter)


def add_stay(chart: Chart, first: date, *, last: date | None, reason: tuple[str, str]) -> Visit:
    """Put a hospital stay into the record; without a last day it goes on."""
    period: Json = {"start": instant(first, _MORNING)}
    content = _at_hospital(chart, _INPATIENT, reason=reason)
    content |= {"status": "finished" if last else "in-progress", "period": period}
    if last:
        period["end"] = instant(last, _MORNING + 240)
    encounter = chart.add("Encounter", content)
    return Visit(first, _MORNING + 60, chart.person.county.hospital.id, encounter)


def _at_hospital(chart: Chart, kind: Json, *, reason: tuple[str, str]) -> Json:
    return {
        "class": kind,
        "subject": chart.subject(),
        "reasonCode": [concept(coding(codes.ICD10, *reason))],
        "serviceProvider": chart.refer(chart.person.county.hospital.id),
    }


def _period(day: date, minutes: int, *, lasts: int) -> Json:
    return {"start": instant(day, minutes), "end": instant(day, minutes + lasts)}
