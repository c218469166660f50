"""Conditions in FHIRPath alone, as others write them: the same rules, or a refusal that names the action."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from service.domain.protocol import Activity, Protocol
from service.fhir.protocol.element import Element
from service.fhir.protocol.fhirpath_rules.meaning import meaning
from service.fhir.protocol.judging import protocol_issues
from service.fhir.protocol.reader import Folder, read_folder
from tests.fhir_protocol.profiles import PROFILES
from tests.protocols import Json, a_version, shipped

RULE = "https://seuranta.example/fhir/StructureDefinition/rule"
PROTOCOLS = sorted(path.stem.partition("-")[2] for path in PROFILES.glob("protocols/*.json"))
RULED = ("variants", "applies_when")
OWN_ENTRIES = 5
VARIANTS = 310


@pytest.fixture(scope="module")
def folder() -> Folder:
    return read_folder(PROFILES)


def conditions(plan: Json) -> Iterator[Json]:
    for action in plan["action"]:
        for part in (action, *action["action"]):
            yield from part.get("condition", ())


def without_rules(plan: Json) -> None:
    """Take the extension `rule` from every condition."""
    for condition in conditions(plan):
        condition.pop("extension", None)


def read(folder: Folder, plan: Json) -> Protocol:
    return folder.reader.protocol(Element(plan, "PlanDefinition", ""))


def but_rules(activity: Activity) -> dict[str, Any]:
    return {
        one.name: getattr(activity, one.name) for one in fields(activity) if one.name not in RULED
    }


def but_rule(variant: Any) -> dict[str, Any]:
    return {one.name: getattr(variant, one.name) for one in fields(variant) if one.name != "rule"}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_without_our_rules_is_the_same_protocol(folder: Folder, name: str) -> None:
    plan = shipped(name)
    with_rules = read(folder, plan)
    without_rules(plan)
    assert RULE not in json.dumps([one["condition"] for a in plan["action"] for one in a["action"]])
    alone = read(folder, plan)

    for one, other in zip(with_rules.activities, alone.activities, strict=True):
        assert but_rules(one) == but_rules(other)
        assert meaning(one.applies_when) == meaning(other.applies_when)
        for variant, read_back in zip(one.variants, other.variants, strict=True):
            assert but_rule(variant) == but_rule(read_back)
            assert meaning(variant.rule) == meaning(read_back.rule), variant.id


def test_those_are_all_variants_that_there_are(folder: Folder) -> None:
    protocols = folder.catalogue.protocols.values()
    variants = sum(len(one.variants) for each in protocols for one in each.activities)
    assert variants == VARIANTS - OWN_ENTRIES


def last_value(plan: Json, expression: str) -> None:
    """Let the condition of the variant `last value outside the range` say this."""
    condition = plan["action"][0]["action"][2]["condition"][0]
    condition.pop("extension", None)
    condition["expression"]["expression"] = expression


def faults(folder: Folder, change: Any) -> list[tuple[str, str]]:
    found = protocol_issues(a_version(change=change), "PlanDefinition", folder.reader)
    return [(one.words, one.expression) for one in found]


def test_another_hand_may_write_it_another_way(folder: Folder) -> None:
    def spaced(plan: Json) -> None:
        last_value(
            plan, "( (%tshTsh.first().value.value)>4.5 )  or ( %tshTsh.first().value.value < 0.4)"
        )

    plan = a_version(change=spaced)
    assert protocol_issues(plan, "PlanDefinition", folder.reader) == []
    rule = read(folder, plan).activities[0].variants[2].rule
    assert meaning(rule)[0] == "AnyOf"


@pytest.mark.parametrize(
    "expression",
    [
        "%context.name.exists()",
        "%tshTsh.first().value.value > %tshTsh.skip(1).first().value.value",
        "%tshTsh.first().value.value > 4.5 and %context.active",
        "%tshTsh.first().value.coding.where(code in ('unheard')).exists()",
        "%context.birthDate + 30 'd' <= today()",
    ],
)
def test_what_no_rule_says_is_refused_by_its_action(folder: Folder, expression: str) -> None:
    [(words, place)] = faults(folder, lambda plan: last_value(plan, expression))
    assert words.startswith("`tsh.last-value-outside-range`: this FHIRPath says what no rule")
    assert place == "PlanDefinition.action[0].action[2].condition[0].expression"


def test_a_rule_and_an_expression_that_disagree_are_refused(folder: Folder) -> None:
    def other_limit(plan: Json) -> None:
        said = plan["action"][0]["action"][1]["condition"][0]["expression"]
        changed = re.sub(
            r"(\d+) months", lambda found: f"{int(found[1]) + 1} months", said["expression"]
        )
        assert changed != said["expression"]
        said["expression"] = changed

    assert faults(folder, other_limit) == [
        (
            "`tsh.not-yet-steady`: the FHIRPath does not say what the rule beside it says.",
            "PlanDefinition.action[0].action[1].condition[0].expression",
        )
    ]


def test_a_condition_that_says_nothing_is_refused(folder: Folder) -> None:
    def silent(plan: Json) -> None:
        plan["action"][1]["condition"] = [{"kind": "applicability"}]

    [(words, place)] = faults(folder, silent)
    assert (
        words
        == "`free-t4`: a condition without the extension `rule` and without FHIRPath cannot be followed."
    )
    assert place == "PlanDefinition.action[1].condition[0]"
