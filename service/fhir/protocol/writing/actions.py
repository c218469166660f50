"""The FHIRPath of an action written anew from its rules: inputs, conditions, computed intervals.

What is written depends on all variants of the action: each holds only where none that wins over it
does. So whatever changes in one, all are written.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final

from service.domain.figures import Figures
from service.fhir.protocol.element import Element
from service.fhir.protocol.table.rows import FORMULA, NONE, PLAN, interval_of
from service.fhir.protocol.terminology import Terminology
from service.fhir.protocol.writing.choice import Contender, chosen
from service.fhir.protocol.writing.expressions import Expressions
from service.fhir.protocol.writing.names import Json
from service.fhir.protocol.writing.rule_parts import (
    CONDITIONS,
    bound_of,
    quantity_of,
    rule_of,
)
from service.fhir.protocol.writing.shapes import SHAPES

FHIRPATH: Final = "text/fhirpath"
_EDGES: Final = ("at_least", "below", "over", "up_to")


class ProtocolVocabulary:
    """What expressions are written with, from the definitions that the engine reads."""

    def __init__(
        self, terminology: Terminology, figures: Figures, activities: Mapping[str, Json]
    ) -> None:
        self._answers = terminology.codes.answers
        self._figures = figures
        self._closings = dict(_closing(one) for one in activities.values())

    def answers(self, item: str, values: Sequence[str]) -> list[str]:
        """The codes of other code systems that stand for these findings of an item."""
        found = self._answers.items()
        return [
            code.partition("|")[2]
            for (of, code), finding in found
            if of == item and finding in values
        ]

    def closing_items(self, key: str) -> list[str]:
        """The items that close an activity, by its key."""
        return self._closings.get(key) or [key]

    @property
    def washout_days(self) -> int:
        """Days without a medicine after which its next use is a start."""
        return self._figures.washout_days

    def grid(self, scheme: str) -> Json:
        """The classes of a grid."""
        axes = zip(("rows", "columns"), self._figures.grid(scheme), strict=True)
        return {
            name: {
                "item": axis.item,
                "classes": {
                    one.name: {edge: getattr(one, edge) for edge in _EDGES} for one in axis.classes
                },
            }
            for name, axis in axes
        }


def _closing(definition: Json) -> tuple[str, list[str]]:
    element = Element(definition, "ActivityDefinition", "")
    found = element.extension("closing")
    parts = found.parts("part") if found else []
    return element.coded("code"), [item for part in parts for item in part.part_values("item")]


def written_anew(plan: Json, action: Json, vocabulary: ProtocolVocabulary) -> Json:
    """The action with what it says in FHIRPath written from its rules; all else as it was."""
    found = deepcopy(action)
    element = Element(action, "action", "")
    key = {"key": element.children("code")[0].get("coding")[0]["code"]}
    said = Expressions(vocabulary, _qualifying(plan), action["id"], _goals(plan), SHAPES)
    contenders = [_contender(said, one, key) for one in action["action"][:-1]]
    expressions = chosen(said, contenders)
    for nested, expression, one in zip(
        found["action"], expressions, [*contenders, None], strict=True
    ):
        nested["condition"][0]["expression"] = _expression(expression)
        if one and one.formula:
            nested["dynamicValue"] = [_computed(said, one.formula)]
    for condition in found.get("condition", []):
        condition["expression"] = _expression(said.of(rule_of(condition["extension"][0]), key))
    return _with_inputs(found, said.inputs.requirements)


def _with_inputs(action: Json, inputs: list[Json]) -> Json:
    """The inputs in their place, before the participant; none where nothing is looked at."""
    found: Json = {}
    for name, value in action.items():
        if name == "participant" and inputs:
            found["input"] = inputs
        if name != "input":
            found[name] = value
    return found


def _expression(text: str) -> Json:
    return {"language": FHIRPATH, "expression": text}


def _contender(said: Expressions, nested: Json, key: Json) -> Contender:
    element = Element(nested, "action", "")
    interval = interval_of(element)
    if interval == PLAN:
        return Contender(said.own_entry(), None)
    rule = rule_of(nested["condition"][0]["extension"][0])
    formula = element.extension(FORMULA)
    return Contender(
        said.of(rule, key),
        interval if formula is None or interval == NONE else "",
        _formula(formula) if formula else None,
        element.extension("set-aside") is not None,
    )


def _formula(formula: Element) -> Json:
    return {
        "item": formula.needed("item"),
        "divisor": formula.needed("divisor"),
        "at_least": formula.needed("at-least-months"),
    }


def _computed(said: Expressions, formula: Json) -> Json:
    """How an interval's months are computed (R4 action.dynamicValue)."""
    months = f"{said.last(formula['item'])} div {formula['divisor']:g}"
    least = formula["at_least"]
    expression = _expression(f"iif({months} < {least}, {least}, {months})")
    return {"path": "timing.repeat.period", "expression": expression}


def _qualifying(plan: Json) -> str:
    url = Element(plan, "PlanDefinition", "").value_of("qualifying-conditions", "")
    return str(url).removeprefix(CONDITIONS)


def _goals(plan: Json) -> dict[str, list[Json]]:
    return {
        goal["id"]: [_bound(one) for one in goal.get("target", [])] for goal in plan.get("goal", [])
    }


def _bound(target: Json) -> Json:
    element = Element(target, "target", "")
    found: Json = {"item": _item(target)}
    reference = element.extension("reference-limit")
    found |= (
        bound_of(reference.get("extension")) if reference else quantity_of(target["detailQuantity"])
    )
    rule = element.extension("rule")
    return {**found, "when": rule_of(rule.content)} if rule else found


def _item(target: Json) -> str:
    return str(target["measure"]["coding"][0]["code"])
