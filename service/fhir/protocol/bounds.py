"""Limits and bounds: a Quantity with its comparator, or a multiple of the laboratory's own limit."""

from collections.abc import Mapping
from typing import Any, Final

from service.domain.rule import Bound, Rule
from service.fhir.protocol.element import Element

OPERATORS: Final = frozenset({"<", "<=", ">", ">="})
ENDS: Final = frozenset({"low", "high"})


def bound_of(element: Element, unit: str) -> Bound:
    """The bound of a rule: its part `bound` or `reference-limit`."""
    reference = element.part("reference-limit")
    if reference:
        return reference_bound(reference)
    return quantity_bound(element, element.needed("bound"), unit)


def quantity_bound(
    place: Element, quantity: Mapping[str, Any], unit: str, when: Rule | None = None
) -> Bound:
    """A Quantity with a comparator as a bound in the item's own unit."""
    return Bound(
        _operator(place, quantity.get("comparator")), limit_in(place, quantity, unit), when
    )


def reference_bound(reference: Element, when: Rule | None = None) -> Bound:
    """A multiple of an end of the laboratory's own range."""
    end = reference.needed("end")
    if end not in ENDS:
        raise reference.refusal("an end is `low` or `high`.")
    operator = _operator(reference, reference.needed("operator"))
    return Bound(operator, when=when, reference=(end, float(reference.needed("factor"))))


def limit_in(place: Element, quantity: Mapping[str, Any], unit: str) -> float:
    """A limit, which must be in the item's own unit."""
    value = quantity.get("value")
    if value is None or not unit or quantity.get("code") != unit:
        raise place.refusal(f"a limit must be a number in the item's unit `{unit}`.")
    return float(value)


def _operator(place: Element, operator: str | None) -> str:
    if operator not in OPERATORS:
        raise place.refusal("a bound is compared with <, <=, > or >=.")
    return str(operator)
