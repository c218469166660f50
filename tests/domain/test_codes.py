"""Sets of codes: exact ones, beginnings, and ranges of ICD-10 categories."""

import pytest

from service.domain.codes import NO_CODES, CodeSet

HEART = CodeSet(
    exact=frozenset({"snomed|22298006"}),
    beginnings=("icd10|I48", "icpc2|K7"),
    ranges=(("icd10|I20", "icd10|I25"),),
)


@pytest.mark.parametrize(
    "code",
    [
        "snomed|22298006",
        "icd10|I48",
        "icd10|I48.91",
        "icpc2|K74",
        "icd10|I20",
        "icd10|I25",
        "icd10|I25.9",
        "icd10|I22.8",
    ],
)
def test_a_set_holds_its_codes_and_their_subdivisions(code: str) -> None:
    assert code in HEART


@pytest.mark.parametrize(
    "code",
    ["", "snomed|222980061", "snomed|2229800", "icd10|I4", "icd10|I19.9", "icd10|I26", "icpc2|I22"],
)
def test_a_set_does_not_hold_others(code: str) -> None:
    assert code not in HEART


def test_no_codes_hold_nothing() -> None:
    assert "icd10|I48" not in NO_CODES
    assert "" not in NO_CODES
