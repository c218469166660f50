"""A value held against a limit, and bounds that hold each for somebody: what rules about values are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.domain.rule import Bound, Rule, Target
from service.fhir.fhirpath import Call, Expression, Operation
from service.fhir.protocol.fhirpath_rules.matching import (
    bare,
    matched,
    number_of,
    operands,
    texts_of,
)
from service.fhir.protocol.fhirpath_rules.speech import Speech

BEYOND: Final[Mapping[str, str]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMPONENT: Final = "%_of.component.where(code.coding.where(code = %_code).exists()).value.value"
_LIMIT_OF_NORMAL: Final = "%_of.referenceRange.first().{}.value * %_factor"
_PLAIN: Final = "%_of.value.value"


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of an Observation: the expression of that, and the code of the component, if it is one's."""

    of: Expression
    component: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A value, and the bound it is held against."""

    value: Measured
    bound: Bound


def measured(tree: Expression) -> Measured | None:
    """The value that an expression is."""
    found = matched(_COMPONENT, tree)
    if found:
        codes = texts_of(found["code"])
        return Measured(found["of"], codes[0]) if codes else None
    found = matched(_PLAIN, tree)
    return Measured(found["of"]) if found else None


def compared(tree: Expression) -> Compared | None:
    """A value held against a number or against a limit of the laboratory's own range."""
    tree = bare(tree)
    if not isinstance(tree, Operation) or tree.operator not in BEYOND:
        return None
    value, limit = measured(tree.left), number_of(tree.right)
    if value is None:
        return None
    if limit is not None:
        return Compared(value, Bound(tree.operator, limit))
    for end in ("low", "high"):
        found = matched(_LIMIT_OF_NORMAL.format(end), tree.right)
        factor = number_of(found["factor"]) if found else None
        if found and factor is not None and matched("%_of", found["of"]):
            return Compared(value, Bound(tree.operator, reference=(end, factor)))
    return None


def item_of(speech: Speech, value: Measured) -> str | None:
    """The item of a last value: `%results.first().value.value`."""
    focus = bare(value.of)
    if not isinstance(focus, Call) or (focus.name, focus.arguments) != ("first", ()):
        return None
    return item_in(speech, focus.focus, value.component)


def item_in(speech: Speech, results: Expression, component: str) -> str | None:
    """The item that an input's results measure, or a component of them."""
    item = speech.inputs.item(results)
    if item is None or not component:
        return item
    found = speech.rules.terminology.codes.exact.get(f"loinc|{component}")
    return found if found in speech.rules.terminology.codes.items[item].components else None


def bounds_of(speech: Speech, tree: Expression) -> tuple[Measured, tuple[Bound, ...]] | None:
    """The bounds of nested `iif(when, bound, other)`, the first that applies first, all of one value."""
    listed: list[Compared] = []
    while True:
        tree = bare(tree)
        is_choice = isinstance(tree, Call) and tree.name == "iif" and len(tree.arguments) > 1
        found = compared(tree.arguments[1] if is_choice and isinstance(tree, Call) else tree)
        if found is None:
            return None
        if not is_choice or not isinstance(tree, Call):
            listed.append(found)
            break
        when = speech.read(tree.arguments[0])
        if when is None:
            return None
        listed.append(Compared(found.value, _for(found.bound, when)))
        if len(tree.arguments) == _WITHOUT_OTHERS:
            break
        tree = tree.arguments[2]
    first = listed[0].value
    if any(_which(one.value) != _which(first) for one in listed):
        return None
    return first, tuple(one.bound for one in listed)


def target_of(
    speech: Speech, item: str, bounds: tuple[Bound, ...], *, beyond: bool
) -> Target | None:
    """The goal that has these bounds; `beyond`: the expression says that a value misses it."""
    turned = {operator: BEYOND[operator] if beyond else operator for operator in BEYOND}
    for target in speech.rules.targets.values():
        held = [(turned[one.operator], one.limit, one.when, one.reference) for one in target.bounds]
        said = [(one.operator, one.limit, one.when, one.reference) for one in bounds]
        if target.item == item and held == said:
            return target
    return None


def joined(tree: Expression, operator: str) -> list[Expression]:
    """The expressions in parentheses that an operator joins."""
    return [bare(one) for one in operands(bare(tree), operator)]


def _which(value: Measured) -> tuple[str, str]:
    """What tells two values of the same expression apart from others."""
    return repr(bare(value.of)), value.component


def _for(bound: Bound, when: Rule) -> Bound:
    return Bound(bound.operator, bound.limit, when, bound.reference)


_WITHOUT_OTHERS: Final = 2
