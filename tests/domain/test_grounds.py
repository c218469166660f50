"""Every date says why: the rule that set it, with the values and the days that made it true."""

import pytest

from service.domain.fact import Fact
from service.domain.rule import (
    Age,
    All,
    AnyOf,
    BeyondTarget,
    BeyondTargetFor,
    Bound,
    CountAtTarget,
    DispenseCount,
    EventCount,
    Fall,
    Happened,
    HasCondition,
    LastFinding,
    LastValue,
    MedicineEvent,
    MedicineInUse,
    MedicineSince,
    NeverDone,
    Pregnancy,
    Rule,
    SinceDiagnosis,
    Target,
    Unconfirmed,
    ValueRange,
)
from service.domain.truth import Ground
from tests.builders import (
    DIABETES,
    a_birth,
    a_closing,
    a_condition,
    a_day,
    a_dispense,
    a_finding,
    a_grid,
    a_protocol,
    a_result,
    a_use,
    a_variant,
    an_activity,
    an_encounter,
    an_interval,
    codes,
    medicines,
)
from tests.spec.table import a_follow_up, on_day

DAY = "2020-02-03"
HBA1C = a_result("hba1c", 61, DAY, unit="mmol/mol")
VALUE = (("item", "hba1c"), ("on", DAY), ("value", 61), ("unit", "mmol/mol"), ("comparator", ""))
USE = a_use("C09AA05", DAY)
USED = (("code", "C09AA05"), ("on", DAY))
TARGET = Target("hba1c", "mmol/mol", (Bound("<", 53),))
P3M = an_interval("P3M")


def because(rule: Rule, *facts: Fact) -> tuple[Ground, ...]:
    """Why the next date is what it is, on 3 February 2020."""
    activity = an_activity("x", "P12M", variants=(a_variant("rule", rule, "P3M"),))
    stretch = on_day(
        DAY, a_follow_up([a_condition(DIABETES, "2020-01-15"), *facts], a_protocol(activity))
    )
    assert stretch
    assert stretch.variant == "rule"
    return stretch.because


@pytest.mark.parametrize(
    ("rule", "fact", "kind", "values"),
    [
        (LastValue("hba1c", Bound(">", 53)), HBA1C, "above", (*VALUE, ("limit", 53))),
        (LastValue("hba1c", Bound("<", 64)), HBA1C, "below", (*VALUE, ("limit", 64))),
        (BeyondTarget(TARGET), HBA1C, "above", (*VALUE, ("limit", 53))),
        (ValueRange("hba1c", 60, 65), HBA1C, "range", VALUE),
        (
            Unconfirmed("hba1c", Bound(">", 53), 2, 3, P3M),
            HBA1C,
            "to-confirm",
            (*VALUE, ("found", 1), ("needed", 2)),
        ),
        (CountAtTarget((TARGET,), 1), HBA1C._replace(value=50), "at-target", (("count", 1),)),
        (
            BeyondTargetFor((TARGET,), an_interval("P0D")),
            HBA1C,
            "above-since",
            (("on", DAY),),
        ),
        (
            LastFinding("fundus", frozenset({"mild"})),
            a_finding("fundus", "mild", DAY),
            "finding",
            (("item", "fundus"), ("finding", "mild"), ("on", DAY)),
        ),
        (
            a_grid("", "G4"),
            a_result("egfr", 20, DAY),
            "half-grid",
            (("class", "G4"), ("missing", "acr")),
        ),
        (
            a_grid("", "A3"),
            a_result("acr", 40, DAY),
            "half-grid",
            (("class", "A3"), ("missing", "egfr")),
        ),
        (Age(at_least=65), a_birth("1955-02-03"), "age", (("years", 65),)),
    ],
)
def test_a_ground_holds_the_values_that_made_the_rule_true(
    rule: Rule, fact: Fact, kind: str, values: tuple[tuple[str, str | float], ...]
) -> None:
    assert because(rule, fact) == (Ground(kind, values),)


