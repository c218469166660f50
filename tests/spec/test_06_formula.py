"""Rule shape 6: months = clearance / 10, rounded down, where clearance is below 60."""

from service.domain.fact import Fact
from service.domain.formula import Formula
from service.domain.rule import Age, ValueRange
from tests.builders import a_birth, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

BELOW_60 = ValueRange("crcl", below=60)
TENTH = Formula("crcl", 10, at_least=1)
KIDNEYS = an_activity(
    "krea",
    "P12M",
    variants=(
        a_variant("aged 80", Age(at_least=80), "P4M"),
        a_variant("by formula", BELOW_60, TENTH),
        a_variant("by table", ValueRange("crcl", 30, 60), "P1M", set_aside=True),
    ),
)
CHECKED = a_result("krea", 90, "2024-02-20")
FORMULA = "by formula"


def clearance(value: float, on: str = "2024-02-20", comparator: str = "") -> Fact:
    """Creatinine clearance, ml/min."""
    return a_result("crcl", value, on, comparator=comparator)


@table(
    row("60: a year", CHECKED, clearance(60), on="2024-02-20", due="2025-02-20"),
    row(
        "59: five months, and not the month of the rule that is set aside",
        CHECKED,
        clearance(59),
        on="2024-02-20",
        due="2024-07-20",
        because=FORMULA,
    ),
    row(
        "50: five months",
        CHECKED,
        clearance(50),
        on="2024-02-20",
        due="2024-07-20",
        because=FORMULA,
    ),
    row(
        "49.9: four months",
        CHECKED,
        clearance(49.9),
        on="2024-02-20",
        due="2024-06-20",
        because=FORMULA,
    ),
    row(
        "19: one month",
        CHECKED,
        clearance(19),
        on="2024-02-20",
        due="2024-03-20",
        because=FORMULA,
    ),
    row(
        "8: a month too, it is never less",
        CHECKED,
        clearance(8),
        on="2024-02-20",
        due="2024-03-20",
        because=FORMULA,
    ),
    row(
        "below 30, how far is not known: a month",
        CHECKED,
        clearance(30, comparator="<"),
        on="2024-02-20",
        due="2024-03-20",
        because=FORMULA,
    ),
    row(
        "from 55 to 35, without a new kidney check: from five months to three",
        CHECKED,
        clearance(55),
        clearance(35, "2024-03-01"),
        on="2024-03-01",
        due="2024-05-20",
        because=FORMULA,
    ),
    row(
        "aged 80 and 55: four months are shorter than five",
        CHECKED,
        a_birth("1940-01-01"),
        clearance(55),
        on="2024-02-20",
        due="2024-06-20",
        because="aged 80",
    ),
    row(
        "aged 80 and 49: as long, so the first listed",
        CHECKED,
        a_birth("1940-01-01"),
        clearance(49),
        on="2024-02-20",
        due="2024-06-20",
        because="aged 80",
    ),
    row(
        "31 October and four months: the last of February",
        a_result("krea", 90, "2024-10-31"),
        clearance(45, "2024-10-31"),
        on="2024-10-31",
        due="2025-02-28",
        because=FORMULA,
    ),
)
def test_months_are_a_tenth_of_the_clearance(line: Row) -> None:
    assert next_date(line, KIDNEYS) == line.expected
