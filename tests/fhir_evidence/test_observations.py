"""Which Observations count, and what they say (what-is-due 2.1, 2.2, 2.5 to 2.9)."""

from typing import Any

import pytest

from service.fhir.evidence.facts import facts_of
from tests.fhir_evidence.reading import read
from tests.fhir_evidence.resources import (
    FINDING,
    ITEM,
    KUNTALIITTO,
    LABORATORY,
    LOINC,
    NURSE,
    PATIENT,
    SNOMED,
    a_blood_pressure,
    a_finding,
    a_measurement,
    an_hba1c,
    an_observation,
    concept,
    quantity,
)

WITHOUT_VALUE: dict[str, Any] = {"dataAbsentReason": {"text": "haemolysed"}}
PERCENT = quantity(7.7, "%")
HOME: dict[str, Any] = {"performer": [PATIENT]}
MORNING: dict[str, Any] = {"effectiveDateTime": "2027-03-12T07:10:00+02:00"}
EVENING: dict[str, Any] = {"effectiveDateTime": "2027-03-12T19:40:00+02:00"}

COUNTING = {
    "a final value counts on its day": (an_hba1c(), ["hba1c 61 mmol/mol 2027-03-12"]),
    "an amended value counts": (an_hba1c(status="amended"), ["hba1c 61 mmol/mol 2027-03-12"]),
    "a corrected value counts": (an_hba1c(status="corrected"), ["hba1c 61 mmol/mol 2027-03-12"]),
    "the Finnish nomenclature counts with its year": (
        an_observation(KUNTALIITTO, "6128", valueQuantity=quantity(48, "mmol/mol")),
        ["hba1c 48 mmol/mol 2027-03-12"],
    ),
    "and without its year": (
        an_observation("urn:oid:1.2.246.537.6.3", "6591", valueQuantity=quantity(48, "mmol/mol")),
        ["hba1c 48 mmol/mol 2027-03-12"],
    ),
    "of several codings the first known counts": (
        an_hba1c()
        | {
            "code": {
                "coding": [
                    {"system": "urn:oid:1.2.246.10.99999212.19.3", "code": "HBA"},
                    {"system": KUNTALIITTO, "code": "6128"},
                    {"system": LOINC, "code": "4548-4"},
                ]
            }
        },
        ["hba1c 61 mmol/mol 2027-03-12"],
    ),
    "our own item code counts": (
        a_measurement("acr", 3.4, "mg/mmol"),
        ["acr 3.4 mg/mmol 2027-03-12"],
    ),
    "per cent is converted": (
        an_observation(valueQuantity=PERCENT),
        ["hba1c 61 mmol/mol 2027-03-12"],
    ),
    "a late evening in UTC is the clinic's next day": (
        an_hba1c(effectiveDateTime="2027-03-11T22:30:00Z"),
        ["hba1c 61 mmol/mol 2027-03-12"],
    ),
    "a period counts by its end": (
        an_observation(valueQuantity=quantity(61, "mmol/mol"))
        | {
            "effectiveDateTime": None,
            "effectivePeriod": {"start": "2027-03-10", "end": "2027-03-12"},
        },
        ["hba1c 61 mmol/mol 2027-03-12"],
    ),
    "a month is its first day and approximate": (
        an_hba1c(effectiveDateTime="2027-03"),
        ["hba1c 61 mmol/mol approximate 2027-03-01"],
    ),
    "a comparator is kept": (
        an_observation(code="32294-1", valueQuantity=quantity(0.6, "mg/mmol", comparator="<")),
        ["acr <0.6 mg/mmol 2027-03-12"],
    ),
    "a score may go without a unit": (
        an_observation(code="82674-3", valueInteger=18),
        ["act 18 {score} 2027-03-12"],
    ),
    "a form code counts without a value": (
        an_observation(KUNTALIITTO, "1270"),
        ["ecg 2027-03-12"],
    ),
    "blood pressure is its two components": (
        a_blood_pressure(152, 88),
        ["bp.sys 152 mm[Hg] 2027-03-12", "bp.dia 88 mm[Hg] 2027-03-12"],
    ),
    "the older panel code counts too": (
        a_blood_pressure(152, 88) | {"code": concept(LOINC, "55284-4")},
        ["bp.sys 152 mm[Hg] 2027-03-12", "bp.dia 88 mm[Hg] 2027-03-12"],
    ),
    "a systolic pressure sent alone is a fact of its own": (
        an_observation(code="8480-6", valueQuantity=quantity(152, "mm[Hg]")),
        ["bp.sys 152 mm[Hg] 2027-03-12"],
    ),
    "a finding by our own value": (
        a_finding("risk-class", "high-risk"),
        ["risk-class high-risk 2027-03-12"],
    ),
    "a finding by a public answer": (
        an_observation(code="72166-2", valueCodeableConcept=concept(SNOMED, "8517006")),
        ["smoking former-smoker 2027-03-12"],
    ),
    "retinopathy of one eye by its LOINC answer": (
        an_observation(code="71490-7", valueCodeableConcept=concept(LOINC, "LA18644-7")),
        ["fundus.left mild-retinopathy 2027-03-12"],
    ),
    "yes or no as a boolean": (
        an_observation(ITEM, "organ-damage", valueBoolean=False),
        ["organ-damage no 2027-03-12"],
    ),
    "a photograph counts even where its grade is not known": (
        an_observation(SNOMED, "170757007", valueCodeableConcept=concept(SNOMED, "1")),
        ["fundus 2027-03-12"],
    ),
    "kidney function per minute is that per 1.73 square metres": (
        an_observation(code="33914-3", valueQuantity=quantity(71, "mL/min")),
        ["egfr 71 mL/min/{1.73_m2} 2027-03-12"],
    ),
    "the patient's own weight counts as theirs": (
        an_observation(code="29463-7", valueQuantity=quantity(82, "kg"), **HOME),
        ["weight 82 kg self 2027-03-12"],
    ),
    "blood pressure by the patient in the morning is the home series'": (
        a_blood_pressure(138, 84, **HOME, **MORNING),
        [
            "home_bp.sys 138 mm[Hg] morning self 2027-03-12",
            "home_bp.dia 84 mm[Hg] morning self 2027-03-12",
        ],
    ),
    "and in the evening": (
        a_blood_pressure(134, 80, **HOME, **EVENING),
        [
            "home_bp.sys 134 mm[Hg] evening self 2027-03-12",
            "home_bp.dia 80 mm[Hg] evening self 2027-03-12",
        ],
    ),
    "a mean of a home series stands for the series": (
        a_blood_pressure(134, 80, **HOME) | {"code": concept(LOINC, "96607-7")},
        [
            "home_bp.sys 134 mm[Hg] mean self 2027-03-12",
            "home_bp.dia 80 mm[Hg] mean self 2027-03-12",
        ],
    ),
    "a pregnancy with its due date": (
        an_observation(
            code="82810-3",
            valueCodeableConcept=concept(SNOMED, "77386006"),
            component=[{"code": concept(LOINC, "11778-8"), "valueDateTime": "2027-09-20"}],
        ),
        ["pregnancy pregnant 2027-03-12..2027-09-20"],
    ),
    "a pregnancy without one ends at the latest it can": (
        a_finding("pregnancy", "pregnant"),
        ["pregnancy pregnant 2027-03-12..2027-12-17"],
    ),
}

