"""The FHIRPath beside the rules of an action: its language, its grammar and what it may name.

Source: what R4 plandefinition.html says of action.input, each of which is `%id` in the expressions
of its action; FHIRPath 2.0.0, 9 and R4 fhirpath.html#variables for what is named besides.
"""

import re
from collections.abc import Iterator
from typing import Final

from service.fhir.fhirpath import Expression, parse_expression
from service.fhir.protocol.element import Element

_OF_EVERY_EXPRESSION: Final = frozenset(
    {"context", "resource", "rootResource", "ucum", "loinc", "sct"}
)
_QUOTED: Final = re.compile(r"'(?:[^'\\]|\\.)*'")
_NAMED: Final = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)")


FHIRPATH: Final = "text/fhirpath"


def check_named(action: Element) -> None:
    """Refuse an expression of another language, or that names what its action has no input of.

    Nobody else could evaluate it.
    """
    inputs = [one.get("id") for one in action.children("input")]
    for place, text in _expressions(action):
        if place.get("language") != FHIRPATH:
            raise place.refusal(f"the language of an expression is {FHIRPATH}.")
        unknown = set(_NAMED.findall(_QUOTED.sub("", text))) - _OF_EVERY_EXPRESSION - {*inputs}
        if unknown:
            raise place.refusal(f"the action has no input `{min(unknown)}`.")


def check_grammar(action: Element) -> None:
    """Refuse an expression that is no FHIRPath."""
    for place, text in _expressions(action):
        parsed(place, text)


def parsed(place: Element, text: str) -> Expression:
    """The tree of an expression, what stands in parentheses told apart."""
    try:
        return parse_expression(text, grouped=True)
    except ValueError as error:
        where = str(error).partition(" of: ")[0]
        raise place.refusal(f"this is no FHIRPath that can be read: {where}.") from None


def _expressions(action: Element) -> Iterator[tuple[Element, str]]:
    for part in (action, *action.children("action")):
        for one in (*part.children("condition"), *part.children("dynamicValue")):
            said = one.child("expression")
            if said and said.get("expression"):
                yield said, said.get("expression")
