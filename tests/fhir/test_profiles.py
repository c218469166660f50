"""Profiles, extensible bindings, extensions and advice: the whole verdict of `$validate`."""

from typing import Any

import pytest

from service.domain.errors import Issue
from service.fhir.profiles.verdict import verdict
from tests.fhir.examples import DEFECTS, WRONG_UNITS, official

Json = dict[str, Any]

STANDARD = "http://hl7.org/fhir/StructureDefinition"
BP = f"{STANDARD}/bp"
OURS = "https://seuranta.example/fhir"
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
NARRATIVE = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">text</div>',
}


class Shelf:
    """Definitions that a record holds."""

    def __init__(self, *definitions: Json) -> None:
        self._by_address = {(one["resourceType"], one["url"]): one for one in definitions}

    def find(self, type_: str, canonical: str) -> Json | None:
        return self._by_address.get((type_, canonical.partition("|")[0]))


def issues(resource: Json, *profiles: str, shelf: Shelf | None = None) -> list[Issue]:
    return verdict({"text": NARRATIVE, **resource}, profiles, shelf or Shelf())


def told(resource: Json, *profiles: str, shelf: Shelf | None = None) -> list[tuple[str, str, str]]:
    found = issues(resource, *profiles, shelf=shelf)
    return [(one.severity, one.code, one.expression) for one in found]


def a_part(code: str, value: Json | None = None) -> Json:
    amount = {
        "value": 120,
        "unit": "mmHg",
        "system": "http://unitsofmeasure.org",
        "code": "mm[Hg]",
    }
    coding = {"system": LOINC, "code": code}
    return {"code": {"coding": [coding]}, "valueQuantity": amount | (value or {})}


def a_blood_pressure(**more: Any) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-11-20",
        "component": [a_part("8480-6"), a_part("8462-4")],
        **more,
    }


def without(resource: Json, member: str) -> Json:
    return {key: value for key, value in resource.items() if key != member}


def test_what_keeps_a_profile_has_no_issues():
    assert told(a_blood_pressure(), BP) == []
    assert told(a_blood_pressure(meta={"profile": [BP]})) == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (
            without(a_blood_pressure(), "category"),
            {("required", "Observation.category")},
        ),
        (
            a_blood_pressure(component=[a_part("8480-6")]),
            {("required", "Observation.component")},
        ),
        (
            a_blood_pressure(component=[a_part("8480-6"), a_part("8462-4", {"code": "kPa"})]),
            {
                ("value", "Observation.component[1].value.code"),
                ("code-invalid", "Observation.component[1].value"),
            },
        ),
        (
            a_blood_pressure(subject={"reference": "Group/1"}),
            {("value", "Observation.subject.reference")},
        ),
        (
            a_blood_pressure(code={"coding": [{"system": LOINC, "code": "59261-8"}]}),
            {("required", "Observation.code.coding")},
        ),
    ],
)
def test_what_a_profile_asks_for_is_an_error_at_its_place(resource, expected):
    found = [one for one in issues(resource, BP) if one.severity == "error"]
    assert {(one.code, one.expression) for one in found} == expected
    assert "[bp]" in found[0].words


def test_a_claimed_profile_is_held_against_the_resource():
    claiming = without(a_blood_pressure(meta={"profile": [BP]}), "category")
    assert ("error", "required", "Observation.category") in told(claiming)


def test_a_claimed_profile_that_nobody_knows_is_a_warning_and_an_asked_one_an_error():
    unknown = "https://elsewhere.example/profile"
    claiming = a_blood_pressure(meta={"profile": [unknown]})
    assert told(claiming) == [("warning", "not-found", "Observation.meta.profile[0]")]
    assert told(a_blood_pressure(), unknown) == [("error", "not-found", "Observation")]


def test_a_profile_of_another_type_is_not_kept():
    assert told({"resourceType": "Patient"}, BP) == [("error", "structure", "Patient")]


def test_the_type_itself_as_a_profile_asks_for_nothing_more():
    assert told({"resourceType": "Patient"}, f"{STANDARD}/Patient") == []


def a_profile(*elements: Json, base: str = f"{STANDARD}/Observation", name: str = "own") -> Json:
    return {
        "resourceType": "StructureDefinition",
        "url": f"{OURS}/StructureDefinition/{name}",
        "status": "active",
        "type": "Observation",
        "derivation": "constraint",
        "baseDefinition": base,
        "differential": {"element": list(elements)},
    }


