"""Observation: a laboratory result as the two counties' laboratories send it.

Source: https://hl7.org/fhir/R4/observation.html; the laboratory nomenclature of Kuntaliitto with
LOINC beside it, as HL7 Finland's general guidance asks.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.faults import Sending
from service.jobs.demo.region import SILENT_FOR_DAYS, region
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import (
    INVENTED,
    Json,
    coding,
    concept,
    instant,
    quantity,
    reference,
)
from service.jobs.demo.tables.laboratory_tests import LaboratoryTest, Naming

_LABORATORY: Final = concept(coding(codes.OBSERVATION_CATEGORY, "laboratory"))
_NOT_MEASURED: Final = concept(coding(codes.ABSENT_REASON, "error", "Error"))
_AFTERNOON: Final = 15 * 60


class Sample(NamedTuple):
    """When a sample was taken, and the Encounter it was taken at, if any."""

    day: date
    minutes: int
    encounter: str = ""


def add_laboratory_result(
    chart: Chart, test: LaboratoryTest, *, value: float, sample: Sample, sending: Sending
) -> None:
    """Put a result into the record; nothing comes from a laboratory that has fallen silent."""
    if _is_silent(chart, sample.day):
        return
    naming = test.north if chart.person.county.north else test.here
    content: Json = {
        "status": sending.status,
        "category": [_LABORATORY],
        "code": _code(naming, local=sending.local_code, loinc=not sending.without_loinc),
        "subject": chart.subject(),
        "effectiveDateTime": _taken(sample, sending),
        "issued": _issued(sample, chart.today, days_late=sending.days_late),
        "performer": [chart.refer(chart.laboratory.id)],
    }
    if sample.encounter:
        content["encounter"] = reference(sample.encounter)
    if sending.without_value:
        content["dataAbsentReason"] = _NOT_MEASURED
    else:
        content["valueQuantity"] = _value(test, value, ucum=not sending.without_ucum)
        content["referenceRange"] = _reference_range(test, man=chart.person.is_man)
    meta = _meta(chart.laboratory.oid)
    for _ in range(2 if sending.twice else 1):
        chart.add_result(content, meta=meta)


def _is_silent(chart: Chart, day: date) -> bool:
    silent = chart.laboratory is region().silent_laboratory
    return silent and day > chart.today - timedelta(days=SILENT_FOR_DAYS)


def _taken(sample: Sample, sending: Sending) -> str:
    return sample.day.isoformat() if sending.day_only else instant(sample.day, sample.minutes)


def _issued(sample: Sample, today: date, *, days_late: int) -> str:
    """In the afternoon of the day; a late one later, yet not after yesterday."""
    day = min(sample.day + timedelta(days=days_late), today - timedelta(days=1))
    return instant(day, max(_AFTERNOON, sample.minutes) + sample.minutes % 60)


def _value(test: LaboratoryTest, value: float, *, ucum: bool) -> Json:
    rounded = round(value, test.decimals) if test.decimals else round(value)
    below = test.detectable and rounded < test.detectable
    shown: Json = {"value": test.detectable, "comparator": "<"} if below else {"value": rounded}
    if not ucum:
        return shown | {"unit": test.spelling}
    return quantity(rounded, test.ucum, test.spelling) | shown


@cache
def _code(naming: Naming, *, local: bool, loinc: bool) -> Json:
    if local:
        name = naming.abbreviation.upper()
        return concept(coding(codes.LOCAL_TESTS, f"{name}-P"), text=naming.abbreviation)
    codings = [coding(codes.KUNTALIITTO, naming.number, naming.abbreviation)]
    if loinc:
        codings.append(coding(codes.LOINC, naming.loinc))
    return concept(*codings)


@cache
def _reference_range(test: LaboratoryTest, *, man: bool) -> list[Json]:
    low, high = test.low[man], test.high[man]
    limits = {"low": low, "high": high}
    return [
        {
            name: quantity(limit, test.ucum, test.spelling)
            for name, limit in limits.items()
            if limit is not None
        }
    ]


@cache
def _meta(oid: str) -> Json:
    return {"source": f"urn:oid:{oid}", "security": [INVENTED]}
