"""MedicationStatement, MedicationRequest and MedicationDispense, coded by ATC.

Source: https://hl7.org/fhir/R4/medicationstatement.html, medicationrequest.html,
medicationdispense.html. A Finnish prescription is valid for two years at most.
"""

from datetime import date
from functools import cache
from typing import NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import Json, coding, concept, quantity
from service.jobs.demo.tables.medicines import Medicine


class Use(NamedTuple):
    """A medicine in one dose from a day on; without an end it goes on."""

    medicine: Medicine
    dose: str
    start: date
    end: date | None = None


def add_statement(chart: Chart, use: Use, *, system: str) -> None:
    """Put a use from the medication list into the record."""
    period = {"start": use.start.isoformat()}
    if use.end:
        period["end"] = use.end.isoformat()
    content: Json = {
        "status": "completed" if use.end else "active",
        "medicationCodeableConcept": _medicine(use.medicine, system),
        "subject": chart.subject(),
        "effectivePeriod": period,
        "dateAsserted": use.start.isoformat(),
        "informationSource": chart.refer(chart.person.unit.physician.id),
        "dosage": [{"text": use.dose}],
    }
    chart.add("MedicationStatement", content)


def add_prescription(chart: Chart, use: Use, *, valid_to: date, system: str) -> None:
    """Put a prescription into the record; `use.end` says that another one has replaced it."""
    content: Json = {
        "status": "completed" if use.end else "active",
        "intent": "order",
        "medicationCodeableConcept": _medicine(use.medicine, system),
        "subject": chart.subject(),
        "authoredOn": use.start.isoformat(),
        "requester": chart.refer(chart.person.unit.physician.id),
        "dosageInstruction": [{"text": use.dose}],
        "dispenseRequest": {
            "validityPeriod": {"start": use.start.isoformat(), "end": valid_to.isoformat()}
        },
    }
    chart.add("MedicationRequest", content)


def add_dispense(chart: Chart, medicine: Medicine, *, day: date) -> None:
    """Put one package handed out by a pharmacy into the record."""
    content: Json = {
        "status": "completed",
        "medicationCodeableConcept": _medicine(medicine, codes.ATC_FINLAND),
        "subject": chart.subject(),
        "quantity": quantity(1, "{package}", "pakkaus"),
        "whenHandedOver": day.isoformat(),
    }
    chart.add("MedicationDispense", content)


@cache
def _medicine(medicine: Medicine, system: str) -> Json:
    """By ATC; a product number (VNR) alone has no map to ATC and leaves the substance unknown."""
    if system == codes.VNR:
        number = f"{sum(medicine.atc.encode()) * 7:06d}"
        return concept(coding(codes.VNR, number), text=medicine.name)
    return concept(coding(system, medicine.atc), text=medicine.name)
