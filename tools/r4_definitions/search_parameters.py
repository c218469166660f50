"""The R4 search parameters of the served types, each with its permanent number and its aliases.

Source: R4 searchparameter-registry.html. Numbers stand in the rows of every database: a parameter
keeps the one it has in the existing file, a new one takes the next, and none is ever used again.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tools.r4_definitions.package import Definition, R4Package

Parameter = dict[str, Any]
Parameters = dict[str, Any]

# Parameters that stand on every type; `Resource` is the type of their rows' definition.
_EVERY_TYPE = {"Resource": "Resource", "DomainResource": "Resource"}
# Listed by the standard, found by nothing here: each with the reason a client is given.
_NOT_INDEXED = {
    "_content": "full text is not indexed",
    "_text": "full text is not indexed",
    "_filter": "filter expressions are not read",
    "_query": "there are no named queries",
    "phonetic": "no phonetic rule fits Finnish, Swedish and Sami names alike",
    "near": "positions are not indexed",
    "age": "the standard gives it no expression; search by birthdate",
    "birthOrderBoolean": "the standard gives it no expression",
}
_ANY_TYPE = 100  # the standard writes "any type" as a list of nearly all
_RESOLVED = re.compile(r"\.where\(resolve\(\) is (\w+)\)")


def parameters_of(
    package: R4Package, types: Iterable[str], existing: Parameters | None
) -> Parameters:
    """All parameters by type, with `last_number`, the highest number that was ever given."""
    found = _by_type(package, {*types, "Resource"})
    numbers = _Numbers(existing)
    numbered = {
        kind: [{"number": numbers.of(kind, parameter["code"]), **parameter} for parameter in listed]
        for kind, listed in found.items()
    }
    for listed in numbered.values():
        _mark_aliases(listed)
    return {"last_number": numbers.last, "types": numbered}


class _Numbers:
    """Permanent numbers: those that the existing file gave, then the next ones."""

    def __init__(self, existing: Parameters | None) -> None:
        self.last: int = existing["last_number"] if existing else 0
        self._given: dict[tuple[str, str], int] = {
            (kind, parameter["code"]): parameter["number"]
            for kind, listed in (existing or {"types": {}})["types"].items()
            for parameter in listed
        }

    def of(self, kind: str, code: str) -> int:
        """The number of a parameter of a type."""
        if (kind, code) not in self._given:
            self.last += 1
            self._given[kind, code] = self.last
        return self._given[kind, code]


def _by_type(package: R4Package, types: set[str]) -> dict[str, list[Parameter]]:
    found: dict[str, dict[str, Parameter]] = {kind: {} for kind in sorted(types)}
    codes = {definition["url"]: definition.get("code") for definition in _definitions(package)}
    for definition in _definitions(package):
        for base in definition.get("base", ()):
            kind = _EVERY_TYPE.get(base, base)
            if kind in types:
                found[kind][definition["code"]] = _parameter(definition, base, codes)
    return {kind: [listed[code] for code in sorted(listed)] for kind, listed in found.items()}


def _definitions(package: R4Package) -> Iterator[Definition]:
    for definition in package.of_type("SearchParameter"):
        if not definition["id"].startswith("example"):
            yield definition


def _parameter(definition: Definition, base: str, codes: dict[str, str | None]) -> Parameter:
    parameter: Parameter = {"code": definition["code"], "kind": definition["type"]}
    expression = " | ".join(_of_base(definition.get("expression", ""), base))
    if reason := _NOT_INDEXED.get(parameter["code"]):
        parameter["not_indexed"] = reason
    elif expression:
        parameter["expression"] = expression
    targets = sorted(definition.get("target", ()))
    if 0 < len(targets) < _ANY_TYPE:
        parameter["targets"] = targets
    if components := definition.get("component"):
        parameter["components"] = [codes[component["definition"]] for component in components]
    return parameter


def _of_base(expression: str, base: str) -> Iterator[str]:
    """The alternatives of an expression that begin at the base type."""
    for alternative in _split(expression):
        if re.match(rf"\(*{base}\b", alternative):
            yield alternative


def _split(expression: str) -> list[str]:
    depth, parts = 0, [""]
    for sign in expression:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _mark_aliases(listed: list[Parameter]) -> None:
    """Say which parameters find the same rows as others: those have no rows of their own.

    `alias_of` are the numbers whose rows together are the parameter's; `alias_target` keeps only
    the rows that point at that type (`patient` is `subject` where it is a Patient).
    """
    places = {parameter["number"]: _places(parameter) for parameter in listed}
    for parameter in sorted(listed, key=_own_rows_last):
        others = [
            other for other in listed if other is not parameter and _may_stand_for(other, parameter)
        ]
        same = _cover(places[parameter["number"]], others, places)
        if same:
            parameter["alias_of"] = sorted(same)
            if target := _resolved_target(parameter):
                parameter["alias_target"] = target


def _places(parameter: Parameter) -> frozenset[str]:
    expression = _RESOLVED.sub("", parameter.get("expression", ""))
    return frozenset(_split(expression))


def _own_rows_last(parameter: Parameter) -> tuple[bool, int, str]:
    """Narrow and joined parameters become aliases first; `subject` is asked for last."""
    expression = parameter.get("expression", "")
    narrow = bool(_RESOLVED.search(expression)) or parameter["code"] == "patient"
    return not narrow, -len(_split(expression)), parameter["code"]


def _may_stand_for(other: Parameter, parameter: Parameter) -> bool:
    if "alias_of" in other or "expression" not in other or "expression" not in parameter:
        return False
    if _RESOLVED.search(other["expression"]) or other["kind"] != parameter["kind"]:
        return False
    narrowed = _RESOLVED.search(parameter["expression"])
    same_targets = other.get("targets") == parameter.get("targets")
    return parameter["kind"] != "composite" and (bool(narrowed) or same_targets)


def _resolved_target(parameter: Parameter) -> str | None:
    targets = set(_RESOLVED.findall(parameter["expression"]))
    return targets.pop() if len(targets) == 1 else None


def _cover(
    wanted: frozenset[str], others: list[Parameter], places: dict[int, frozenset[str]]
) -> list[int]:
    """The fewest others whose places together are exactly the wanted ones; none if that fails."""
    inside = [other["number"] for other in others if places[other["number"]] <= wanted]
    inside.sort(key=lambda number: (-len(places[number]), number))
    chosen: list[int] = []
    covered: frozenset[str] = frozenset()
    for number in inside:
        if not places[number] <= covered:
            chosen.append(number)
            covered |= places[number]
    return chosen if covered == wanted else []
