"""Observation: what is measured, asked or found at a visit, and what people measure at home.

Source: https://hl7.org/fhir/R4/observation-vitalsigns.html (blood pressure 85354-9 with components
8480-6 and 8462-4); Kanta PHR's vital signs for home measurements (the performer is the patient).
"""

from datetime import date
from functools import cache
from typing import Final, NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import (
    Json,
    coding,
    concept,
    instant,
    quantity,
    reference,
)
from service.jobs.demo.resources.encounters import Visit


class Measurement(NamedTuple):
    """What was measured: its code, name, category, UCUM unit; a national code with its name.

    The code is LOINC's, or our own item's where no public one is known.
    """

    code: str
    name: str
    category: str
    ucum: str
    national: tuple[str, str] | None = None
    system: str = codes.LOINC


WEIGHT: Final = Measurement("29463-7", "Body weight", "vital-signs", "kg")
BODY_MASS_INDEX: Final = Measurement("39156-5", "Body mass index", "vital-signs", "kg/m2")
ASTHMA_CONTROL: Final = Measurement("82674-3", "Asthma Control Test", "survey", "{score}")
COPD_ASSESSMENT: Final = Measurement(
    "cat", "COPD Assessment Test", "survey", "{score}", system=codes.ITEM
)
BREATHLESSNESS: Final = Measurement(
    "mmrc", "mMRC dyspnoea scale", "survey", "{score}", system=codes.ITEM
)
STROKE_RISK: Final = Measurement(
    "chadsvasc", "CHA2DS2-VASc", "survey", "{score}", system=codes.ITEM
)
DEPRESSION: Final = Measurement("44261-6", "PHQ-9", "survey", "{score}")
OXYGEN_SATURATION: Final = Measurement("59408-5", "Oxygen saturation", "vital-signs", "%")
ALCOHOL: Final = Measurement("75626-2", "AUDIT-C", "survey", "{score}")
# PEF-Pa is the form of a whole home series; its value is the mean.
PEAK_FLOW: Final = Measurement(
    "33452-4", "Maximum expiratory gas flow", "vital-signs", "L/min", ("2858", "PEF-Pa")
)
FEV1: Final = Measurement("20150-9", "FEV1", "procedure", "L")
GLUCOSE_MANAGEMENT: Final = Measurement(
    "97506-0", "Glucose management indicator", "vital-signs", "%"
)

PRESSURE: Final = concept(coding(codes.LOINC, "85354-9", "Blood pressure panel"))
# The mean of a whole series at home.
PRESSURE_MEAN: Final = concept(coding(codes.LOINC, "96607-7", "Blood pressure panel mean"))
_SYSTOLIC: Final = concept(coding(codes.LOINC, "8480-6", "Systolic blood pressure"))
_DIASTOLIC: Final = concept(coding(codes.LOINC, "8462-4", "Diastolic blood pressure"))


class Moment(NamedTuple):
    """When, by whom, and at which visit something was measured; at home it is at none."""

    day: date
    minutes: int
    performer: Json
    encounter: str = ""


def at_visit(chart: Chart, visit: Visit) -> Moment:
    """The moment of a visit, a quarter of an hour after it began."""
    return Moment(visit.day, visit.minutes + 15, chart.refer(visit.performer), visit.encounter)


def at_home(chart: Chart, day: date, *, minutes: int) -> Moment:
    """A moment at home, measured by the person."""
    return Moment(day, minutes, chart.subject())


def add_measurement(chart: Chart, what: Measurement, *, value: float, moment: Moment) -> None:
    """Put a measured value or a score into the record."""
    content = _opened(chart, _code(what), moment=moment, category=what.category)
    chart.add_result(content | {"valueQuantity": quantity(value, what.ucum)})


def add_blood_pressure(
    chart: Chart, pressure: tuple[int, int], *, moment: Moment, code: Json = PRESSURE
) -> None:
    """Put a blood pressure, systolic and diastolic in mmHg, into the record."""
    systolic, diastolic = pressure
    content = _opened(chart, code, moment=moment, category="vital-signs")
    content["component"] = [
        {"code": _SYSTOLIC, "valueQuantity": quantity(systolic, "mm[Hg]", "mmHg")},
        {"code": _DIASTOLIC, "valueQuantity": quantity(diastolic, "mm[Hg]", "mmHg")},
    ]
    chart.add_result(content)


def add_finding(chart: Chart, code: Json, *, value: Json, moment: Moment, category: str) -> None:
    """Put a coded finding into the record; `code` and `value` are CodeableConcepts."""
    content = _opened(chart, code, moment=moment, category=category)
    chart.add_result(content | {"valueCodeableConcept": value})


def _opened(chart: Chart, code: Json, *, moment: Moment, category: str) -> Json:
    content: Json = {
        "status": "final",
        "category": [_category(category)],
        "code": code,
        "subject": chart.subject(),
        "effectiveDateTime": instant(moment.day, moment.minutes),
        "issued": instant(moment.day, moment.minutes + 5),
        "performer": [moment.performer],
    }
    if moment.encounter:
        content["encounter"] = reference(moment.encounter)
    return content


@cache
def _code(what: Measurement) -> Json:
    national = [coding(codes.KUNTALIITTO, *what.national)] if what.national else []
    return concept(*national, coding(what.system, what.code, what.name))


@cache
def _category(code: str) -> Json:
    return concept(coding(codes.OBSERVATION_CATEGORY, code))
