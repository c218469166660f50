"""The extension `rule` in the words that the writers of FHIRPath read: part by part, nothing lost."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.table.parts import PERIODS
from service.fhir.protocol.writing.names import Json

CONDITIONS: Final = f"{BASE}/ValueSet/condition-"
_SEVERAL_GOALS: Final = frozenset({"count-at-target", "beyond-target-for"})
_LISTS: Final = {
    "cell": "cells",
    "alone": "alone",
    "atc": "atc",
    "value": "values",
    "class-limit": "classes",
    "class": "classes",
}
_RENAMED: Final = {"at-least": "at_least", "less-than": "less_than", "or-changed": "or_changed"}

Parts = Sequence[Mapping[str, Any]]


def rule_of(extension: Mapping[str, Any]) -> Json:
    """A rule of the extension `rule`, or one inside it."""
    parts = extension["extension"]
    found = _parts(parts)
    nested = [rule_of(one) for one in parts if one["url"] == "rule"]
    if nested and found["type"] in {"not", "not-done-since"}:
        return {**found, "rule": nested[0]}
    return {**found, "rules": nested} if nested else found


def bound_of(parts: Parts) -> Json:
    """A multiple of the laboratory's own limit: which end, by how much, how it is compared."""
    said = {one["url"]: value_of(one) for one in parts}
    return {"operator": said["operator"], "reference": [said["end"], said["factor"]]}


def quantity_of(quantity: Mapping[str, Any]) -> Json:
    """A Quantity with a comparator as a bound."""
    return {
        "operator": quantity["comparator"],
        "limit": quantity["value"],
        "unit": quantity["code"],
    }


def value_of(part: Mapping[str, Any]) -> Any:
    """The value of a part: a length of time as an ISO 8601 duration, a Quantity as it is."""
    (kind,) = (name for name in part if name.startswith("value"))
    value = part[kind]
    if kind == "valueDuration":
        return f"P{value['value']}{PERIODS[value['code']]}"
    if kind == "valueCanonical":
        return str(value).removeprefix(CONDITIONS)
    return value


def _parts(parts: Parts) -> Json:
    found: Json = {}
    for one in parts:
        name = one["url"]
        if name in _WHOLE:
            found |= _WHOLE[name](one)
        elif name in _LISTS:
            found.setdefault(_LISTS[name], []).append(value_of(one))
        elif name == "event":
            found.setdefault("events", []).append(_parts(one["extension"]))
        elif name == "goal":
            found.setdefault("goals", []).append(one["valueString"])
        elif name != "rule":
            found |= _edge(_RENAMED.get(name, name.replace("-", "_")), value_of(one))
    if "goals" in found and found["type"] not in _SEVERAL_GOALS:
        found["goal"] = found.pop("goals")[0]
    return found


def _edge(name: str, value: Any) -> Json:
    """A part by its name; the end of a range brings its unit beside it."""
    if isinstance(value, dict):
        return {name: value["value"], "unit": value["code"]}
    return {name: value}


_WHOLE: Final[Mapping[str, Callable[[Mapping[str, Any]], Json]]] = {
    "bound": lambda one: quantity_of(one["valueQuantity"]),
    "reference-limit": lambda one: bound_of(one["extension"]),
}
