"""Codes as the domain writes them: `system|code`, with one short name for all addresses of a system.

Source: `what-is-due` 1.2 (code-system OIDs with and without a year are one system); HL7 Finland
base profiles, terminology.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

BASE: Final = "https://seuranta.example/fhir"
REMEMBERED: Final = 65_536
_SHORT: Final = {
    "http://loinc.org": "loinc",
    "urn:oid:1.2.246.537.6.96": "loinc",  # FinLOINC: LOINC codes under a national OID
    "http://snomed.info/sct": "snomed",
    "urn:oid:1.2.246.537.6.3": "kuntaliitto",
    "urn:oid:1.2.246.537.6.1": "icd10",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "urn:oid:1.2.246.537.6.31": "icpc2",
    "http://hl7.org/fhir/sid/icpc-2": "icpc2",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:1.2.246.537.6.32": "atc",
    "http://hl7.org/fhir/sid/cvx": "cvx",
    "http://terminology.hl7.org/CodeSystem/v2-0136": "yes-no",
    f"{BASE}/CodeSystem/activity": "activity",
    f"{BASE}/CodeSystem/device": "device",
    f"{BASE}/CodeSystem/item": "item",
    f"{BASE}/CodeSystem/finding": "finding",
}
_OID_WITH_YEAR = re.compile(r"(urn:oid:1\.2\.246\.537\.6\.\d+)\.(?:19|20)\d\d")
_SNOMED_EDITION = re.compile(r"http://snomed\.info/sct/.+")
_ICD10 = re.compile(r"([A-Z]\d\d)\.?([0-9A-Z]*)")


@lru_cache(maxsize=REMEMBERED)
def code_of(system: str, code: str) -> str:
    """A code as the domain writes it: `kuntaliitto|6128`; an unknown system keeps its address."""
    short = short_name(system)
    return f"{short}|{_icd10(code) if short == 'icd10' else code}"


def codes_of(concept: Mapping[str, Any] | None) -> list[str]:
    """The codes of a CodeableConcept, in order."""
    return coded(concept.get("coding", ())) if concept else []


def coded(codings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The codes of several Codings; one without a system or a code says nothing."""
    return [
        code_of(coding["system"], coding["code"])
        for coding in codings
        if "system" in coding and "code" in coding
    ]


def short_name(system: str) -> str:
    """The short name of a code system; its address where it has none."""
    found = _SHORT.get(system)
    if found:
        return found
    if _SNOMED_EDITION.fullmatch(system):
        return "snomed"
    match = _OID_WITH_YEAR.fullmatch(system)
    return _SHORT.get(match[1], match[1]) if match else system


def _icd10(code: str) -> str:
    """An ICD-10 code with its point and without the Finnish dagger and asterisk pairs.

    Source: HL7 Finland, reason for care: the code is sent without special marks.
    """
    match = _ICD10.match(code.upper())
    if match is None:
        return code
    return f"{match[1]}.{match[2]}" if match[2] else match[1]