def element(id_: str, **says: Any) -> Json:
    return {"id": id_, "path": id_, **says}


OWN = f"{OURS}/StructureDefinition/own"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (element("Observation.note", min=1), ("required", "Observation.note")),
        (element("Observation.category", max="0"), ("structure", "Observation.category")),
        (element("Observation.status", fixedCode="amended"), ("value", "Observation.status")),
        (
            element("Observation.code", patternCodeableConcept={"text": "blood pressure"}),
            ("value", "Observation.code"),
        ),
        (
            element("Observation.effective[x]", type=[{"code": "Period"}]),
            ("structure", "Observation.effective"),
        ),
        (
            element(
                "Observation.subject",
                type=[{"code": "Reference", "targetProfile": [f"{STANDARD}/Device"]}],
            ),
            ("value", "Observation.subject.reference"),
        ),
        (
            element(
                "Observation",
                constraint=[
                    {
                        "key": "own-1",
                        "severity": "error",
                        "human": "A measurement says how it was made",
                        "expression": "method.exists() or device.exists()",
                    }
                ],
            ),
            ("invariant", "Observation"),
        ),
        (
            element(
                "Observation.code",
                binding={"strength": "required", "valueSet": f"{OURS}/ValueSet/listed"},
            ),
            ("code-invalid", "Observation.code"),
        ),
    ],
)
def test_each_kind_of_rule_is_heeded(rule, expected):
    listed = {
        "resourceType": "ValueSet",
        "url": f"{OURS}/ValueSet/listed",
        "compose": {"include": [{"system": LOINC, "concept": [{"code": "59261-8"}]}]},
    }
    found = told(a_blood_pressure(), OWN, shelf=Shelf(a_profile(rule), listed))
    assert found == [("error", *expected)]


def test_a_derived_profile_asks_for_what_its_base_asks_too():
    derived = a_profile(element("Observation.note", min=1), base=BP)
    found = told(without(a_blood_pressure(), "category"), OWN, shelf=Shelf(derived))
    assert {place for _, _, place in found} == {"Observation.note", "Observation.category"}


SLICING = [
    (
        {"type": "value", "path": "code"},
        {"patternCodeableConcept": {"coding": [{"code": "8480-6"}]}},
    ),
    (
        {"type": "pattern", "path": "code"},
        {"patternCodeableConcept": {"coding": [{"code": "8480-6"}]}},
    ),
]


@pytest.mark.parametrize(("discriminator", "says"), SLICING)
def test_slices_are_told_apart_by_value_and_pattern(discriminator, says):
    sliced = a_profile(
        element(
            "Observation.component", slicing={"discriminator": [discriminator], "rules": "closed"}
        ),
        element("Observation.component:systolic", min=1, max="1"),
        element("Observation.component:systolic.code", **says),
    )
    found = told(a_blood_pressure(), OWN, shelf=Shelf(sliced))
    assert found == [("error", "structure", "Observation.component[1]")]
    only = a_blood_pressure(component=[a_part("8462-4")])
    assert ("error", "required", "Observation.component") in told(only, OWN, shelf=Shelf(sliced))


def test_slices_are_told_apart_by_what_is_there():
    sliced = a_profile(
        element(
            "Observation.component",
            slicing={"discriminator": [{"type": "exists", "path": "value"}], "rules": "open"},
        ),
        element("Observation.component:measured", max="1"),
        element("Observation.component:measured.value[x]", min=1),
        element("Observation.component:missing"),
        element("Observation.component:missing.value[x]", max="0"),
        element("Observation.component:missing.dataAbsentReason", min=1),
    )
    found = told(a_blood_pressure(), OWN, shelf=Shelf(sliced))
    assert found == [("error", "structure", "Observation.component")]
    absent = {"code": {"text": "diastolic"}}
    one = a_blood_pressure(component=[a_part("8480-6"), absent])
    expected = ("error", "required", "Observation.component[1].dataAbsentReason")
    assert told(one, OWN, shelf=Shelf(sliced)) == [expected]


