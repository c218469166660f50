"""The published definitions are valid R4, hang together, and use no extension that is not defined."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.fhir_protocol.profiles import PROFILES, published

BASE = "https://seuranta.example/fhir"
FILES = sorted(path.relative_to(PROFILES).as_posix() for path in PROFILES.rglob("*.json"))
FOLDERS = {
    "PlanDefinition": "protocols",
    "ActivityDefinition": "activities",
    "ValueSet": "value-sets",
    "CodeSystem": "code-systems",
    "ConceptMap": "concept-maps",
    "OperationDefinition": "operations",
    "SearchParameter": "search-parameters",
    "StructureDefinition": "extensions",
    "Parameters": "figures",
}


@cache
def content_of(file: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((PROFILES / file).read_text(encoding="utf-8"))
    return content


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a resource, itself included."""
    if isinstance(value, dict):
        yield value
    children = value.values() if isinstance(value, dict) else value
    for child in children:
        if isinstance(child, dict | list):
            yield from inside(child)


def extension_urls(content: dict[str, Any]) -> set[str]:
    found = [one for part in inside(content) for one in part.get("extension", ())]
    return {one["url"] for one in found if one["url"].startswith(BASE)}


@pytest.mark.parametrize("file", FILES)
def test_it_is_a_valid_resource(file):
    content = content_of(file)
    get_fhir_model_class(content["resourceType"]).model_validate(content)


@pytest.mark.parametrize("file", FILES)
def test_no_element_id_stands_twice_in_a_resource(file):
    """R4 element.html, Element.id; a contained resource counts its own."""
    _, *elements = inside(content_of(file))
    ids = [one["id"] for one in elements if "id" in one and "resourceType" not in one]
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


@pytest.mark.parametrize("action", [a for p in published("PlanDefinition") for a in p["action"]])
def test_an_expression_names_inputs_of_its_action_alone_and_all_of_them(action):
    said = [one["expression"] for one in inside(action) if one.get("language") == "text/fhirpath"]
    named = {name for one in said for name in re.findall(r"%(\w+)", one)}
    assert named - {"context"} == {one["id"] for one in action.get("input", ())}


def test_each_stands_under_its_kind_and_id():
    published_files = [file for file in FILES if not file.startswith("examples/")]
    assert published_files == [expected_file(content_of(file)) for file in published_files]


def expected_file(content: dict[str, Any]) -> str:
    kind = content["resourceType"]
    is_profile = kind == "StructureDefinition" and content["type"] != "Extension"
    folder = "profiles" if is_profile else FOLDERS[kind]
    return f"{folder}/{kind}-{content['id']}.json"


def test_every_extension_of_ours_is_defined():
    defined = {one["url"] for one in published("StructureDefinition")}
    assert {
        file: found for file in FILES if (found := extension_urls(content_of(file)) - defined)
    } == {}


CANONICAL = [file for file in FILES if not file.startswith(("figures/", "examples/"))]


def test_addresses_are_under_our_base_and_everything_is_experimental():
    contents = [content_of(file) for file in CANONICAL]
    addresses = [f"{BASE}/{one['resourceType']}/{one['id']}" for one in contents]
    assert [one["url"] for one in contents] == addresses
    assert {(one["version"], one["experimental"]) for one in contents} == {("2026.1", True)}


def test_every_canonical_reference_of_ours_has_its_definition():
    addresses = {content_of(file)["url"] for file in CANONICAL}
    canonicals = {
        value.partition("|")[0]
        for file in FILES
        for part in inside(content_of(file))
        for name, value in part.items()
        if name in {"valueCanonical", "definitionCanonical"} and value.startswith(BASE)
    }
    assert canonicals <= addresses
    assert len(canonicals) > 30


def test_every_code_of_ours_is_in_its_code_system():
    codes = {
        (one["url"], concept["code"])
        for one in published("CodeSystem")
        for concept in one["concept"]
    }
    used = {
        (part["system"], part["code"])
        for file in FILES
        for part in inside(content_of(file))
        if str(part.get("system", "")).startswith(f"{BASE}/CodeSystem/") and "code" in part
    }
    assert used <= codes
    assert len(used) > 50


def test_an_ids_letters_are_those_that_fhir_allows():
    assert [file for file in FILES if "_" in content_of(file)["id"]] == []


def test_no_figure_is_without_its_mark_in_any_protocol():
    marks = [
        [one for one in action["extension"] if one["url"].endswith("/evidence")]
        for plan in published("PlanDefinition")
        for row in plan["action"]
        for action in row["action"]
    ]
    assert {len(one) for one in marks} == {1}
