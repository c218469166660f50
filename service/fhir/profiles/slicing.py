"""Of which slice an element is: what the discriminators of a slicing look at.

Source: R4 profiling.html#discriminator. Extensions are told apart by their address where nothing is said.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from service.fhir.profiles.element import Element
from service.fhir.profiles.structure import Discriminator, Rule
from service.fhir.references import target_of

Keeps: TypeAlias = Callable[[Element, Rule], bool]

_STEP: Final = re.compile(r"extension\('([^']*)'\)|(ofType\(\w+\)|resolve\(\)|\$this)|(\w+)")
_BY_ADDRESS: Final = (Discriminator("value", "url"),)


def is_of_slice(element: Element, rule: Rule, slice_: Rule, keeps: Keeps) -> bool:
    """Whether an element is of a slice; `keeps` judges an element by a rule."""
    discriminators = rule.discriminators
    if not discriminators and element.value.kind == "Extension":
        discriminators = _BY_ADDRESS
    if not discriminators:
        return _is_of_type(element, slice_)
    return all(_met(element, one, slice_, keeps) for one in discriminators)


def _is_of_type(element: Element, slice_: Rule) -> bool:
    """A choice that is sliced by its types without saying so: `value[x]:valueQuantity`."""
    kind = element.value.kind
    codes = {one.code for one in slice_.allowed}
    return kind in codes or (not codes and slice_.slice.lower().endswith(kind.lower()))


def _met(element: Element, one: Discriminator, slice_: Rule, keeps: Keeps) -> bool:
    if element.value.kind == "Extension" and one.path == "url":
        return element.value.value.get("url") in _addresses(slice_)
    steps = _STEP.findall(one.path)
    found, rules = _followed(element, steps), _rules(slice_, steps)
    return _MET[one.kind](found, rules, keeps) if one.kind in _MET else False


def _addresses(slice_: Rule) -> set[str]:
    named = {address.partition("|")[0] for one in slice_.allowed for address in one.profiles}
    url = slice_.children.get("url")
    return named | {str(value) for value in (url.fixed if url else ())}


_Steps: TypeAlias = Iterable[tuple[str, str, str]]


def _followed(element: Element, steps: _Steps) -> list[Element]:
    found = [element]
    for url, _, name in steps:
        if name:
            found = [child for one in found for child in one.named(name)]
        elif url:
            listed = [child for one in found for child in one.named("extension")]
            found = [one for one in listed if one.value.value.get("url") == url]
    return found


def _rules(slice_: Rule, steps: _Steps) -> list[Rule]:
    """The rules at a path inside a slice, those of inner slices too."""
    found = [slice_]
    for url, _, name in steps:
        if url or name:
            inner = [rule.children.get(name or "extension") for rule in found]
            there = [rule for rule in inner if rule is not None]
            sliced = [one for rule in there for one in rule.slices.values()]
            found = [one for one in sliced if url in _addresses(one)] if url else [*there, *sliced]
    return found


def _has_value(found: list[Element], rules: list[Rule], keeps: Keeps) -> bool:
    telling = [one for one in rules if one.fixed or one.pattern or one.binding or one.children]
    return bool(telling) and all(any(keeps(one, rule) for one in found) for rule in telling)


def _exists(found: list[Element], rules: list[Rule], _: Keeps) -> bool:
    if any(rule.maximum == 0 for rule in rules):
        return not found
    return bool(found) and any(rule.minimum > 0 for rule in rules)


def _has_type(found: list[Element], rules: list[Rule], _: Keeps) -> bool:
    allowed = [one for rule in rules for one in rule.allowed]
    codes = {one.code for one in allowed}
    targets = {address.rpartition("/")[2] for one in allowed for address in one.targets}
    return any(
        pointed_type(one.value.value) in targets
        if one.value.kind == "Reference" and targets
        else one.value.kind in codes
        for one in found
    )


def _has_profile(found: list[Element], rules: list[Rule], keeps: Keeps) -> bool:
    telling = [rule for rule in rules if any(one.profiles for one in rule.allowed)]
    return bool(telling) and all(any(keeps(one, rule) for one in found) for rule in telling)


_MET: Final[Mapping[str, Callable[[list[Element], list[Rule], Keeps], bool]]] = {
    "exists": _exists,
    "pattern": _has_value,
    "profile": _has_profile,
    "type": _has_type,
    "value": _has_value,
}


def pointed_type(reference: object) -> str:
    """The type that a Reference points at, as far as it tells; empty otherwise."""
    if not isinstance(reference, dict):
        return ""
    text = reference.get("reference")
    target = target_of(text) if isinstance(text, str) else None
    named = reference.get("type")
    return target.type if target else named if isinstance(named, str) else ""
