"""A rule as who signs it reads it: with its figures, in three languages."""

import re

import pytest

from service.domain import rule as rules
from service.domain.catalogue import Catalogue
from service.domain.codes import CodeSet
from service.domain.interval import Interval
from service.domain.rule import (
    Age,
    All,
    AnyOf,
    Bound,
    DispenseCount,
    Fall,
    HasCondition,
    LastValue,
    Medicines,
    MedicineSince,
    Not,
    Rule,
    SinceDiagnosis,
    ValueRange,
)
from service.fhir.protocol.reader import read_protocols
from service.wording.rule_words import _SAYERS, RuleWords
from service.wording.words import Words
from tests.fhir_protocol.profiles import PROFILES
from tests.wording.builders import LANGUAGES

CATALOGUE: Catalogue = read_protocols(PROFILES)
HBA1C = LastValue("hba1c", Bound(">", 53.0))
YEAR = Interval(months=12)


def said(rule: Rule, language: str) -> str:
    return RuleWords(Words(language), CATALOGUE).of(rule).replace("\xa0", " ")


def in_three(rule: Rule) -> tuple[str, ...]:
    return tuple(said(rule, language) for language in LANGUAGES)


def test_every_shape_of_rule_has_its_words() -> None:
    shapes = {one for one in vars(rules).values() if hasattr(one, "timeline")} - {rules.Rule}
    assert set(_SAYERS) == shapes


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_that_is_published_is_told_with_nothing_left_open(language: str) -> None:
    words = RuleWords(Words(language), CATALOGUE)
    told = [
        words.of(variant.rule)
        for protocol in CATALOGUE.protocols.values()
        for activity in protocol.activities
        for variant in activity.variants
    ]
    assert len(told) == 305
    assert [one for one in told if re.search(r"[{}]|None|\(\)|\[\]|  ", one)] == []


def test_a_value_against_a_limit() -> None:
    assert in_three(HBA1C) == (
        "Sokerihemoglobiini (HbA1c): viime arvo yli 53 mmol/mol",
        "Långtidsblodsocker (HbA1c): senaste värdet över 53 mmol/mol",
        "HbA1c (long-term blood sugar): last value above 53 mmol/mol",
    )


def test_a_range_says_both_its_ends() -> None:
    told = said(ValueRange("egfr", 30, 60), "en")
    assert told.endswith("last value at least 30 ml/min/1.73 m² and below 60 ml/min/1.73 m²")


def test_the_laboratorys_own_limit_with_its_factor() -> None:
    told = said(LastValue("alat", Bound(">", reference=("high", 3.0))), "en")
    assert told.startswith("ALT (liver enzyme): last value above 3")
    assert told.endswith("the upper limit of the laboratory")


def test_rules_inside_a_rule_stand_in_brackets() -> None:
    inside = Not(AnyOf((Age(at_least=80), SinceDiagnosis(YEAR, less=True))))
    assert said(All((HBA1C, inside)), "en") == (
        "all of these: [HbA1c (long-term blood sugar): last value above 53 mmol/mol; "
        "does not hold: [any of these: [aged 80 or over; less than 1 year since the diagnosis]]]"
    )


def test_medicines_with_their_codes() -> None:
    relievers = DispenseCount(Medicines(("R03AC",), 180), 3, YEAR)
    assert said(relievers, "en") == (
        "medicine dispensed at least 3 times (within 1 year): reliever inhaler (R03AC)"
    )
    either = MedicineSince(Medicines(("N05AN", "C01BD01"), 180), Interval(days=14), less=False)
    assert said(either, "en") == (
        "at least 2 weeks since the medicine was started: lithium (N05AN) or amiodarone (C01BD01)"
    )


def test_conditions_by_name_and_codes() -> None:
    diabetes = next(
        codes for codes, names in CATALOGUE.condition_names.items() if names["en"] == "Diabetes"
    )
    assert said(HasCondition(diabetes), "en").startswith(
        "diagnosed: Diabetes (ICD-10 E10*, E11*, E12*, E13*, E14*; ICPC-2 T89, T90; SNOMED CT"
    )
    unnamed = HasCondition(CodeSet(ranges=(("icd10|I20", "icd10|I25"),)))
    assert said(unnamed, "en") == "diagnosed: ICD-10 I20..I25"


def test_a_fall_says_its_classes_where_it_has_any() -> None:
    assert said(Fall("egfr", 25, (60, 45)), "en").endswith(
        "more than 25% below the one before and in a lower class (limits of the classes: 60, 45)"
    )
    assert said(Fall("egfr", 25), "en").endswith("more than 25% below the one before")
