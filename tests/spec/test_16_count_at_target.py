"""Rule shape 16: several results in a row at target, or beyond it for so long."""

from service.domain.fact import Fact
from service.domain.rule import BeyondTargetFor, Bound, CountAtTarget, LastFinding, Target
from tests.builders import a_finding, a_result, a_variant, an_activity, an_interval
from tests.spec.table import Row, next_date, row, table

HBA1C_TARGET = Target(
    "hba1c",
    "mmol/mol",
    (Bound("<", 64, when=LastFinding("frail", frozenset({"yes"}))), Bound("<", 53)),
)
HBA1C = an_activity(
    "hba1c",
    "P6M",
    variants=(a_variant("two at target", CountAtTarget((HBA1C_TARGET,), 2), "P12M"),),
)
TWO = "two at target"


@table(
    row("one at target", a_result("hba1c", 50, "2024-01-10"), on="2024-01-10", due="2024-07-10"),
    row(
        "two at target",
        a_result("hba1c", 50, "2023-07-10"),
        a_result("hba1c", 50, "2024-01-10"),
        on="2024-01-10",
        due="2025-01-10",
        because=TWO,
    ),
    row(
        "two on one day are one",
        a_result("hba1c", 50, "2024-01-10", at="2024-01-10T06:00:00Z"),
        a_result("hba1c", 51, "2024-01-10", at="2024-01-10T07:00:00Z"),
        on="2024-01-10",
        due="2024-07-10",
    ),
    row(
        "53 is not below 53",
        a_result("hba1c", 53, "2023-07-10"),
        a_result("hba1c", 50, "2024-01-10"),
        on="2024-01-10",
        due="2024-07-10",
    ),
    row(
        "one above, then two at target",
        a_result("hba1c", 60, "2023-01-10"),
        a_result("hba1c", 50, "2023-07-10"),
        a_result("hba1c", 50, "2024-01-10"),
        on="2024-01-10",
        due="2025-01-10",
        because=TWO,
    ),
    row(
        "both 60, but the person is frail and the target 64",
        a_result("hba1c", 60, "2023-07-10"),
        a_result("hba1c", 60, "2024-01-10"),
        a_finding("frail", "yes", "2023-12-01"),
        on="2024-01-10",
        due="2025-01-10",
        because=TWO,
    ),
    row(
        "one of them <53, which is at target wherever it lies",
        a_result("hba1c", 53, "2023-07-10", comparator="<"),
        a_result("hba1c", 50, "2024-01-10"),
        on="2024-01-10",
        due="2025-01-10",
        because=TWO,
    ),
    row(
        "one of them <60, which may be above",
        a_result("hba1c", 60, "2023-07-10", comparator="<"),
        a_result("hba1c", 50, "2024-01-10"),
        on="2024-01-10",
        due="2024-07-10",
    ),
)
def test_two_results_at_target_relax_hba1c(line: Row) -> None:
    assert next_date(line, HBA1C) == line.expected


PRESSURES = (
    Target("bp.sys", "mm[Hg]", (Bound("<", 140),)),
    Target("bp.dia", "mm[Hg]", (Bound("<", 90),)),
)
PHYSICIAN = an_activity(
    "phys",
    "P24M",
    variants=(
        a_variant("above for six months", BeyondTargetFor(PRESSURES, an_interval("P6M")), "P6M"),
    ),
)
ABOVE = "above for six months"


def reading(systolic: float, diastolic: float, on: str) -> tuple[Fact, Fact]:
    """One blood pressure."""
    return a_result("bp.sys", systolic, on), a_result("bp.dia", diastolic, on)


@table(
    row("no pressure known", on="2020-03-10", due="2022-01-15"),
    row(
        "high once, the day before six months have passed",
        *reading(150, 80, "2020-03-10"),
        on="2020-09-09",
        due="2022-01-15",
    ),
    row(
        "high once, six months ago, and nothing since: due today",
        *reading(150, 80, "2020-03-10"),
        on="2020-09-10",
        due="2020-09-10",
        because=ABOVE,
    ),
    row(
        "the upper high, then the lower: one unbroken run",
        *reading(150, 80, "2020-03-10"),
        *reading(130, 95, "2020-06-10"),
        on="2020-09-10",
        due="2020-09-10",
        because=ABOVE,
    ),
    row(
        "at target in between: the run begins anew",
        *reading(150, 80, "2020-03-10"),
        *reading(130, 80, "2020-06-10"),
        *reading(150, 80, "2020-08-10"),
        on="2020-09-10",
        due="2022-01-15",
    ),
    row(
        "at target at last, before the date was set: the base",
        *reading(150, 80, "2020-03-10"),
        *reading(130, 80, "2020-09-10"),
        on="2020-09-10",
        due="2022-01-15",
    ),
)
def test_pressure_above_target_for_six_months_calls_for_the_physician(line: Row) -> None:
    assert next_date(line, PHYSICIAN) == line.expected
