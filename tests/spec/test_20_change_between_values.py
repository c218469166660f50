"""Rule shape 20: a fall from one result to the next."""

from service.domain.fact import Fact
from service.domain.rule import Fall
from tests.builders import a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

EGFR = an_activity(
    "egfr",
    "P12M",
    variants=(a_variant("fell by a quarter", Fall("egfr", 25, (90, 60, 45, 30, 15)), "P2W"),),
)
FELL = "fell by a quarter"


def egfr(value: float, on: str, comparator: str = "") -> Fact:
    """eGFR, mL/min/1.73 m2."""
    return a_result("egfr", value, on, comparator=comparator)


@table(
    row("the first one", egfr(40, "2024-02-20"), on="2024-02-20", due="2025-02-20"),
    row(
        "80 to 59: more than a quarter, and a lower class",
        egfr(80, "2023-02-20"),
        egfr(59, "2024-02-20"),
        on="2024-02-20",
        due="2024-03-05",
        because=FELL,
    ),
    row(
        "60 to 45: a lower class, but a quarter exactly is not more",
        egfr(60, "2023-02-20"),
        egfr(45, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "60 to 44: more than a quarter, and a lower class",
        egfr(60, "2023-02-20"),
        egfr(44, "2024-02-20"),
        on="2024-02-20",
        due="2024-03-05",
        because=FELL,
    ),
    row(
        "140 to 100: more than a quarter, within G1",
        egfr(140, "2023-02-20"),
        egfr(100, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "62 to 58: a lower class, but less than a quarter",
        egfr(62, "2023-02-20"),
        egfr(58, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
    row(
        "80, 59, then 58: the last step counts",
        egfr(80, "2023-02-20"),
        egfr(59, "2024-02-20"),
        egfr(58, "2024-03-04"),
        on="2024-03-04",
        due="2025-03-04",
    ),
    row(
        ">90 before: by how much it fell is not known",
        egfr(90, "2023-02-20", ">"),
        egfr(50, "2024-02-20"),
        on="2024-02-20",
        due="2025-02-20",
    ),
)
def test_a_fall_by_a_quarter_into_a_lower_class_is_checked_in_two_weeks(line: Row) -> None:
    assert next_date(line, EGFR) == line.expected
