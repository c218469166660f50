"""Pregnancy: a status with its day, and the due date from which its trimesters are counted.

Source: HL7 International Patient Summary, pregnancy status (LOINC 82810-3) with the estimated date of
delivery (11778-8) beside it.
"""

from datetime import date
from typing import Final

from service.domain.pregnancy import PREGNANCY, PREGNANT, latest_due_date
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Received

DUE_DATE: Final = "loinc|11778-8"


def with_due_date(received: Received) -> None:
    """Give the facts of a pregnancy its due date, which the rules count trimesters from."""
    due = _told_due_date(received)
    for number, fact in enumerate(received.facts):
        if fact.item == PREGNANCY and fact.code == PREGNANT:
            received.facts[number] = fact._replace(until=due or latest_due_date(fact.day))


def _told_due_date(received: Received) -> date | None:
    for component in received.resource.get("component", ()):
        if DUE_DATE in codes_of(component["code"]):
            return day_of(component.get("valueDateTime"))
    return None
