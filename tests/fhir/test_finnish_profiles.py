"""What `$validate` says of resources that claim the base profiles of HL7 Finland, and of their units."""

from typing import Any

import pytest

from service.fhir.profiles.library import profiles_of_type
from tests.fhir.test_profiles import LOINC, Json, Shelf, told

FINLAND = "https://hl7.fi/fhir/finnish-base-profiles"
LABELS = f"{FINLAND}/CodeSystem/fi-base-security-label-cs"
NATIONAL = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NNFIN"}]
}


def profile(name: str) -> str:
    return f"{FINLAND}/StructureDefinition/fi-base-{name}"


def a_person(*, claims: str = profile("patient"), **more: Any) -> Json:
    identifier = {"use": "official", "type": NATIONAL, "system": "urn:oid:1.2.246.21"}
    return {
        "resourceType": "Patient",
        "meta": {"profile": [claims]},
        "identifier": [identifier | {"value": "010190-901R"}],
        **more,
    }


def errors(resource: Json, shelf: Shelf | None = None) -> list[tuple[str, str]]:
    found = told(resource, shelf=shelf)
    return [(code, at) for severity, code, at in found if severity == "error"]


def test_what_keeps_to_a_finnish_profile_is_sound() -> None:
    label = {"system": LABELS, "code": "TURVAKIELTO"}
    meta = {"profile": [profile("patient")], "security": [label]}
    assert errors(a_person(meta=meta)) == []
    assert told(a_person(claims=f"{profile('patient')}|2.0.0-rc2")) == told(a_person())


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        (
            {"managingOrganization": {"reference": "Practitioner/1"}},
            "Patient.managingOrganization.reference",
        ),
        ({"generalPractitioner": [{"reference": "Patient/1"}]}, "Patient.generalPractitioner"),
        (
            {"identifier": [{"use": "official", "system": "urn:x", "value": "1"}]},
            "Patient.identifier",
        ),
        (
            {
                "extension": [
                    {
                        "url": f"{FINLAND}/StructureDefinition/municipality-code",
                        "valueString": "Hattula",
                    }
                ]
            },
            "Patient.extension",
        ),
    ],
)
def test_what_breaks_a_finnish_profile_is_told_where(wrong: Json, at: str) -> None:
    assert any(expression.startswith(at) for _, expression in errors(a_person(**wrong)))


def test_another_version_of_a_profile_is_not_known() -> None:
    claimed = f"{profile('patient')}|1.0.0"
    assert ("warning", "not-found", "Patient.meta.profile[0]") in told(a_person(claims=claimed))


def test_what_the_record_holds_at_an_address_goes_before_what_is_carried() -> None:
    stricter = {
        "resourceType": "StructureDefinition",
        "url": profile("patient"),
        "type": "Patient",
        "kind": "resource",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "min": 1}]},
    }
    assert ("required", "Patient.name") in errors(a_person(), Shelf(stricter))


def test_the_finnish_profiles_of_a_type_are_listed_with_those_of_the_standard() -> None:
    for type_, name in (
        ("Patient", "patient"),
        ("Practitioner", "practitioner"),
        ("Organization", "organization"),
        ("Observation", "observation"),
        ("Encounter", "encounter"),
        ("Provenance", "provenance"),
    ):
        assert profile(name) in profiles_of_type(type_)


def a_result(code: str, system: str = "http://unitsofmeasure.org") -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
        "valueQuantity": {"value": 1, "unit": code, "system": system, "code": code},
    }


def test_a_unit_that_says_it_is_of_ucum_must_be() -> None:
    assert errors(a_result("g/L")) == []
    assert errors(a_result("mmHg")) == [("code-invalid", "Observation.value.code")]
    assert errors(a_result("mmHg", "urn:oid:1.2.246.537.6.9")) == []
