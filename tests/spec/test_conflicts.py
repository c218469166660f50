"""Where protocols disagree about a patient: who says what, and whose word holds (`what-is-due` 1.4, 4.3, 4.9)."""

from collections.abc import Sequence

import pytest

from service.domain.conflict import Conflict, Side, Situation, conflicts
from service.domain.fact import Fact
from service.domain.protocol import Protocol
from service.domain.rule import Bound, LastValue, Target
from tests.builders import (
    DIABETES,
    HYPERTENSION,
    a_condition,
    a_day,
    a_patient,
    a_plan,
    a_protocol,
    a_result,
    a_variant,
    an_activity,
    codes,
    the_figures,
)

TYPE_1 = a_protocol(id="type-1", conditions=codes("icd10|E10"), rivals=codes("icd10|E11"))
TYPE_2 = a_protocol(id="type-2", conditions=codes("icd10|E11"), rivals=codes("icd10|E10"))

LOW_POTASSIUM = a_variant("potassium is low", LastValue("k", Bound("<", 3.3)), None)
DIABETES_ASKS = a_protocol(an_activity("k", "P12M"), id="diabetes")
HYPERTENSION_STOPS = a_protocol(
    an_activity("k", "P6M", variants=(LOW_POTASSIUM,)),
    id="hypertension",
    conditions=codes(HYPERTENSION),
)
DIABETES_AIMS = a_protocol(
    an_activity("ldl", targets=(Target("ldl", "mmol/L", (Bound("<", 2.6),)),)), id="diabetes"
)
CORONARY_AIMS = a_protocol(
    an_activity("ldl", targets=(Target("ldl", "mmol/L", (Bound("<", 1.4),)),)),
    id="coronary",
    conditions=codes("icd10|I25"),
)
FORMULA = a_variant("by formula", LastValue("crcl", Bound("<", 60)), "P4M")
BY_TABLE = a_variant("by table", LastValue("crcl", Bound("<", 60)), "P1M", set_aside=True)
TWO_RULES = a_protocol(an_activity("egfr", "P12M", variants=(FORMULA, BY_TABLE)), id="af")

HAS_DIABETES = a_condition(DIABETES, "2020-01-15")
HAS_HYPERTENSION = a_condition(HYPERTENSION, "2021-05-01")
HAS_CORONARY = a_condition("icd10|I25", "2022-02-02")


def recorded(code: str, on: str) -> Fact:
    """A condition since 2020, recorded on a day."""
    return a_condition(code, "2020-01-15", detail=on)


# name: protocols, facts, what is disagreed about, whose word holds, who yields
TABLE: dict[str, tuple[Sequence[Protocol], Sequence[Fact], list[tuple[str, str, str, str]]]] = {
    "of type 1 and type 2 the latest recorded holds": (
        [TYPE_1, TYPE_2],
        [recorded("icd10|E11.9", "2020-02-01"), recorded("icd10|E10.9", "2023-03-01")],
        [("diagnosis", "", "type-1", "type-2")],
    ),
    "one type of diabetes is no disagreement": ([TYPE_1, TYPE_2], [HAS_DIABETES], []),
    "a type that is no longer held to be true disagrees with nothing": (
        [TYPE_1, TYPE_2],
        [
            a_condition("icd10|E11.9", "2020-01-15", "2023-02-28"),
            recorded("icd10|E10.9", "2023-03-01"),
        ],
        [],
    ),
    "one protocol asks for what another does not require": (
        [DIABETES_ASKS, HYPERTENSION_STOPS],
        [HAS_DIABETES, HAS_HYPERTENSION, a_result("k", 3.1, "2024-01-10")],
        [("need", "k|lab", "diabetes base", "hypertension potassium is low")],
    ),
    "two protocols that both ask agree that it is needed": (
        [DIABETES_ASKS, HYPERTENSION_STOPS],
        [HAS_DIABETES, HAS_HYPERTENSION, a_result("k", 4.1, "2024-01-10")],
        [],
    ),
    "what nobody asks for is no disagreement": (
        [HYPERTENSION_STOPS],
        [HAS_HYPERTENSION, a_result("k", 3.1, "2024-01-10")],
        [],
    ),
    "of two targets the strictest holds, for all are to be met": (
        [DIABETES_AIMS, CORONARY_AIMS],
        [HAS_DIABETES, HAS_CORONARY],
        [("target", "ldl", "coronary < 1.4", "diabetes < 2.6")],
    ),
    "a target of a protocol that does not fit is not compared": (
        [DIABETES_AIMS, CORONARY_AIMS],
        [HAS_DIABETES],
        [],
    ),
    "of two rules for one thing the protocol names the one that holds": (
        [TWO_RULES],
        [HAS_DIABETES, a_result("crcl", 45, "2024-01-10"), a_result("egfr", 50, "2024-01-10")],
        [("rule", "egfr|lab", "af by formula", "af by table")],
    ),
    "a rule that is not true disagrees with nothing": (
        [TWO_RULES],
        [HAS_DIABETES, a_result("crcl", 75, "2024-01-10")],
        [],
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_disagreement_is_shown_with_the_one_that_holds(name: str) -> None:
    protocols, facts, expected = TABLE[name]

    assert [line(one) for one in disagreements(protocols, facts)] == expected


def test_whatever_order_the_protocols_come_in_the_same_one_holds() -> None:
    facts = [HAS_DIABETES, HAS_CORONARY]

    found = disagreements([CORONARY_AIMS, DIABETES_AIMS], facts)

    assert found == disagreements([DIABETES_AIMS, CORONARY_AIMS], facts)


def disagreements(protocols: Sequence[Protocol], facts: Sequence[Fact]) -> tuple[Conflict, ...]:
    patient = a_patient(*facts)
    plan = a_plan(patient, protocols)
    day = a_day("2024-06-01")
    return conflicts(Situation(plan, patient, protocols, the_figures(), day))


def line(one: Conflict) -> tuple[str, str, str, str]:
    (yields,) = one.yields
    return one.kind.value, one.about, side(one.holds), side(yields)


def side(one: Side) -> str:
    if one.diagnosis:
        return one.protocol
    if one.bound:
        return f"{one.protocol} {one.bound.operator} {one.bound.limit}"
    return f"{one.protocol} {one.variant or 'base'}"