NOT_COUNTING = {
    "a preliminary result": (an_hba1c(status="preliminary"), "status loinc|4548-4"),
    "a registered one": (an_hba1c(status="registered"), "status loinc|4548-4"),
    "a value without a unit": (an_hba1c(unit=None), "unit loinc|4548-4"),
    "a unit that is none of this item's": (an_hba1c(unit="mmol/L"), "unit loinc|4548-4"),
    "a unit that nobody knows": (an_hba1c(unit="furlong"), "unit loinc|4548-4"),
    "no value": (an_observation(), "value loinc|4548-4"),
    "a value absent for a reason": (an_observation(**WITHOUT_VALUE), "value loinc|4548-4"),
    "a year alone": (an_hba1c(effectiveDateTime="2027"), "day loinc|4548-4"),
    "no date": (an_hba1c() | {"effectiveDateTime": None}, "day loinc|4548-4"),
    "an unknown code": (
        an_observation(code="8310-5", valueQuantity=quantity(37, "Cel")),
        "code loinc|8310-5",
    ),
    "a laboratory test by the patient": (an_hba1c(**HOME), "setting loinc|4548-4"),
    "a professional's yes or no told by the patient": (
        a_finding("asthma-mild", "yes", **HOME),
        "setting item|asthma-mild",
    ),
    "a blood pressure with one component": (
        a_blood_pressure(152, 88) | {"component": a_blood_pressure(152, 88)["component"][:1]},
        "value loinc|85354-9",
    ),
    "a blood pressure of which one component has no unit": (
        a_blood_pressure(152, 88)
        | {
            "component": [
                a_blood_pressure(152, 88)["component"][0],
                {"code": concept(LOINC, "8462-4"), "valueQuantity": {"value": 88}},
            ]
        },
        "unit loinc|85354-9",
    ),
    "a blood pressure without components": (
        an_observation(SNOMED, "75367002"),
        "value snomed|75367002",
    ),
    "an answer that says nothing": (
        an_observation(code="72166-2", valueCodeableConcept=concept(SNOMED, "266927001")),
        "value loinc|72166-2",
    ),
    "a finding that the item does not have": (
        an_observation(ITEM, "organ-damage", valueCodeableConcept=concept(FINDING, "low-risk")),
        "value item|organ-damage",
    ),
    "a photograph that was not taken": (
        an_observation(SNOMED, "170757007", **WITHOUT_VALUE),
        "value snomed|170757007",
    ),
}

