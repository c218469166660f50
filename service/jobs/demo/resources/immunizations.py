"""Immunization, coded by ATC as in Finland, by CVX, or by the target disease alone.

Source: https://hl7.org/fhir/R4/immunization.html; HL7 Finland's immunization profile.
"""

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import Json, coding, concept


class Vaccine(NamedTuple):
    """A vaccine: ATC and CVX codes, its Finnish name, and its target disease in SNOMED CT."""

    atc: str
    cvx: str
    name: str
    disease: tuple[str, str]


INFLUENZA: Final = Vaccine("J07BB02", "150", "Influenssarokote", ("6142004", "Influenza"))
PNEUMOCOCCUS: Final = Vaccine(
    "J07AL02", "133", "Pneumokokkirokote", ("16814004", "Pneumococcal infectious disease")
)


class Coded(StrEnum):
    """How a system tells which vaccine it was."""

    ATC = "atc"
    CVX = "cvx"
    TARGET = "target disease"


def add_vaccination(chart: Chart, vaccine: Vaccine, *, day: date, coded: Coded) -> None:
    """Put a vaccination at the person's health centre into the record."""
    content: Json = {
        "status": "completed",
        "vaccineCode": _code(vaccine, coded),
        "patient": chart.subject(),
        "occurrenceDateTime": day.isoformat(),
        "recorded": day.isoformat(),
        "primarySource": True,
        "performer": [{"actor": chart.refer(chart.person.unit.organisation.id)}],
    }
    if coded is Coded.TARGET:
        target = concept(coding(codes.SNOMED, *vaccine.disease))
        content["protocolApplied"] = [{"targetDisease": [target], "doseNumberPositiveInt": 1}]
    chart.add("Immunization", content)


def _code(vaccine: Vaccine, coded: Coded) -> Json:
    if coded is Coded.ATC:
        return concept(coding(codes.ATC_FINLAND, vaccine.atc), text=vaccine.name)
    if coded is Coded.CVX:
        return concept(coding(codes.CVX, vaccine.cvx), text=vaccine.name)
    return concept(text=vaccine.name)
