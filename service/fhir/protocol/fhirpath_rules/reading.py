"""An expression of an action, read as a rule: the shapes in turn, then what joins or turns others round.

What other engines need and the engine here does not, that of all nested actions one holds, stands around the rule:
`iif(others, false, rule)`. Rules joined by `and` or `or` stand in parentheses each.
"""

import re
from dataclasses import dataclass
from typing import Final

from service.domain.codes import CodeSet
from service.domain.rule import All, AnyOf, Not, Rule
from service.fhir.fhirpath import Call, Expression, Group, Literal
from service.fhir.protocol.element import Element
from service.fhir.protocol.expressions import parsed
from service.fhir.protocol.fhirpath_rules.event_shapes import EVENT_SHAPES
from service.fhir.protocol.fhirpath_rules.inputs import Inputs, inputs_of
from service.fhir.protocol.fhirpath_rules.matching import bare, matched, operands
from service.fhir.protocol.fhirpath_rules.medicine_shapes import MEDICINE_SHAPES
from service.fhir.protocol.fhirpath_rules.speech import Speech
from service.fhir.protocol.fhirpath_rules.value_shapes import VALUE_SHAPES
from service.fhir.protocol.rules import RuleReader

_ALONE: Final = 1
_EXCLUSIVE: Final = 3
_NO_OTHER_HOLDS: Final = re.compile(r"(?:^|,)\s*true[\s)]*$")


@dataclass(frozen=True, slots=True)
class ExpressionReader:
    """Reads the expressions of one action, of a protocol for people with some conditions."""

    rules: RuleReader
    inputs: Inputs
    qualifying: CodeSet

    def rule(self, expression: Element) -> Rule:
        """The rule that an expression says; refused where it says more than the engine can follow."""
        found = self.read(own(parsed(expression, expression.need("expression"))))
        if found is None:
            raise expression.refusal(
                "this FHIRPath says what no rule of the engine does; the extension `rule` may say it."
            )
        return found

    def read(self, tree: Expression) -> Rule | None:
        """The rule of an expression; None where it is none that the engine knows."""
        found = self._joined(tree) or self._of_a_shape(tree) or self._turned(bare(tree))
        return None if found is None else self.rules.interned(found)

    def _of_a_shape(self, tree: Expression) -> Rule | None:
        speech = Speech(self.rules, self.inputs, self.qualifying, self.read)
        shapes = (*VALUE_SHAPES, *MEDICINE_SHAPES, *EVENT_SHAPES)
        return next((rule for shape in shapes if (rule := shape(speech, bare(tree)))), None)

    def _joined(self, tree: Expression) -> Rule | None:
        """Rules of which each stands in parentheses, unless together they are a grid."""
        for operator, kind in (("and", All), ("or", AnyOf)):
            parts = operands(bare(tree), operator)
            if len(parts) > _ALONE and all(isinstance(one, Group) for one in parts):
                grid = self._of_a_shape(tree) if operator == "or" else None
                rules = tuple(rule for one in parts if (rule := self.read(one)))
                return grid or (kind(rules) if len(rules) == len(parts) else None)
        return None

    def _turned(self, tree: Expression) -> Rule | None:
        found = matched("%_rule.not()", tree)
        known = matched("%_all.exists() and %_rule.not()", tree)
        if known and not self.inputs.are_all_medicines(known["all"]):
            return None
        turned = found or known
        rule = self.read(turned["rule"]) if turned else None
        return Not(rule) if rule else None


def own(tree: Expression) -> Expression:
    """What an expression says beside which others hold in its place."""
    tree = bare(tree)
    is_choice = isinstance(tree, Call) and (tree.name, len(tree.arguments)) == ("iif", _EXCLUSIVE)
    if isinstance(tree, Call) and is_choice and bare(tree.arguments[1]) == Literal(value=False):
        return own(tree.arguments[2])
    return tree


def says_something(expression: Element | None) -> bool:
    """Whether an expression says more than that no other holds, as that of the base: `iif(others, false, true)`."""
    text = expression.get("expression", "") if expression else ""
    return bool(text) and not _NO_OTHER_HOLDS.search(text)


def reader_of(action: Element, rules: RuleReader, qualifying: CodeSet) -> ExpressionReader:
    """Who reads the expressions of an action."""
    return ExpressionReader(rules, inputs_of(action, rules.terminology), qualifying)
