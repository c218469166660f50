"""Small pieces of FHIR R4 JSON: codings, texts in three languages, quantities, timings, extensions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.writing.names import Json, fhir_id, url_of

Names: TypeAlias = Sequence[str]
"""A text in Finnish, Swedish and English."""

VERSION: Final = "2026.1"
LANGUAGE: Final = "fi"
OTHER_LANGUAGES: Final = ("sv", "en")
TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
UCUM: Final = "http://unitsofmeasure.org"
SYSTEMS: Final = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "kuntaliitto": "urn:oid:1.2.246.537.6.3.2006",
    "icd10": "urn:oid:1.2.246.537.6.1",
    "icpc2": "urn:oid:1.2.246.537.6.31",
    "atc": "http://www.whocc.no/atc",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "yes-no": "http://terminology.hl7.org/CodeSystem/v2-0136",
    "activity": f"{BASE}/CodeSystem/activity",
    "device": f"{BASE}/CodeSystem/device",
    "item": f"{BASE}/CodeSystem/item",
    "finding": f"{BASE}/CodeSystem/finding",
    "performer": f"{BASE}/CodeSystem/performer",
}
_PERIOD = re.compile(r"P(\d+)([YMWD])")
_PERIOD_UNITS: Final = {"Y": "a", "M": "mo", "W": "wk", "D": "d"}


def goal_id(goal: str) -> str:
    """The id of a goal in its protocol, where an action may be called like the item it measures."""
    return f"goal-{fhir_id(goal)}"


def extension(name: str, **value: Any) -> Json:
    """One of our extensions, with its value: `extension("anchor", valueCode="event")`."""
    return {"url": f"{BASE}/StructureDefinition/{name}", **value}


def part(name: str, **value: Any) -> Json:
    """A part of a complex extension."""
    return {"url": name, **value}


def complex_part(name: str, parts: Iterable[Json]) -> Json:
    """A part that has parts itself."""
    return {"url": name, "extension": list(parts)}


def translated(element: str, names: Names, *more: Json) -> Json:
    """A text element with the standard's translation extension, and further extensions of it."""
    return {element: names[0], f"_{element}": {"extension": [*translations(names), *more]}}


def translations(names: Names) -> list[Json]:
    """The other languages of a text."""
    pairs = zip(OTHER_LANGUAGES, names[1:], strict=True)
    return [
        {
            "url": TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": language},
                {"url": "content", "valueString": text},
            ],
        }
        for language, text in pairs
    ]


def coding(system: str, code: str, display: str | None = None) -> Json:
    """A Coding; `system` is a short name of `SYSTEMS`."""
    found = {"system": SYSTEMS[system], "code": code}
    return {**found, "display": display} if display else found


def concept(system: str, code: str, names: Names | None = None) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code, names[0] if names else None)]}


def quantity(value: float, unit: str, comparator: str | None = None) -> Json:
    """A Quantity in UCUM."""
    found: Json = {"value": value}
    if comparator:
        found["comparator"] = comparator
    return {**found, "unit": unit, "system": UCUM, "code": unit}


def duration(interval: str) -> Json:
    """An ISO 8601 duration of one unit as a FHIR Duration."""
    value, unit = _period(interval)
    return quantity(value, unit)


def timing(interval: str) -> Json:
    """An interval as the timing of an action: every so long, or at once."""
    value, unit = _period(interval)
    if not value:
        return {"timingDuration": quantity(0, "d")}
    return {"timingTiming": {"repeat": {"frequency": 1, "period": value, "periodUnit": unit}}}


def citations(sources: Iterable[str]) -> list[Json]:
    """Addresses as RelatedArtifacts."""
    return [{"type": "citation", "url": source} for source in sources]


def definition(resource_type: str, name: str, names: Names, **elements: Any) -> Json:
    """The head that all our canonical definitions share, then their own elements."""
    return {
        "resourceType": resource_type,
        "id": fhir_id(name),
        "language": LANGUAGE,
        **_extensions(elements),
        "url": url_of(resource_type, name),
        "version": VERSION,
        "name": _computable(name),
        **translated("title", names),
        "status": "active",
        "experimental": True,
        "publisher": "Seuranta",
        **elements,
    }


def filled(elements: Mapping[str, Any]) -> Json:
    """The elements that hold something: FHIR knows no empty arrays."""
    return {name: value for name, value in elements.items() if value not in (None, [], {}, "")}


def _extensions(elements: Json) -> Json:
    found = elements.pop("extension", [])
    return {"extension": found} if found else {}


def _computable(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def _period(interval: str) -> tuple[int, str]:
    match = _PERIOD.fullmatch(interval)
    if match is None:
        message = f"an interval of one unit is wanted, not {interval}"
        raise ValueError(message)
    return int(match[1]), _PERIOD_UNITS[match[2]]