def test_slices_are_told_apart_by_type():
    sliced = a_profile(
        element(
            "Observation.value[x]",
            slicing={"discriminator": [{"type": "type", "path": "$this"}], "rules": "closed"},
        ),
        element("Observation.value[x]:valueQuantity", type=[{"code": "Quantity"}]),
        element("Observation.value[x]:valueQuantity.unit", min=1),
    )
    of_type = without(a_blood_pressure(), "component")
    assert told(of_type | {"valueString": "high"}, OWN, shelf=Shelf(sliced)) == [
        ("error", "structure", "Observation.value")
    ]
    assert told(of_type | {"valueQuantity": {"value": 1}}, OWN, shelf=Shelf(sliced)) == [
        ("error", "required", "Observation.value.unit")
    ]


def test_slices_are_told_apart_by_profile():
    amount = a_profile(element("Quantity.unit", min=1), base=f"{STANDARD}/Quantity", name="amount")
    amount["type"] = "Quantity"
    sliced = a_profile(
        element(
            "Observation.value[x]",
            slicing={"discriminator": [{"type": "profile", "path": "$this"}], "rules": "closed"},
        ),
        element(
            "Observation.value[x]:amount", type=[{"code": "Quantity", "profile": [amount["url"]]}]
        ),
    )
    shelf = Shelf(sliced, amount)
    alone = without(a_blood_pressure(), "component")
    assert told(alone | {"valueQuantity": {"value": 1, "unit": "kg"}}, OWN, shelf=shelf) == []
    assert told(alone | {"valueQuantity": {"value": 1}}, OWN, shelf=shelf) == [
        ("error", "structure", "Observation.value")
    ]


def test_a_profile_that_goes_back_to_itself_ends():
    round_ = a_profile(element("Observation", type=[{"code": "Observation", "profile": [OWN]}]))
    assert told(a_blood_pressure(), OWN, shelf=Shelf(round_)) == []
    turning = a_profile(element("Observation.note", min=1), base=OWN)
    assert told(a_blood_pressure(), OWN, shelf=Shelf(turning)) == [
        ("error", "not-found", "Observation")
    ]


def test_a_code_outside_an_extensible_set_is_a_warning():
    coding = {"system": "http://example.org/own", "code": "normal"}
    found = told(a_blood_pressure(interpretation=[{"coding": [coding]}]))
    assert found == [("warning", "code-invalid", "Observation.interpretation[0]")]


def test_an_extension_of_the_standard_is_held_against_its_definition():
    birth_place = f"{STANDARD}/patient-birthPlace"
    wrong = {"resourceType": "Patient", "extension": [{"url": birth_place, "valueString": "Oulu"}]}
    assert told(wrong) == [("error", "structure", "Patient.extension[0].value")]
    right = {"url": birth_place, "valueAddress": {"city": "Oulu"}}
    assert told({"resourceType": "Patient", "extension": [right]}) == []
    assert told({"resourceType": "Organization", "name": "x", "extension": [right]}) == [
        ("warning", "structure", "Organization.extension[0]")
    ]


def test_an_extension_that_is_not_known_is_named():
    unknown = {"url": "https://elsewhere.example/extension", "valueString": "x"}
    no_such = {"url": f"{STANDARD}/no-such-extension", "valueString": "x"}
    assert told({"resourceType": "Patient", "extension": [unknown, no_such]}) == [
        ("information", "extension", "Patient.extension[0].url"),
        ("warning", "extension", "Patient.extension[1].url"),
    ]


def test_advice_is_given_to_what_is_sound_alone():
    named = {"resourceType": "ValueSet", "status": "active", "name": "no machine's name"}
    assert told(named) == [("warning", "invariant", "ValueSet")]
    assert told({**named, "status": "x"}) == [("error", "code-invalid", "ValueSet.status")]


def test_a_resource_without_narrative_is_told_so_and_a_bundle_is_not():
    assert (
        verdict({"resourceType": "Patient", "active": True}, [], Shelf())[0].severity == "warning"
    )
    assert verdict({"resourceType": "Bundle", "type": "collection"}, [], Shelf()) == []


def test_the_standards_own_examples_have_no_errors():
    wrong = {
        example.name: [
            one for one in verdict(example.resource, [], Shelf()) if one.severity == "error"
        ]
        for example in official()[::7]
        if example.name not in {*DEFECTS, *WRONG_UNITS} and len(example.body) < 20_000
    }
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_standards_own_examples_with_wrong_units_are_told_so():
    for example in official():
        if example.name in WRONG_UNITS - {"Bundle/father"}:
            wrong = {
                one.code
                for one in verdict(example.resource, [], Shelf())
                if one.severity == "error"
            }
            assert wrong == {"code-invalid"}, example.name
