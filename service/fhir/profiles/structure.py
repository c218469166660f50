"""A profile as a tree of rules: what it and the profiles that it is made from say beyond the type.

Source: R4 profiling.html, elementdefinition.html. Rules of a derived profile stand beside those of
its base; the type itself is judged elsewhere.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from service.fhir.nested import Resource

_ANY: Final = "[x]"


class Allowed(NamedTuple):
    """A type that an element may have: its profiles, and of a Reference those of its targets."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Binding(NamedTuple):
    """A value set that an element's codes come from, and how strictly."""

    strength: str
    value_set: str


class Constraint(NamedTuple):
    """An invariant in FHIRPath; `severity` is error or warning."""

    key: str
    words: str
    expression: str
    severity: str


class Discriminator(NamedTuple):
    """By what slices are told apart: value, pattern, exists, type or profile of a path."""

    kind: str
    path: str


@dataclass(slots=True)
class Rule:
    """What holds of one element, and of those inside it; `slices` are rules for some of its repeats.

    `fixed` and `pattern` hold one value each, or none. `closed` slices leave room for no other.
    """

    slice: str = ""
    minimum: int = 0
    maximum: int | None = None
    allowed: tuple[Allowed, ...] = ()
    fixed: tuple[Any, ...] = ()
    pattern: tuple[Any, ...] = ()
    lowest: tuple[Any, ...] = ()
    highest: tuple[Any, ...] = ()
    longest: int | None = None
    binding: Binding | None = None
    constraints: dict[str, Constraint] = field(default_factory=dict)
    discriminators: tuple[Discriminator, ...] = ()
    closed: bool = False
    is_modifier: bool = False
    children: dict[str, "Rule"] = field(default_factory=dict)
    slices: dict[str, "Rule"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of a type, by its canonical address; `context` where an extension may stand."""

    url: str
    type: str
    root: Rule
    context: tuple[tuple[str, str], ...] = ()


def profile_of(definition: Resource, base: Profile | None) -> Profile:
    """The profile that a StructureDefinition makes of its base; None where that is a type.

    A definition without a differential is read from its snapshot.
    """
    root = deepcopy(base.root) if base else Rule()
    listed = _elements(definition, "differential") or _elements(definition, "snapshot")
    for element in listed:
        _place(root, str(element.get("id") or element["path"]), element)
    contexts = definition.get("context", ())
    context = tuple((str(one.get("type")), str(one.get("expression"))) for one in contexts)
    return Profile(definition["url"], definition["type"], root, context)


def _elements(definition: Resource, part: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = definition.get(part, {}).get("element", [])
    return listed


def _place(root: Rule, id_: str, element: Mapping[str, Any]) -> None:
    """Write an element into the tree at its id: `Observation.component:systolic.code`."""
    rule = root
    for step in id_.split(".")[1:]:
        name, _, slice_ = step.partition(":")
        rule = rule.children.setdefault(name.removesuffix(_ANY), Rule())
        if slice_:
            rule = rule.slices.setdefault(slice_, Rule(slice=slice_))
    _write(rule, element)


def _write(rule: Rule, element: Mapping[str, Any]) -> None:
    rule.minimum = max(rule.minimum, element.get("min", 0))
    if "max" in element:
        rule.maximum = int(element["max"]) if element["max"].isdigit() else None
    if "type" in element:
        rule.allowed = tuple(map(_allowed, element["type"]))
    if "binding" in element and "valueSet" in element["binding"]:
        rule.binding = Binding(element["binding"]["strength"], element["binding"]["valueSet"])
    rule.longest = element.get("maxLength", rule.longest)
    rule.is_modifier = element.get("isModifier", rule.is_modifier)
    _write_values(rule, element)
    for one in element.get("constraint", ()):
        if "expression" in one:
            told = Constraint(one["key"], one["human"].strip(), one["expression"], one["severity"])
            rule.constraints[one["key"]] = told
    if "slicing" in element:
        slicing = element["slicing"]
        rule.closed = slicing.get("rules") == "closed"
        listed = slicing.get("discriminator", rule.discriminators and [])
        rule.discriminators = (
            tuple(Discriminator(one["type"], one["path"]) for one in listed) or rule.discriminators
        )


def _write_values(rule: Rule, element: Mapping[str, Any]) -> None:
    for name, value in element.items():
        if name.startswith("fixed"):
            rule.fixed = (value,)
        elif name.startswith("pattern"):
            rule.pattern = (value,)
        elif name.startswith("minValue"):
            rule.lowest = (value,)
        elif name.startswith("maxValue"):
            rule.highest = (value,)


def _allowed(told: Mapping[str, Any]) -> Allowed:
    code = str(told.get("code", ""))
    profiles, targets = told.get("profile", ()), told.get("targetProfile", ())
    return Allowed(code, tuple(profiles), tuple(targets))
