"""What keeps a version of a protocol from becoming active is named with its action and its place."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from service.fhir.protocol.judging import protocol_issues
from service.fhir.protocol.plan_definition import PlanReader
from service.fhir.protocol.reader import read_folder
from tests.fhir_protocol.profiles import PROFILES
from tests.protocols import Json, a_version, shipped

OUR = "https://seuranta.example/fhir/StructureDefinition/"
TSH = "PlanDefinition.action[0]"
THIRD = f"{TSH}.action[2]"


@pytest.fixture(scope="module")
def reader() -> PlanReader:
    return read_folder(PROFILES).reader


def third(plan: Json) -> Json:
    """A variant: the last TSH is outside its range."""
    found: Json = plan["action"][0]["action"][2]
    return found


def extension(element: Json, name: str) -> Json:
    return next(one for one in element["extension"] if one["url"] == OUR + name)


def without(element: Json, name: str) -> None:
    element["extension"].remove(extension(element, name))


def to(element: Callable[[Json], Json], **changes: Any) -> Callable[[Json], None]:
    return lambda plan: element(plan).update(changes)


def cql(plan: Json) -> None:
    third(plan)["condition"][0]["expression"]["language"] = "text/cql"


def expression(text: str) -> Callable[[Json], None]:
    return lambda plan: third(plan)["condition"][0]["expression"].update(expression=text)


def tarot(plan: Json) -> None:
    rule = extension(third(plan)["condition"][0], "rule")["extension"]
    rule[:] = [{"url": "type", "valueCode": "tarot"}]


def no_source(plan: Json) -> None:
    third(plan).pop("documentation", None)
    plan["action"][0].pop("documentation", None)


def same_rule(plan: Json) -> None:
    third(plan)["condition"] = plan["action"][0]["action"][1]["condition"]


def no_swedish(plan: Json) -> None:
    third(plan)["_title"]["extension"].pop(0)


def odd(plan: Json) -> None:
    extension(third(plan), "evidence")["url"] = OUR + "interval-formula"


REFUSED = {
    "a rule of no known type": (tarot, THIRD, "tsh.last-value-outside-range`: .*`tarot`"),
    "an activity that is not there": (
        to(lambda plan: plan["action"][0], definitionCanonical="https://a.example/b"),
        TSH,
        "`tsh`: there is no ActivityDefinition https://a.example/b",
    ),
    "a condition set that is not there": (
        lambda plan: extension(plan, "qualifying-conditions").update(valueCanonical="https://a/b"),
        "PlanDefinition",
        "there is no value set https://a/b",
    ),
    "nobody who does it": (
        to(lambda plan: plan["action"][0]["participant"][0]["role"]["coding"][0], code="wizard"),
        f"{TSH}.participant[0]",
        "`tsh`: there is no performer `wizard`",
    ),
    "two variants with one rule": (same_rule, TSH, "tsh`: variants .* overlap: they have one rule"),
    "nothing that holds in place of a rule that is set aside": (
        lambda plan: third(plan)["extension"].append(
            {"url": f"{OUR}set-aside", "valueId": "tsh.nothing"}
        ),
        THIRD,
        "`tsh.nothing` is no variant that holds in place of this one",
    ),
    "a figure without source or mark": (
        no_source,
        f"{TSH}.action[6]",
        "tsh.base`: .* names no source",
    ),
    "a name missing in a language": (no_swedish, THIRD, "`title` is missing in sv"),
    "no reason for the patient": (
        lambda plan: (third(plan).pop("description"), third(plan).pop("_description")),
        THIRD,
        "tsh.last-value-outside-range`: `description` is missing in fi, sv, en",
    ),
    "an input that is not there": (
        expression("%nothing.exists()"),
        f"{THIRD}.condition[0].expression",
        "the action has no input `nothing`",
    ),
    "what is no FHIRPath": (
        expression("%tshTsh.first().value.value >"),
        f"{THIRD}.condition[0].expression",
        "last-value-outside-range`: this is no FHIRPath",
    ),
    "what the reader stumbles over": (odd, THIRD, "tsh"),
    "an interval in no unit of the calendar": (
        to(lambda plan: third(plan)["timingTiming"]["repeat"], periodUnit="h"),
        THIRD,
        "an interval is a whole number of a, mo, wk or d",
    ),
    "nothing that it asks for": (lambda plan: plan.pop("action"), "PlanDefinition", "an action"),
}


@pytest.mark.parametrize(("change", "place", "words"), REFUSED.values(), ids=REFUSED)
def test_a_fault_is_named_with_its_action_and_place(reader, change, place, words):
    found = protocol_issues(a_version(change=change), "PlanDefinition", reader)
    assert found
    assert {one.severity for one in found} == {"error"}
    where = [one for one in found if one.expression.startswith(place)]
    assert any(re.search(words, one.words) for one in where), found


def test_all_faults_are_told_at_once_of_a_draft_too(reader):
    def change(plan: Json) -> None:
        tarot(plan)
        no_swedish(plan)
        plan["action"][1]["participant"] = []

    active = protocol_issues(a_version(change=change), "PlanDefinition", reader)
    draft = protocol_issues(a_version(status="draft", change=change), "PlanDefinition", reader)
    assert len(active) == 3
    assert draft == active


def test_what_is_no_protocol_of_ours_is_not_judged(reader):
    foreign = {"resourceType": "PlanDefinition", "status": "active", "action": [{"title": "x"}]}
    assert protocol_issues(foreign, "PlanDefinition", reader) == []


def test_what_is_shipped_has_no_fault(reader):
    assert protocol_issues(shipped("type-2-diabetes"), "PlanDefinition", reader) == []
