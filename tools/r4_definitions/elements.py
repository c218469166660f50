"""The elements of each R4 type and the codes of their required bindings, from the snapshots.

Source: R4 structuredefinition.html; value set expansions as HL7 ships them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.r4_definitions.package import Definition

Element = dict[str, Any]
Elements = dict[str, dict[str, Element]]
Codes = dict[str, dict[str, list[str]]]

# Larger value sets (BCP 13, BCP 47, UCUM) are open: HL7 lists only a part of them.
_LARGEST_VALUE_SET = 350
_SYSTEM_TYPE = "http://hl7.org/fhirpath/"
QUANTITY_PROFILES = ("SimpleQuantity", "MoneyQuantity")


def elements_of(structures: Iterable[Definition]) -> Elements:
    """What each type and backbone element consists of: by its path, by the element's name.

    An element has `type` (or `types` where it is a choice), and where they hold `required`,
    `many`, `targets` (types a Reference may point at), `codes` (the value set of a required
    binding) and `attribute` (an XML attribute: it takes no extension).
    """
    found: Elements = {"Element": _ELEMENT}
    for structure in structures:
        for definition in structure["snapshot"]["element"]:
            _add(found, structure, definition)
    return found


_ELEMENT: dict[str, Element] = {
    "id": {"type": "string", "attribute": True},
    "extension": {"type": "Extension", "many": True},
}


def _add(found: Elements, structure: Definition, definition: Definition) -> None:
    parent, _, name = definition["path"].rpartition(".")
    if structure["id"] in QUANTITY_PROFILES:
        parent = parent and structure["id"]
    if parent and definition["max"] != "0":
        is_resource = structure["kind"] == "resource" and "." not in parent
        element = _element(definition)
        if name == "id" and is_resource:
            element["type"] = "id"
        found.setdefault(parent, {})[name] = element


def _element(definition: Definition) -> Element:
    element: Element = _types(definition)
    if definition["min"]:
        element["required"] = True
    if definition["max"] == "*":
        element["many"] = True
    if targets := _targets(definition):
        element["targets"] = targets
    if any(kind["code"].startswith(_SYSTEM_TYPE) for kind in definition.get("type", ())):
        element["attribute"] = True
    if value_set := definition.get("codes"):
        element["codes"] = value_set
    return element


def _types(definition: Definition) -> Element:
    if reused := definition.get("contentReference"):
        return {"type": reused.removeprefix("#")}
    names = [_type_name(definition["path"], kind) for kind in definition["type"]]
    return {"types": names} if definition["path"].endswith("[x]") else {"type": names[0]}


def _type_name(path: str, kind: Definition) -> str:
    code: str = kind["code"]
    if code.startswith(_SYSTEM_TYPE):
        return next(str(note.get("valueUrl")) for note in kind["extension"])
    if code in {"BackboneElement", "Element"}:
        return path
    profile = next(iter(kind.get("profile", ())), "").rpartition("/")[2]
    return profile if profile in QUANTITY_PROFILES else code


def _targets(definition: Definition) -> list[str]:
    profiles = {
        profile.rpartition("/")[2]
        for kind in definition.get("type", ())
        if kind["code"] == "Reference"
        for profile in kind.get("targetProfile", ())
    }
    return [] if "Resource" in profiles else sorted(profiles)


def bind(structures: Iterable[Definition], expansions: Mapping[str, Definition]) -> Codes:
    """Write the name of its value set into each element bound with strength `required`.

    Gives the codes of those sets by system, for all sets that HL7 lists completely.
    """
    codes: Codes = {}
    for structure in structures:
        for definition in structure["snapshot"]["element"]:
            address = _required_value_set(definition)
            if address is None or address not in expansions:
                continue
            listed = list(_listed(expansions[address]["expansion"].get("contains", [])))
            if 0 < len(listed) <= _LARGEST_VALUE_SET:
                definition["codes"] = address.rpartition("/")[2]
                codes[definition["codes"]] = _by_system(listed)
    return codes


def _required_value_set(definition: Definition) -> str | None:
    binding = definition.get("binding", {})
    if binding.get("strength") != "required" or "valueSet" not in binding:
        return None
    return str(binding["valueSet"]).partition("|")[0]


def _listed(contains: list[Definition]) -> Iterator[tuple[str, str]]:
    for concept in contains:
        if "code" in concept:
            yield concept.get("system", ""), concept["code"]
        yield from _listed(concept.get("contains", []))


def _by_system(listed: list[tuple[str, str]]) -> dict[str, list[str]]:
    systems: dict[str, list[str]] = {}
    for system, code in listed:
        systems.setdefault(system, []).append(code)
    return systems
