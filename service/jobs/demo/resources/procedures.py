"""Procedure and DiagnosticReport: what was done without a value of its own.

Source: https://hl7.org/fhir/R4/procedure.html, diagnosticreport.html; SNOMED CT procedures of
chronic-care registers; Kuntaliitto's form codes EKG-12 and FVSpiro, whose presence counts.
"""

from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import Json, coding, concept, instant, reference
from service.jobs.demo.resources.observations import Moment

FUNDUS_PHOTOGRAPH: Final = coding(codes.SNOMED, "170757007", "Fundus photography")
FOOT_SENSATION: Final = coding(codes.SNOMED, "134388005", "Monofilament foot sensation test")
FOOT_PULSES: Final = coding(codes.SNOMED, "91161007", "Pedal pulse taking")
ORAL_CHECK: Final = coding(codes.SNOMED, "34043003", "Dental consultation and report")
MEDICATION_REVIEW: Final = coding(codes.SNOMED, "182836005", "Review of medication")

ELECTROCARDIOGRAM: Final = (
    concept(
        coding(codes.KUNTALIITTO, "1270", "EKG-12"),
        coding(codes.LOINC, "11524-6", "EKG study"),
    ),
    "EC",
)
BLOOD_COUNT: Final = (
    concept(coding(codes.KUNTALIITTO, "2474", "B-PVK+T"), coding(codes.LOINC, "58410-2", "CBC")),
    "HM",
)
SPIROMETRY: Final = (concept(coding(codes.KUNTALIITTO, "2680", "FVSpiro")), "RT")


def add_procedure(chart: Chart, code: Json, *, moment: Moment) -> None:
    """Put something done into the record."""
    content: Json = {
        "status": "completed",
        "code": concept(code),
        "subject": chart.subject(),
        "performedDateTime": instant(moment.day, moment.minutes),
        "performer": [{"actor": moment.performer}],
    }
    if moment.encounter:
        content["encounter"] = reference(moment.encounter)
    chart.add("Procedure", content)


def add_report(
    chart: Chart, kind: tuple[Json, str], *, moment: Moment, conclusion: str = ""
) -> None:
    """Put the final report of an examination into the record."""
    code, service = kind
    content: Json = {
        "status": "final",
        "category": [concept(coding(codes.DIAGNOSTIC_SERVICE, service))],
        "code": code,
        "subject": chart.subject(),
        "effectiveDateTime": instant(moment.day, moment.minutes),
        "issued": instant(moment.day, moment.minutes + 30),
        "performer": [moment.performer],
    }
    if conclusion:
        content["conclusion"] = conclusion
    if moment.encounter:
        content["encounter"] = reference(moment.encounter)
    chart.add("DiagnosticReport", content)
