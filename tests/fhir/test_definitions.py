"""The cut of the standard that the package carries."""

import json
from importlib import resources
from typing import Any, cast

from service.domain.access import PUBLIC_TYPES
from service.fhir.definitions import (
    codes,
    invariants,
    patient_compartment,
    resource_types,
    search_parameters,
    types,
)
from service.fhir.invariants import CHECKS, UNCHECKED
from service.fhir.types import PATIENT_DATA, SERVED_TYPES, SUBJECTS
from service.fhir.walking import members_of
from tools.r4_definitions.package import R4Package
from tools.r4_definitions.search_parameters import parameters_of

# Looked at where a resource stands inside another one, or in its narrative.
LOOKED_AT = {"dom-2", "dom-3", "dom-4", "dom-5", "ref-1", "txt-1", "txt-2"}


class PackageOf:
    """A package of some search parameters only."""

    def __init__(self, *codes: str) -> None:
        self._codes = codes

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [
            {
                "resourceType": kind,
                "id": code,
                "url": f"http://example.org/{code}",
                "code": code,
                "type": "token",
                "base": ["Patient"],
                "expression": f"Patient.{code}",
            }
            for code in self._codes
        ]


def numbers_of(existing: dict[str, Any] | None, *codes: str) -> dict[str, Any]:
    return parameters_of(cast("R4Package", PackageOf(*codes)), ["Patient"], existing)


def by_code(parameters: dict[str, Any]) -> dict[str, int]:
    return {listed["code"]: listed["number"] for listed in parameters["types"]["Patient"]}


def test_origin_is_written_down() -> None:
    origin = json.loads(resources.files("service.fhir").joinpath("r4/origin.json").read_bytes())
    assert origin["package"] == "hl7.fhir.r4.examples"
    assert origin["version"] == "4.0.1"
    assert origin["licence"] == "CC0-1.0"


def test_all_64_types_of_the_design_are_served() -> None:
    assert len(SERVED_TYPES) == 64
    assert set(SERVED_TYPES) <= resource_types()


def test_no_public_type_is_patient_data() -> None:
    assert not PUBLIC_TYPES & PATIENT_DATA
    assert set(SERVED_TYPES) >= PUBLIC_TYPES


def test_the_element_that_names_the_patient_is_a_reference_to_one() -> None:
    for kind, paths in SUBJECTS.items():
        for path in paths:
            members = members_of(kind)
            *before, last = path.split(".")
            for step in before:
                members = members_of(members[step].kind)
            element = members[last].element
            assert element.type == "Reference", (kind, path)
            assert not element.targets or "Patient" in element.targets, (kind, path)


def test_the_data_stay_below_three_megabytes() -> None:
    folder = resources.files("service.fhir") / "r4"
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 3_000_000


def test_every_code_set_that_an_element_names_is_there() -> None:
    named = {element.codes for elements in types().values() for element in elements.values()}
    assert named - {""} <= set(codes())


def test_compartment_names_search_parameters() -> None:
    for kind, listed in patient_compartment().items():
        known = {parameter.code for parameter in search_parameters()[kind]}
        assert set(listed) <= known, kind


def test_every_invariant_is_in_a_schema_or_checked_or_listed_with_its_reason() -> None:
    checked = {(kind, key) for kind, checks in CHECKS.items() for key in checks}
    served = tuple(SERVED_TYPES)
    for kind, rules in invariants().items():
        outermost = kind.partition(".")[0]
        concerns_us = outermost in served or outermost not in resource_types()
        for rule in rules:
            known = rule.key in LOOKED_AT or rule.key in UNCHECKED or (kind, rule.key) in checked
            assert not concerns_us or rule.schema is not None or known, (kind, rule.key)


def test_no_invariant_is_listed_twice() -> None:
    checked = {key for checks in CHECKS.values() for key in checks}
    assert not checked & set(UNCHECKED)
    assert not LOOKED_AT & (checked | set(UNCHECKED))


def test_numbers_of_parameters_are_unique() -> None:
    numbers = [parameter.number for listed in search_parameters().values() for parameter in listed]
    assert len(set(numbers)) == len(numbers)


def test_an_alias_stands_for_rows_of_its_own_type() -> None:
    for kind, listed in search_parameters().items():
        own = {parameter.number for parameter in listed if not parameter.alias_of}
        for parameter in listed:
            assert set(parameter.alias_of) <= own, (kind, parameter.code)


def test_patient_is_an_alias_of_subject() -> None:
    observation = {parameter.code: parameter for parameter in search_parameters()["Observation"]}
    assert observation["patient"].alias_of == (observation["subject"].number,)
    assert observation["patient"].alias_target == "Patient"
    parts = {observation["code"].number, observation["component-code"].number}
    assert set(observation["combo-code"].alias_of) == parts


def test_numbers_once_given_are_kept() -> None:
    first = numbers_of(None, "birthDate", "gender")
    again = numbers_of(first, "active", "birthDate", "gender")
    assert by_code(again) == by_code(first) | {"active": 3}


def test_a_number_is_never_used_again() -> None:
    first = numbers_of(None, "birthDate", "gender")
    shorter = numbers_of(first, "birthDate")
    assert by_code(numbers_of(shorter, "active", "birthDate"))["active"] == 3


def test_the_numbers_in_use_are_the_ones_of_this_release() -> None:
    # Rows of running databases hold these numbers.
    text = (resources.files("service.fhir") / "r4" / "parameters.json").read_bytes()
    written = json.loads(text)
    codes_of = {
        kind: {parameter["code"]: parameter["number"] for parameter in listed}
        for kind, listed in written["types"].items()
    }
    assert codes_of["Observation"]["code"] == 588
    assert codes_of["Patient"]["identifier"] == 680
    assert codes_of["Resource"]["_lastUpdated"] == 834
    assert written["last_number"] == 986
