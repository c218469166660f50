"""The standard's own profiles and extensions, and what its types only advise: for `$validate`.

Source: R4 profiling.html. Of a StructureDefinition its differential is kept: what it says beyond its base.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from tools.r4_definitions.elements import QUANTITY_PROFILES
from tools.r4_definitions.package import Definition, R4Package

# What a definition says about values; texts, mappings and examples are left out.
_KEPT: Final = (
    "id", "path", "sliceName", "slicing", "min", "max", "type", "maxLength", "binding",
    "constraint", "isModifier",
)  # fmt: skip
_VALUES: Final = ("fixed", "pattern", "minValue", "maxValue")
_WHOLE: Final = ("url", "type", "kind", "baseDefinition", "derivation", "context")
_LARGEST_VALUE_SET: Final = 1_000


def for_validation(
    package: R4Package, structures: Iterable[Definition], served: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """What `$validate` needs, by the name of the file: each file's members one a line."""
    listed = list(structures)
    profiles = profiles_of(package.of_type("StructureDefinition"), served)
    bindings = advised_bindings(listed)
    addresses = [*bindings.values(), *bound_in(profiles)]
    return {
        "profiles": profiles,
        "bindings": bindings,
        "advice": advice_of(listed),
        "value_sets": value_sets_of(addresses, package.expansions() | composed(package)),
    }


def profiles_of(definitions: Iterable[Definition], served: Iterable[str]) -> dict[str, Definition]:
    """The profiles of served types, and all extensions, by canonical address."""
    kept = {*served, "Extension", "Quantity"}
    return {
        one["url"]: _profile(one)
        for one in definitions
        if one.get("derivation") == "constraint"
        and one["type"] in kept
        and one["id"] not in QUANTITY_PROFILES
    }


def _profile(definition: Definition) -> Definition:
    kept = {name: definition[name] for name in _WHOLE if name in definition}
    elements = [_element(one) for one in definition["differential"]["element"]]
    return kept | {"differential": {"element": elements}}


def _element(definition: Definition) -> Definition:
    kept = {
        name: value
        for name, value in definition.items()
        if name in _KEPT or name.startswith(_VALUES)
    }
    if "binding" in kept:
        kept["binding"] = _some(kept["binding"], "strength", "valueSet")
    if "constraint" in kept:
        kept["constraint"] = [
            _some(one, "key", "severity", "human", "expression") for one in kept["constraint"]
        ]
    return kept


def _some(owner: Definition, *names: str) -> Definition:
    return {name: owner[name] for name in names if name in owner}


def advised_bindings(structures: Iterable[Definition]) -> dict[str, str]:
    """The value sets of extensible bindings, by the path of the element."""
    return {
        definition["path"]: str(definition["binding"]["valueSet"]).partition("|")[0]
        for structure in structures
        for definition in structure["snapshot"]["element"]
        if definition.get("binding", {}).get("strength") == "extensible"
        and "valueSet" in definition["binding"]
    }


def advice_of(structures: Iterable[Definition]) -> dict[str, list[dict[str, Any]]]:
    """The constraints that are best practice only, by the type or backbone element they stand on."""
    found: dict[str, list[dict[str, Any]]] = {}
    for structure in structures:
        for definition in structure["snapshot"]["element"]:
            for one in definition.get("constraint", ()):
                own = one.get("source", structure["url"]) == structure["url"]
                if own and one["severity"] == "warning" and "expression" in one:
                    told = {"key": one["key"], "words": one["human"].strip()}
                    rule = told | {"expression": one["expression"]}
                    found.setdefault(definition["path"], []).append(rule)
    return found


def value_sets_of(
    addresses: Iterable[str], expansions: Mapping[str, Definition]
) -> dict[str, dict[str, list[str]]]:
    """The codes of value sets by address and by system, where HL7 lists them and they are not many."""
    found = {}
    for address in sorted(set(addresses)):
        listed = list(_listed(expansions.get(address, {}).get("expansion", {}).get("contains", [])))
        if 0 < len(listed) <= _LARGEST_VALUE_SET:
            systems: dict[str, list[str]] = {}
            for system, code in listed:
                systems.setdefault(system, []).append(code)
            found[address] = systems
    return found


def composed(package: R4Package) -> dict[str, Definition]:
    """The value sets that HL7 ships without an expansion and that list their codes or take a whole system."""
    systems = {one["url"]: one for one in package.of_type("CodeSystem")}
    found = {}
    for one in package.of_type("ValueSet"):
        listed = [_composed(part, systems) for part in one.get("compose", {}).get("include", ())]
        if listed and all(listed):
            contains = [concept for part in listed for concept in part]
            found[one["url"]] = {"expansion": {"contains": contains}}
    expanded = package.expansions()
    return {url: one for url, one in found.items() if url not in expanded}


def _composed(part: Definition, systems: Mapping[str, Definition]) -> list[Definition]:
    """The concepts that one `include` lists; none where it needs a filter or another value set."""
    if {"filter", "valueSet"} & part.keys():
        return []
    system = part.get("system", "")
    whole = systems.get(system, {})
    listed = part.get("concept") or (
        whole.get("concept", []) if whole.get("content") == "complete" else []
    )
    return list(_concepts(listed, system))


def _concepts(listed: list[Definition], system: str) -> Iterator[Definition]:
    for one in listed:
        yield {"system": system, "code": one["code"]}
        yield from _concepts(one.get("concept", []), system)


def bound_in(profiles: Mapping[str, Definition]) -> Iterator[str]:
    """The value sets that profiles bind to, other than as examples."""
    for profile in profiles.values():
        for element in profile["differential"]["element"]:
            binding = element.get("binding", {})
            if binding.get("strength") in {"required", "extensible"} and "valueSet" in binding:
                yield str(binding["valueSet"]).partition("|")[0]


def _listed(contains: list[Definition]) -> Iterator[tuple[str, str]]:
    for concept in contains:
        if "code" in concept:
            yield concept.get("system", ""), concept["code"]
        yield from _listed(concept.get("contains", []))