SILENT = {
    "entered in error": an_hba1c(status="entered-in-error"),
    "cancelled": an_hba1c(status="cancelled"),
    "a panel whose members come by themselves": an_observation(
        code="85354-9", hasMember=[{"reference": "Observation/s1"}]
    ),
    "a panel of unknown code whose members come by themselves": an_observation(
        code="85353-1", hasMember=[{"reference": "Observation/s1"}]
    ),
    "an unknown code that is preliminary": an_observation(code="8310-5", status="preliminary"),
}


@pytest.mark.parametrize(("resource", "facts"), COUNTING.values(), ids=COUNTING)
def test_this_observation_counts(catalogue, resource, facts):
    assert read(catalogue, resource) == facts


@pytest.mark.parametrize(("resource", "reason"), NOT_COUNTING.values(), ids=NOT_COUNTING)
def test_this_observation_does_not_count(catalogue, resource, reason):
    assert read(catalogue, resource) == [f"not counted: {reason}"]


@pytest.mark.parametrize("resource", SILENT.values(), ids=SILENT)
def test_this_observation_says_nothing(catalogue, resource):
    assert read(catalogue, resource) == []


def test_a_reference_range_is_converted_with_its_value(catalogue):
    resource = an_observation(
        code="4548-4",
        valueQuantity=PERCENT,
        referenceRange=[{"low": {"value": 4.0}, "high": quantity(42, "mmol/mol")}],
    )
    facts, _ = facts_of(resource, catalogue)
    assert (facts[0].ref_low, facts[0].ref_high) == (20, 42)


def test_what_orders_results_of_one_day_is_the_instant_in_utc(catalogue):
    facts, _ = facts_of(an_hba1c(effectiveDateTime="2027-03-12T08:05:00+02:00"), catalogue)
    assert facts[0].at == "2027-03-12T06:05:00.000000Z"


def test_the_encounter_is_the_setting(catalogue):
    resource = a_blood_pressure(182, 112, encounter={"reference": "Encounter/e9"})
    facts, _ = facts_of(resource, catalogue)
    assert [fact.setting for fact in facts] == ["Encounter/e9", "Encounter/e9"]


def test_the_sender_is_the_performing_organisation(catalogue):
    _, refused = facts_of(an_hba1c(unit=None, performer=[NURSE, LABORATORY]), catalogue)
    assert refused[0].sender == "Organization/lab"


def test_the_sender_is_else_the_system_it_came_from(catalogue):
    meta = {"source": "urn:oid:1.2.246.10.1"}
    _, refused = facts_of(an_hba1c(unit=None, meta=meta), catalogue)
    assert refused[0].sender == "urn:oid:1.2.246.10.1"


def test_components_of_an_unknown_panel_count_by_themselves(catalogue):
    resource = a_blood_pressure(152, 88) | {"code": concept(LOINC, "85353-1")}
    assert read(catalogue, resource) == [
        "bp.sys 152 mm[Hg] 2027-03-12",
        "bp.dia 88 mm[Hg] 2027-03-12",
    ]


def test_each_fact_of_a_resource_is_a_part_of_it(catalogue):
    facts, _ = facts_of(a_blood_pressure(152, 88), catalogue, source="Observation/stored")
    assert [(one.source, one.part) for one in facts] == [
        ("Observation/stored", 0),
        ("Observation/stored", 1),
    ]