@pytest.mark.parametrize(
    ("rule", "fact", "kind", "values"),
    [
        (MedicineInUse(medicines("C09")), USE, "medicine-in-use", USED),
        (MedicineEvent(medicines("C09"), P3M, or_changed=True), USE, "medicine-changed", USED),
        (MedicineSince(medicines("C09"), P3M, less=True), USE, "medicine-since", USED),
        (
            DispenseCount(medicines("R03AC"), 1, P3M),
            a_dispense("R03AC02", DAY),
            "dispensed",
            (("code", "R03AC02"), ("count", 1)),
        ),
        (
            HasCondition(codes("icd10|E11.2")),
            a_condition("icd10|E11.2", DAY),
            "condition",
            (("code", "icd10|E11.2"), ("on", DAY)),
        ),
        (
            EventCount((Happened("emergency", classes=frozenset({"EMER"})),), 1, P3M),
            an_encounter("EMER", DAY, DAY),
            "event",
            (("event", "emergency"), ("on", DAY)),
        ),
        (
            Pregnancy("any"),
            a_finding("pregnancy", "pregnant", DAY, "2020-10-10"),
            "pregnancy",
            (("status", "pregnant"), ("on", DAY)),
        ),
    ],
)
def test_the_ground_of_an_event_holds_its_day(
    rule: Rule, fact: Fact, kind: str, values: tuple[tuple[str, str | float], ...]
) -> None:
    assert because(rule, fact) == (Ground(kind, values, a_day(DAY)),)


def test_the_ground_of_a_fall_holds_both_values() -> None:
    old, new = a_result("egfr", 80, "2020-01-20"), a_result("egfr", 50, DAY)

    (ground,) = because(Fall("egfr", 25), old, new)

    assert dict(ground.values) == {
        "item": "egfr",
        "on": DAY,
        "value": 50,
        "unit": "",
        "comparator": "",
        "old": 80,
        "old_on": "2020-01-20",
    }


def test_the_ground_of_a_cell_holds_both_results() -> None:
    facts = a_result("egfr", 50, "2020-01-20"), a_result("acr", 10, DAY)

    assert because(a_grid("G3aA2"), *facts) == (
        Ground(
            "grid",
            (
                ("cell", "G3aA2"),
                ("row", 50),
                ("row_on", "2020-01-20"),
                ("column", 10),
                ("column_on", DAY),
            ),
        ),
    )


def test_the_ground_of_the_diagnosis_holds_its_day() -> None:
    assert because(SinceDiagnosis(P3M, less=True)) == (
        Ground("diagnosed", (("on", "2020-01-15"),), a_day("2020-01-15")),
    )


def test_never_done_needs_no_values() -> None:
    assert because(NeverDone(a_closing("x", "x"))) == (Ground("never-done"),)


def test_all_true_parts_are_told() -> None:
    high, used = LastValue("hba1c", Bound(">", 53)), MedicineInUse(medicines("C09"))
    both = (Ground("above", (*VALUE, ("limit", 53))), Ground("medicine-in-use", USED, a_day(DAY)))

    assert because(All((high, used)), HBA1C, USE) == both
    assert because(AnyOf((high, used)), HBA1C, USE) == both
    assert because(AnyOf((high, used)), USE) == both[1:]


def test_the_base_tells_what_is_not_known() -> None:
    rule = AnyOf((LastValue("hba1c", Bound(">", 53)), LastValue("ldl", Bound(">", 3))))
    activity = an_activity("x", "P12M", variants=(a_variant("rule", rule, "P3M"),))

    stretch = on_day(DAY, a_follow_up([a_condition(DIABETES, "2020-01-15")], a_protocol(activity)))

    assert stretch
    assert stretch.because == (
        Ground("not-known", (("item", "hba1c"),)),
        Ground("not-known", (("item", "ldl"),)),
    )


RISK_TARGET = Target(
    "ldl", "mmol/L", (Bound("<", 1.8, when=LastFinding("risk-class", frozenset({"high"}))),)
)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [([], "ldl"), ([a_result("ldl", 4.0, DAY)], "risk-class")],
    ids=["no value", "no risk class"],
)
def test_a_target_tells_what_is_missing(facts: list[Fact], missing: str) -> None:
    rule = a_variant("rule", BeyondTarget(RISK_TARGET), "P3M")
    protocol = a_protocol(an_activity("x", "P12M", variants=(rule,)))

    stretch = on_day(DAY, a_follow_up([a_condition(DIABETES, "2020-01-15"), *facts], protocol))

    assert stretch
    assert stretch.because == (Ground("not-known", (("item", missing),)),)


def test_measured_on_the_day_of_the_event_the_measurement_is_the_anchor() -> None:
    rule = MedicineEvent(medicines("C09"), P3M, or_changed=True)
    variant = a_variant("rule", rule, "P1M", on_event=True)
    facts = [
        a_condition(DIABETES, "2020-01-15"),
        USE,
        a_result("k", 4.1, DAY, source="Observation/k"),
    ]

    stretch = on_day(
        DAY, a_follow_up(facts, a_protocol(an_activity("k", "P12M", variants=(variant,))))
    )

    assert stretch
    assert stretch.anchor_source == "Observation/k"
