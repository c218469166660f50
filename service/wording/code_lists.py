"""Sets of codes as staff read them: by code system, beginnings of codes before the codes themselves."""

from collections import defaultdict
from typing import Final

from service.domain.codes import CodeSet
from service.wording.words import Words

_SYSTEMS: Final = {
    "icd10": "ICD-10",
    "icpc2": "ICPC-2",
    "snomed": "SNOMED CT",
    "atc": "ATC",
    "loinc": "LOINC",
    "kuntaliitto": "Kuntaliitto",
    "cvx": "CVX",
}
_WITH_SUBDIVISIONS: Final = "*"


def codes_listed(words: Words, codes: CodeSet) -> str:
    """`ICD-10 E10*, E11*; SNOMED CT 44054006`; a star stands for the subdivisions too."""
    beginnings = [f"{code}{_WITH_SUBDIVISIONS}" for code in codes.beginnings]
    ranges = [f"{low}..{high.partition('|')[2]}" for low, high in codes.ranges]
    return listed_by_system(words, [*beginnings, *ranges, *sorted(codes.exact)])


def listed_by_system(words: Words, codes: list[str]) -> str:
    """Codes written `system|code`, one system after another; our own codes go unnamed."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in codes:
        system, _, code = one.partition("|")
        if system in _SYSTEMS:
            found[system].append(code)
    said = (
        f"{_SYSTEMS[system]} {', '.join(found[system])}" for system in _SYSTEMS if found[system]
    )
    return "; ".join(said) or words.text("rule.own-code.staff")
