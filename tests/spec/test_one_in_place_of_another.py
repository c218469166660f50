"""What qualifies beside a condition, and which protocol gives way to which (`what-is-due` 1.1, 1.4, 1.5)."""

from collections.abc import Sequence

import pytest

from service.domain.applicability import fits
from service.domain.codes import CodeSet
from service.domain.fact import PROCEDURE, REMISSION, Fact
from service.domain.protocol import Ending, Protocol, Succession
from tests.builders import (
    a_condition,
    a_fact,
    a_finding,
    a_patient,
    a_protocol,
    a_use,
    an_interval,
    codes,
)

NOBODY = CodeSet()
ANTICOAGULATION = a_protocol(conditions=NOBODY, medicines=("B01AA03", "B01AF"))
AFTER_SURGERY = a_protocol(conditions=NOBODY, procedures=codes("ncsp|JDF"))
PREDIABETES = a_protocol(conditions=codes("icd10|R73"), endings=(Ending(codes("icd10|E11")),))
INFARCTION = codes("icd10|I21")
FIRST_YEAR = a_protocol(conditions=INFARCTION, lasts=an_interval("P12M"))
CORONARY = a_protocol(
    conditions=codes("icd10|I25"),
    endings=(Ending(INFARCTION, an_interval("P12M")),),
    successions=(Succession(INFARCTION, an_interval("P12M")),),
)
TYPE_1 = a_protocol(id="t1", conditions=codes("icd10|E10"), rivals=codes("icd10|E11"))
TYPE_2 = a_protocol(id="t2", conditions=codes("icd10|E11"), rivals=codes("icd10|E10"))
DEPRESSION = a_protocol(conditions=codes("icd10|F32"), through_remission=True)


def days(protocol: Protocol, facts: Sequence[Fact]) -> list[str]:
    """The days on which it fits: first to last, `..` without an end."""
    found = fits(protocol, a_patient(*facts))
    return [f"{fit.from_day}..{'' if fit.until.year == 9999 else fit.until}" for fit in found]


def recorded(code: str, on: str, recorded_on: str) -> Fact:
    """A condition with the day it was recorded."""
    return a_condition(code, on, detail=recorded_on)


# name: protocol, facts, days from the first to the day after the last
TABLE: dict[str, tuple[Protocol, list[Fact], list[str]]] = {
    "a blood thinner puts a person on its follow-up": (
        ANTICOAGULATION,
        [a_use("B01AF02", "2024-02-20")],
        ["2024-02-20.."],
    ),
    "until it is stopped": (
        ANTICOAGULATION,
        [a_use("B01AF02", "2024-02-20", "2024-08-19")],
        ["2024-02-20..2024-08-20"],
    ),
    "from one blood thinner to another without a day between": (
        ANTICOAGULATION,
        [a_use("B01AA03", "2024-02-20", "2024-08-19"), a_use("B01AF02", "2024-08-20")],
        ["2024-02-20.."],
    ),
    "another medicine does not": (ANTICOAGULATION, [a_use("B01AC06", "2024-02-20")], []),
    "nor one without a code": (ANTICOAGULATION, [a_use("", "2024-02-20")], []),
    "an operation does for life": (
        AFTER_SURGERY,
        [a_fact(PROCEDURE, "2021-03-12", code="ncsp|JDF10")],
        ["2021-03-12.."],
    ),
    "diabetes ends the follow-up of its risk": (
        PREDIABETES,
        [a_condition("icd10|R73.0", "2020-01-15"), a_condition("icd10|E11.9", "2023-03-12")],
        ["2020-01-15..2023-03-12"],
    ),
    "a diagnosis of diabetes that was withdrawn gives it back": (
        PREDIABETES,
        [
            a_condition("icd10|R73.0", "2020-01-15"),
            a_condition("icd10|E11.9", "2023-03-12", "2023-05-11"),
        ],
        ["2020-01-15..2023-03-12", "2023-05-12.."],
    ),
    "with diabetes from the same day there is none": (
        PREDIABETES,
        [a_condition("icd10|R73.0", "2020-01-15"), a_condition("icd10|E11.9", "2020-01-15")],
        [],
    ),
    "the year after an infarction": (
        FIRST_YEAR,
        [a_condition("icd10|I21.4", "2024-02-29")],
        ["2024-02-29..2025-02-28"],
    ),
    "is a year although the infarction itself is over": (
        FIRST_YEAR,
        [a_condition("icd10|I21.4", "2024-02-29", "2024-03-20")],
        ["2024-02-29..2025-02-28"],
    ),
    "and begins anew with a second one": (
        FIRST_YEAR,
        [a_condition("icd10|I21.4", "2024-02-29"), a_condition("icd10|I21.0", "2024-12-01")],
        ["2024-02-29..2025-12-01"],
    ),
    "then it is stable coronary disease": (
        CORONARY,
        [a_condition("icd10|I21.4", "2024-02-29")],
        ["2025-02-28.."],
    ),
    "which rests for the year after an infarction": (
        CORONARY,
        [a_condition("icd10|I25.1", "2020-01-15"), a_condition("icd10|I21.4", "2024-02-29")],
        ["2020-01-15..2024-02-29", "2025-02-28.."],
    ),
    "type 2 before type 1 was recorded beside it": (
        TYPE_2,
        [
            recorded("icd10|E11.9", "2020-01-15", "2020-01-15"),
            recorded("icd10|E10.9", "2023-03-12", "2023-03-12"),
        ],
        ["2020-01-15..2023-03-12"],
    ),
    "then type 1, recorded later": (
        TYPE_1,
        [
            recorded("icd10|E11.9", "2020-01-15", "2020-01-15"),
            recorded("icd10|E10.9", "2023-03-12", "2023-03-12"),
        ],
        ["2023-03-12.."],
    ),
    "what was recorded later holds although it is said to have begun earlier": (
        TYPE_2,
        [
            recorded("icd10|E11.9", "2020-01-15", "2024-02-20"),
            recorded("icd10|E10.9", "2023-03-12", "2023-03-12"),
        ],
        ["2020-01-15.."],
    ),
    "and the other gives way from its first day": (
        TYPE_1,
        [
            recorded("icd10|E11.9", "2020-01-15", "2024-02-20"),
            recorded("icd10|E10.9", "2023-03-12", "2023-03-12"),
        ],
        [],
    ),
    "depression goes on being followed in remission": (
        DEPRESSION,
        [
            a_condition("icd10|F32.1", "2023-03-12", "2024-02-19"),
            a_finding(REMISSION, "icd10|F32.1", "2024-02-20"),
        ],
        ["2023-03-12.."],
    ),
    "diabetes is not": (
        a_protocol(),
        [
            a_condition("icd10|E11.9", "2023-03-12", "2024-02-19"),
            a_finding(REMISSION, "icd10|E11.9", "2024-02-20"),
        ],
        ["2023-03-12..2024-02-20"],
    ),
}


@pytest.mark.parametrize(("protocol", "facts", "expected"), TABLE.values(), ids=TABLE)
def test_whom_it_fits_and_when(
    protocol: Protocol, facts: Sequence[Fact], expected: list[str]
) -> None:
    assert days(protocol, facts) == expected
