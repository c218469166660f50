"""What the engine cannot follow is refused at start, by file and action (what-is-due 4.9)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.domain.errors import UnusableProtocol
from service.fhir.protocol.reader import read_protocols
from tests.fhir_protocol.profiles import PROFILES

Change = Callable[[dict[str, Any]], None]
OUR = "https://seuranta.example/fhir/StructureDefinition/"
HYPERTENSION = "protocols/PlanDefinition-hypertension.json"
BLOOD_PRESSURE = "activities/ActivityDefinition-bp.json"
FIGURES = "figures/Parameters-follow-up-figures.json"


def variant(content: dict[str, Any]) -> dict[str, Any]:
    """The second variant of the office blood pressure: last value above target."""
    found: dict[str, Any] = content["action"][0]["action"][1]
    return found


def rule(content: dict[str, Any]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = variant(content)["condition"][0]["extension"][0]["extension"]
    return parts


def replace_rule(*parts: dict[str, Any]) -> Change:
    def change(content: dict[str, Any]) -> None:
        rule(content)[:] = parts

    return change


def type_of(name: str) -> dict[str, Any]:
    return {"url": "type", "valueCode": name}


def without(name: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        kept = [one for one in variant(content)["extension"] if one["url"] != OUR + name]
        variant(content)["extension"] = kept

    return change


def first_rule_again(content: dict[str, Any]) -> None:
    variant(content)["condition"] = content["action"][0]["action"][0]["condition"]


def base_twice(content: dict[str, Any]) -> None:
    nested = content["action"][0]["action"]
    nested.append({**nested[-1], "id": "office-bp.base-2"})


def set_at(place: Callable[[dict[str, Any]], dict[str, Any]], name: str, value: Any) -> Change:
    def change(content: dict[str, Any]) -> None:
        place(content)[name] = value

    return change


def drop_at(place: Callable[[dict[str, Any]], dict[str, Any]], name: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        del place(content)[name]

    return change


def action(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["action"][0]
    return found


def unsourced(content: dict[str, Any]) -> None:
    del content["action"][0]["documentation"]


def without_a_rule(content: dict[str, Any]) -> None:
    content["action"][0]["condition"] = [{"kind": "applicability"}]


def in_cql(content: dict[str, Any]) -> None:
    expression = {"language": "text/cql", "expression": "AboveTarget"}
    variant(content)["condition"][0]["expression"] = expression


LIMIT = {"value": 140, "comparator": ">=", "code": "mm[Hg]"}
UNUSABLE: dict[str, tuple[str, Change, str]] = {
    "a rule of unknown type": (HYPERTENSION, replace_rule(type_of("tarot")), "type `tarot`"),
    "a rule without a type": (HYPERTENSION, replace_rule(), "`type` is missing"),
    "a part that the rule's shape does not heed": (
        HYPERTENSION,
        lambda content: rule(content).append({"url": "within", "valueDuration": {"value": 3}}),
        "`within` is no part",
    ),
    "an unknown item": (
        HYPERTENSION,
        replace_rule(
            type_of("last-value"),
            {"url": "item", "valueCode": "aura"},
            {"url": "bound", "valueQuantity": LIMIT},
        ),
        "item `aura` has no value set",
    ),
    "a limit in another unit": (
        HYPERTENSION,
        replace_rule(
            type_of("last-value"),
            {"url": "item", "valueCode": "hba1c"},
            {"url": "bound", "valueQuantity": LIMIT},
        ),
        "in the item's unit `mmol/mol`",
    ),
    "a limit that is not compared": (
        HYPERTENSION,
        replace_rule(
            type_of("last-value"),
            {"url": "item", "valueCode": "bp.sys"},
            {"url": "bound", "valueQuantity": {"value": 140, "code": "mm[Hg]"}},
        ),
        "compared with",
    ),
    "a finding that the item does not have": (
        HYPERTENSION,
        replace_rule(
            type_of("finding"),
            {"url": "item", "valueCode": "smoking"},
            {"url": "value", "valueCode": "high-risk"},
        ),
        "no such finding",
    ),
    "a goal that is not there": (
        HYPERTENSION,
        replace_rule(type_of("beyond-target"), {"url": "goal", "valueString": "happiness"}),
        "no goal `happiness`",
    ),
    "a cell that the grid does not have": (
        HYPERTENSION,
        replace_rule(
            type_of("grid"),
            {"url": "scheme", "valueCode": "kdigo"},
            {"url": "cell", "valueCode": "G9A9"},
        ),
        "no such cell",
    ),
    "an unknown grid": (
        HYPERTENSION,
        replace_rule(type_of("grid"), {"url": "scheme", "valueCode": "child-pugh"}),
        "no grid `child-pugh`",
    ),
    "an unknown set of conditions": (
        HYPERTENSION,
        replace_rule(type_of("condition"), {"url": "value-set", "valueCanonical": "urn:x"}),
        "no value set urn:x",
    ),
    "a medicine rule without medicines": (
        HYPERTENSION,
        replace_rule(type_of("medicine-in-use")),
        "`atc` is missing",
    ),
    "an unknown state of pregnancy": (
        HYPERTENSION,
        replace_rule(type_of("pregnancy"), {"url": "state", "valueCode": "expecting"}),
        "state of pregnancy `expecting`",
    ),
    "a figure with neither source nor mark": (
        HYPERTENSION,
        without("evidence"),
        "neither a source",
    ),
    "a sourced figure without a source": (HYPERTENSION, unsourced, "names no source"),
    "a variant without an anchor": (HYPERTENSION, without("anchor"), "`event` or `evidence`"),
    "two variants with one rule": (HYPERTENSION, first_rule_again, "overlap: they have one rule"),
    "two bases": (HYPERTENSION, base_twice, "its base"),
    "an interval of hours": (
        HYPERTENSION,
        set_at(
            variant,
            "timingTiming",
            {"repeat": {"frequency": 1, "period": 36, "periodUnit": "h"}},
        ),
        "whole number of a, mo, wk or d",
    ),
    "an interval of half months": (
        HYPERTENSION,
        set_at(
            variant,
            "timingTiming",
            {"repeat": {"frequency": 1, "period": 1.5, "periodUnit": "mo"}},
        ),
        "whole number of a, mo, wk or d",
    ),
    "twice in a period": (
        HYPERTENSION,
        set_at(
            variant,
            "timingTiming",
            {"repeat": {"frequency": 2, "period": 1, "periodUnit": "a"}},
        ),
        "once in a period",
    ),
    "no timing": (HYPERTENSION, drop_at(variant, "timingTiming"), "`timingTiming` is missing"),
    "a condition in CQL": (HYPERTENSION, in_cql, "text/fhirpath"),
    "a condition without our rule": (HYPERTENSION, without_a_rule, "without the extension `rule`"),
    "an activity that is not defined": (
        HYPERTENSION,
        set_at(action, "definitionCanonical", "urn:x|1"),
        "no ActivityDefinition urn:x",
    ),
    "two actions with one id": (
        HYPERTENSION,
        set_at(action, "id", "home-bp-series"),
        "two actions bear the id `home-bp-series`",
    ),
    "nobody to do it": (HYPERTENSION, drop_at(action, "participant"), "one participant"),
    "an activity without its closing": (
        BLOOD_PRESSURE,
        lambda content: content["extension"].pop(1),
        "extension `closing` is missing",
    ),
    "an expression that names what its action has no input for": (
        HYPERTENSION,
        lambda content: variant(content)["condition"][0]["expression"].update(
            expression="%stars.first().value.value > %context.birthDate"
        ),
        r"action\[1\].condition\[0\].expression: the action has no input `stars`",
    ),
    "an unknown kind of activity": (
        BLOOD_PRESSURE,
        lambda content: content["extension"][0].update(valueCode="ritual"),
        "no kind of activity `ritual`",
    ),
    "a figure of ours without its mark": (
        FIGURES,
        lambda content: content["parameter"][0]["part"].pop(),
        "neither a source",
    ),
    "a figure of ours that is left out": (
        FIGURES,
        lambda content: content["parameter"].pop(0),
        "`lead` must be given once",
    ),
}


def copied(tmp_path: Path) -> Path:
    return shutil.copytree(PROFILES, tmp_path / "profiles")


def changed(tmp_path: Path, file: str, change: Change) -> Path:
    folder = copied(tmp_path)
    content = json.loads((folder / file).read_text(encoding="utf-8"))
    change(content)
    (folder / file).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("file", "change", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_it_is_refused_by_file_and_place(tmp_path, file, change, words):
    folder = changed(tmp_path, file, change)
    with pytest.raises(UnusableProtocol, match=words) as refused:
        read_protocols(folder)
    assert file in str(refused.value)


def test_a_text_in_an_expression_names_no_input(tmp_path):
    said = {"expression": r"%context.name.text = 'it\'s 5 %off'"}

    def change(content: dict[str, Any]) -> None:
        variant(content)["condition"][0]["expression"].update(said)

    assert read_protocols(changed(tmp_path, HYPERTENSION, change)).protocols


def test_the_place_is_a_fhirpath(tmp_path):
    folder = changed(tmp_path, HYPERTENSION, replace_rule(type_of("tarot")))
    with pytest.raises(UnusableProtocol) as refused:
        read_protocols(folder)
    place = "PlanDefinition.action[0].action[1].condition[0].extension[0]"
    assert refused.value.issues[0].expression == place


def test_a_file_that_is_not_json_is_named(tmp_path):
    folder = copied(tmp_path)
    (folder / HYPERTENSION).write_text("{", encoding="utf-8")
    with pytest.raises(UnusableProtocol, match=f"{HYPERTENSION}: not JSON"):
        read_protocols(folder)


def test_a_file_that_is_no_resource_is_named(tmp_path):
    folder = changed(tmp_path, HYPERTENSION, lambda content: content.pop("resourceType"))
    with pytest.raises(UnusableProtocol, match=f"{HYPERTENSION}: not a FHIR resource"):
        read_protocols(folder)


def test_a_version_given_twice_is_refused(tmp_path):
    folder = copied(tmp_path)
    shutil.copy(folder / HYPERTENSION, folder / "protocols" / "PlanDefinition-copy.json")
    with pytest.raises(UnusableProtocol, match="hypertension is given twice"):
        read_protocols(folder)


def test_a_folder_without_figures_is_refused(tmp_path):
    folder = copied(tmp_path)
    (folder / FIGURES).unlink()
    with pytest.raises(UnusableProtocol, match="`follow-up-figures` is wanted"):
        read_protocols(folder)


def older(content: dict[str, Any]) -> None:
    content["version"] = "2025.12"


def test_of_two_versions_the_newest_is_offered_and_both_are_kept(tmp_path):
    folder = copied(tmp_path)
    content = json.loads((folder / HYPERTENSION).read_text(encoding="utf-8"))
    older(content)
    copy = folder / "protocols" / "PlanDefinition-older.json"
    copy.write_text(json.dumps(content), encoding="utf-8")
    catalogue = read_protocols(folder)
    assert catalogue.protocols["hypertension"].version == "2026.1"
    assert catalogue.version_of("hypertension", "2025.12").version == "2025.12"
