"""Rule shape 5: the range of a derived value, creatinine clearance by Cockcroft and Gault."""

import pytest

from service.domain.clearance import CLEARANCE
from service.domain.fact import Fact
from service.domain.rule import ValueRange
from tests.builders import a_birth, a_fact, a_patient, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

CREATININE = an_activity(
    "krea",
    "P12M",
    variants=(
        a_variant("30 to 60", ValueRange(CLEARANCE, 30, 60), "P6M"),
        a_variant("15 to 30", ValueRange(CLEARANCE, 15, 30), "P3M"),
    ),
)
BORN = a_birth("1944-02-20")
MAN = a_fact("sex", "1944-02-20", code="male", source="Patient/p")
WOMAN = a_fact("sex", "1944-02-20", code="female", source="Patient/p")
WEIGHT = a_result("weight", 60, "2024-01-10")


def creatinine(value: float, on: str = "2024-02-20", comparator: str = "") -> Fact:
    """Creatinine in umol/L."""
    return a_result("krea", value, on, comparator=comparator)


# On 20 February 2024 they turn 80: (140 - 80) x 60 kg x 1.23 = 4428 for a man, x 1.04 = 3744 for a woman.
@table(
    row(
        "a man, 73.8 umol/L: clearance 60 exactly is not below 60",
        BORN,
        MAN,
        WEIGHT,
        creatinine(73.8),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "a man, 74 umol/L: 59.8",
        BORN,
        MAN,
        WEIGHT,
        creatinine(74),
        on="2024-02-20",
        due="2024-08-20",
        because="30 to 60",
    ),
    row(
        "a woman, 124.8 umol/L: 30 exactly",
        BORN,
        WOMAN,
        WEIGHT,
        creatinine(124.8),
        on="2024-02-20",
        due="2024-08-20",
        because="30 to 60",
    ),
    row(
        "a woman, 126 umol/L: 29.7",
        BORN,
        WOMAN,
        WEIGHT,
        creatinine(126),
        on="2024-02-20",
        due="2024-05-20",
        because="15 to 30",
    ),
    row(
        "the day before her birthday she is 79: 30.2",
        BORN,
        WOMAN,
        WEIGHT,
        creatinine(126, "2024-02-19"),
        on="2024-02-19",
        due="2024-08-19",
        because="30 to 60",
    ),
    row(
        "without a weight it is not known",
        BORN,
        MAN,
        creatinine(74),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row("nor without the sex", BORN, WEIGHT, creatinine(74), on="2024-02-20", due="2025-02-20"),
    row("nor without the age", MAN, WEIGHT, creatinine(74), on="2024-02-20", due="2025-02-20"),
    row(
        "with the first weight it is known",
        BORN,
        MAN,
        creatinine(74),
        a_result("weight", 60, "2024-03-01"),
        on="2024-03-01",
        due="2024-08-20",
        because="30 to 60",
    ),
    row(
        "a later weight waits for the next creatinine",
        BORN,
        MAN,
        WEIGHT,
        creatinine(74),
        a_result("weight", 90, "2024-03-01"),
        on="2024-03-01",
        due="2024-08-20",
        because="30 to 60",
    ),
    row(
        "a reported clearance holds on its day",
        BORN,
        MAN,
        WEIGHT,
        creatinine(74),
        a_result(CLEARANCE, 25, "2024-02-20"),
        on="2024-02-20",
        due="2024-05-20",
        because="15 to 30",
    ),
    row(
        "creatinine above 200 umol/L: clearance below 22.1, how far below is not known",
        BORN,
        MAN,
        WEIGHT,
        creatinine(200, comparator=">"),
        on="2024-02-20",
        due="2025-02-20",
    ),
)
def test_clearance_decides_how_often(line: Row) -> None:
    assert next_date(line, CREATININE) == line.expected


# Worked by hand from the formula of 1976: (140 - age) x kg / (72 x mg/dL), x 0.85 for women.
BY_HAND = {
    "a man of 50, 72 kg, 88.4 umol/L (1 mg/dL): 90 ml/min": ("male", 72, 88.4, 90),
    "a woman of 50, 72 kg, 88.4 umol/L: 76.5 ml/min": ("female", 72, 88.4, 76.5),
    "a man of 50, 60 kg, 265.2 umol/L (3 mg/dL): 25 ml/min": ("male", 60, 265.2, 25),
}


@pytest.mark.parametrize(("sex", "weight", "level", "clearance"), BY_HAND.values(), ids=BY_HAND)
def test_it_agrees_with_the_formula_in_milligrams_to_a_hundredth(
    sex: str, weight: float, level: float, clearance: float
) -> None:
    patient = a_patient(
        a_birth("1974-01-10"),
        a_fact("sex", "1974-01-10", code=sex, source="Patient/p"),
        a_result("weight", weight, "2024-02-01"),
        a_result("krea", level, "2024-02-20"),
    )
    (found,) = patient.results(CLEARANCE)
    assert found.value == pytest.approx(clearance, rel=0.01)
