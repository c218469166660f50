"""Rule shape 3: the target itself depends on the patient: age, risk, the laboratory."""

from service.domain.fact import Fact
from service.domain.rule import Age, BeyondTarget, Bound, LastFinding, LastValue, Target
from tests.builders import a_birth, a_finding, a_result, a_variant, an_activity
from tests.spec.table import Row, next_date, row, table

HIGH_RISK = LastFinding("risk-class", frozenset({"high"}))
SYSTOLIC = Target(
    "bp.sys",
    "mm[Hg]",
    (Bound("<", 150, when=Age(at_least=80)), Bound("<", 130, when=HIGH_RISK), Bound("<", 140)),
)
PRESSURE = an_activity(
    "bp", "P12M", variants=(a_variant("above target", BeyondTarget(SYSTOLIC), "P3M"),)
)
ABOVE = "above target"


def measured(value: float) -> tuple[Fact, ...]:
    """A systolic pressure in the spring after the diagnosis, which is not a whole measurement."""
    return (a_result("bp.sys", value, "2020-03-02"),)


@table(
    row("139, nothing else known", *measured(139), on="2020-03-02", due="2021-01-15"),
    row("140 is not below 140", *measured(140), on="2020-03-02", due="2020-04-15", because=ABOVE),
    row(
        "135 at high risk, where the target is 130",
        *measured(135),
        a_finding("risk-class", "high", "2019-01-01"),
        on="2020-03-02",
        due="2020-04-15",
        because=ABOVE,
    ),
    row(
        "135 at low risk",
        *measured(135),
        a_finding("risk-class", "low", "2019-01-01"),
        on="2020-03-02",
        due="2021-01-15",
    ),
    row(
        "145 at 79",
        *measured(145),
        a_birth("1940-03-03"),
        on="2020-03-02",
        due="2020-04-15",
        because=ABOVE,
    ),
    row(
        "145 on the 80th birthday: the target is 150 now",
        *measured(145),
        a_birth("1940-03-02"),
        on="2020-03-02",
        due="2021-01-15",
    ),
    row(
        "145 at 80 and at high risk: the first bound that applies",
        *measured(145),
        a_birth("1930-01-01"),
        a_finding("risk-class", "high", "2019-01-01"),
        on="2020-03-02",
        due="2021-01-15",
    ),
    row(
        "found to be at high risk later, with the same pressure: due when that was found",
        *measured(135),
        a_finding("risk-class", "high", "2020-10-01"),
        on="2020-10-01",
        due="2020-10-01",
        because=ABOVE,
    ),
)
def test_the_pressure_is_held_against_the_target_of_the_patient(line: Row) -> None:
    assert next_date(line, PRESSURE) == line.expected


LDL = Target(
    "ldl",
    "mmol/L",
    tuple(
        Bound("<", limit, when=LastFinding("risk-class", frozenset({risk})))
        for risk, limit in (("very-high", 1.4), ("high", 1.8), ("moderate", 2.6), ("low", 3.0))
    ),
)
LIPIDS = an_activity("ldl", "P12M", variants=(a_variant("above target", BeyondTarget(LDL), "P3M"),))


@table(
    row(
        "risk not known: no target, nothing shortened",
        a_result("ldl", 4.9, "2024-02-10"),
        on="2024-02-10",
        due="2025-02-10",
    ),
    row(
        "1.6 at very high risk",
        a_result("ldl", 1.6, "2024-02-10"),
        a_finding("risk-class", "very-high", "2024-01-01"),
        on="2024-02-10",
        due="2024-05-10",
        because=ABOVE,
    ),
    row(
        "1.6 at high risk",
        a_result("ldl", 1.6, "2024-02-10"),
        a_finding("risk-class", "high", "2024-01-01"),
        on="2024-02-10",
        due="2025-02-10",
    ),
    row(
        "2.6 is not below 2.6",
        a_result("ldl", 2.6, "2024-02-10"),
        a_finding("risk-class", "moderate", "2024-01-01"),
        on="2024-02-10",
        due="2024-05-10",
        because=ABOVE,
    ),
)
def test_ldl_is_held_against_the_target_of_the_risk_class(line: Row) -> None:
    assert next_date(line, LIPIDS) == line.expected


ALAT = an_activity(
    "alat",
    "P12M",
    variants=(
        a_variant("over 3 x limit", LastValue("alat", Bound(">", reference=("high", 3.0))), "P4W"),
    ),
)


@table(
    row(
        "150 where the limit is 50: exactly three times",
        a_result("alat", 150, "2024-02-10", ref_high=50),
        on="2024-02-10",
        due="2025-02-10",
    ),
    row(
        "151 where the limit is 50",
        a_result("alat", 151, "2024-02-10", ref_high=50),
        on="2024-02-10",
        due="2024-03-09",
        because="over 3 x limit",
    ),
    row(
        "151 where the limit is 70",
        a_result("alat", 151, "2024-02-10", ref_high=70),
        on="2024-02-10",
        due="2025-02-10",
    ),
    row(
        "400 and no limit given: unknown",
        a_result("alat", 400, "2024-02-10"),
        on="2024-02-10",
        due="2025-02-10",
    ),
)
def test_a_value_is_held_against_its_own_laboratory_s_limit(line: Row) -> None:
    assert next_date(line, ALAT) == line.expected
