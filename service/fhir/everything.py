"""What `Patient/$everything` is asked, in our own words.

Source: R4 patient-operation-everything.html; compartmentdefinition-patient.html.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Final

from service.domain.errors import Invalid, Issue
from service.domain.everything import CareDates, Everything, Place
from service.fhir.asked import Pairs, once
from service.fhir.definitions import patient_compartment
from service.fhir.search.controls import LARGEST_PAGE, PAGE
from service.fhir.search.registry import searchable
from service.fhir.timing import (
    EARLIEST,
    INSTANT,
    LATEST,
    Range,
    full_instant_of,
    microseconds_of,
    range_of,
)
from service.fhir.types import SERVED_TYPES

# The search parameters that say when care was given; other types are of all days: conditions,
# allergies, consents and goals hold until somebody ends them.
_CARE_DATES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("Appointment", "AuditEvent", "CarePlan", "CareTeam", "DiagnosticReport", "Encounter"),
        ("date",),
    ),
    **dict.fromkeys(("EpisodeOfCare", "Flag", "Immunization", "List", "Observation"), ("date",)),
    **dict.fromkeys(("Procedure", "RiskAssessment"), ("date",)),
    **dict.fromkeys(("MeasureReport", "Task"), ("period",)),
    **dict.fromkeys(("QuestionnaireResponse", "RequestGroup"), ("authored",)),
    "Communication": ("sent", "received"),
    "CommunicationRequest": ("occurrence",),
    "Composition": ("date", "period"),
    "DetectedIssue": ("identified",),
    "DocumentReference": ("date", "period"),
    "MedicationAdministration": ("effective-time",),
    "MedicationDispense": ("whenhandedover", "whenprepared"),
    "MedicationRequest": ("authoredon",),
    "MedicationStatement": ("effective",),
    "ServiceRequest": ("occurrence",),
    "Specimen": ("collected",),
}
_OF_THE_FORMAT: Final = frozenset({"_format", "_pretty"})
_KNOWN: Final = frozenset({"_count", "_since", "_type", "end", "start", *_OF_THE_FORMAT})
_COUNT: Final = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


def read_everything(
    id_: str, pairs: Pairs, *, allowed: Iterable[str], after: Place | None = None
) -> Everything:
    """The question about a person; Invalid where a parameter is unknown or cannot be read.

    `allowed` are the types that may be shown to who asks.
    """
    once(pairs, known=_KNOWN, repeated=frozenset({"_type"}))
    given = {name: value for name, value in pairs if value}
    since = _since(given.get("_since", ""))
    return Everything(
        id=id_,
        types=_types([value for name, value in pairs if name == "_type"], allowed),
        compartment=_compartment(),
        since=microseconds_of(since) if since else None,
        dates=_dates(given.get("start", ""), given.get("end", "")),
        count=_count(given.get("_count", str(PAGE))),
        after=after,
    )


def _types(given: list[str], allowed: Iterable[str]) -> tuple[str, ...]:
    asked = {name for text in given for name in text.split(",") if name}
    for name in asked:
        if name not in SERVED_TYPES:
            raise _refused("_type", f"no type that is served here is called `{name[:64]}`")
    return tuple(sorted(set(allowed) & asked if asked else set(allowed)))


def _since(text: str) -> datetime | None:
    found = full_instant_of(text.replace(" ", "+"))
    if text and found is None:
        raise _refused("_since", f"{INSTANT} is expected")
    return found


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise _refused("_count", "a whole number of 1 or more is expected")
    return min(int(text), LARGEST_PAGE)


def _dates(start: str, end: str) -> CareDates | None:
    if not start and not end:
        return None
    low = _day("start", start).low if start else EARLIEST
    high = _day("end", end).high if end else LATEST
    if low >= high:
        raise _refused("end", "it is before `start`")
    return CareDates(low, high, _numbers(_CARE_DATES))


def _day(name: str, text: str) -> Range:
    found = None if "T" in text else range_of(text)
    if found is None:
        raise _refused(name, "a date is expected: YYYY, YYYY-MM or YYYY-MM-DD")
    return found


@cache
def _compartment() -> Mapping[str, tuple[int, ...]]:
    return _numbers(patient_compartment())


def _numbers(parameters: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[int, ...]]:
    found = {
        type_: tuple(
            number
            for code in codes
            if code in searchable(type_)
            for number in searchable(type_)[code].numbers
        )
        for type_, codes in parameters.items()
    }
    return {type_: numbers for type_, numbers in found.items() if numbers}


def _refused(name: str, words: str) -> Invalid:
    return Invalid(issues=[Issue("value", f"`{name}`: {words}", name)])
