"""Rule shape 2: the interval depends on the last value, exactly at the limit too."""

from service.domain.fact import ELSEWHERE, Fact
from service.domain.rule import AnyOf, Bound, LastValue, ValueRange
from tests.builders import a_closing, a_fact, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

HBA1C = an_activity(
    "hba1c",
    "P6M",
    variants=(a_variant("HbA1c above 53", LastValue("hba1c", Bound(">", 53)), "P3M"),),
)
ABOVE = "HbA1c above 53"


@table(
    row(
        "61: three months",
        a_result("hba1c", 61, "2024-03-12"),
        on="2024-03-12",
        due="2024-06-12",
        because=ABOVE,
    ),
    row("53: at target", a_result("hba1c", 53, "2024-03-12"), on="2024-03-12", due="2024-09-12"),
    row(
        "53.1: above it",
        a_result("hba1c", 53.1, "2024-03-12"),
        on="2024-03-12",
        due="2024-06-12",
        because=ABOVE,
    ),
    row(
        "the last one decides, not the highest",
        a_result("hba1c", 61, "2024-03-12"),
        a_result("hba1c", 50, "2024-06-10"),
        on="2024-06-10",
        due="2024-12-10",
    ),
    row(
        "two on one day: the later instant",
        a_result("hba1c", 61, "2024-03-12", at="2024-03-12T06:00:00Z"),
        a_result("hba1c", 50, "2024-03-12", at="2024-03-12T09:00:00Z"),
        on="2024-03-12",
        due="2024-09-12",
    ),
    row(
        "two at one instant: the one received later",
        a_result("hba1c", 50, "2024-03-12", received=7),
        a_result("hba1c", 61, "2024-03-12", received=8),
        on="2024-03-12",
        due="2024-06-12",
        because=ABOVE,
    ),
    row(
        "done elsewhere, told without a value: counts as done, leaves the last value",
        a_result("hba1c", 61, "2024-03-12"),
        a_fact("hba1c", "2024-05-20", quality=ELSEWHERE),
        on="2024-05-20",
        due="2024-08-20",
        because=ABOVE,
    ),
)
def test_hba1c_above_53_is_checked_in_three_months(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


@table(
    row(
        ">53 is above 53 wherever it lies",
        a_result("hba1c", 53, "2024-03-12", comparator=">"),
        on="2024-03-12",
        due="2024-06-12",
        because=ABOVE,
    ),
    row(
        ">=53 may be 53: not surely above",
        a_result("hba1c", 53, "2024-03-12", comparator=">="),
        on="2024-03-12",
        due="2024-09-12",
    ),
    row(
        "<60 may be anything below: not surely above",
        a_result("hba1c", 60, "2024-03-12", comparator="<"),
        on="2024-03-12",
        due="2024-09-12",
    ),
    row(
        "<=53 is surely not above",
        a_result("hba1c", 53, "2024-03-12", comparator="<="),
        on="2024-03-12",
        due="2024-09-12",
    ),
    row(
        ">120 is above",
        a_result("hba1c", 120, "2024-03-12", comparator=">"),
        on="2024-03-12",
        due="2024-06-12",
        because=ABOVE,
    ),
)
def test_a_comparator_makes_a_range_and_the_rule_must_hold_for_all_of_it(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


HIGH = AnyOf((LastValue("bp.sys", Bound(">=", 140)), LastValue("bp.dia", Bound(">=", 90))))
PRESSURE = an_activity(
    "bp",
    "P12M",
    closing=a_closing("bp", "bp.sys", "bp.dia"),
    variants=(a_variant("140/90 or above", HIGH, "P3M"),),
)


def pressure(systolic: float, diastolic: float) -> tuple[Fact, Fact]:
    """One reading, on 2 May 2020."""
    return a_result("bp.sys", systolic, "2020-05-02"), a_result("bp.dia", diastolic, "2020-05-02")


@table(
    row("139/89", *pressure(139, 89), on="2020-05-02", due="2021-05-02"),
    row(
        "140/80: the upper value is enough",
        *pressure(140, 80),
        on="2020-05-02",
        due="2020-08-02",
        because="140/90 or above",
    ),
    row(
        "120/90: the lower value is enough",
        *pressure(120, 90),
        on="2020-05-02",
        due="2020-08-02",
        because="140/90 or above",
    ),
    row(
        "half a reading is no reading, but a high half is known: three months from the diagnosis",
        a_result("bp.sys", 150, "2020-02-02"),
        on="2020-02-02",
        due="2020-04-15",
        because="140/90 or above",
    ),
)
def test_either_half_of_a_high_pressure_shortens_the_interval(line: Row) -> None:
    assert next_date(line, PRESSURE) == line.expected


GLUCOSE = an_activity(
    "fpg", "P24M", variants=(a_variant("6.1 to 6.9", ValueRange("fpg", 6.1, 7.0), "P12M"),)
)


@table(
    row("6.0", a_result("fpg", 6.0, "2024-01-31"), on="2024-02-01", due="2026-01-31"),
    row(
        "6.1: included",
        a_result("fpg", 6.1, "2024-01-31"),
        on="2024-02-01",
        due="2025-01-31",
        because="6.1 to 6.9",
    ),
    row(
        "6.9",
        a_result("fpg", 6.9, "2024-01-31"),
        on="2024-02-01",
        due="2025-01-31",
        because="6.1 to 6.9",
    ),
    row("7.0: not included", a_result("fpg", 7.0, "2024-01-31"), on="2024-02-01", due="2026-01-31"),
    row(
        "<6.1 is below",
        a_result("fpg", 6.1, "2024-01-31", comparator="<"),
        on="2024-02-01",
        due="2026-01-31",
    ),
    row(
        ">6.5 may be over 7: unknown, relaxes and shortens nothing",
        a_result("fpg", 6.5, "2024-01-31", comparator=">"),
        on="2024-02-01",
        due="2026-01-31",
    ),
)
def test_a_range_includes_its_lower_end_and_not_its_upper(line: Row) -> None:
    assert next_date(line, GLUCOSE) == line.expected
