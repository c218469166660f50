"""Our extensions as StructureDefinitions, differential only."""

from typing import Final

from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.pieces import VERSION

R4: Final = "4.0.1"


def structure_definition(name: str, said: Json) -> Json:
    """The definition of one extension: simple with a value, or complex with parts."""
    parts = said.get("parts", {})
    elements = _complex(parts) if parts else _simple(said["value"])
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": _url(name),
        "version": VERSION,
        "name": "".join(word.title() for word in name.split("-")),
        "status": "active",
        "experimental": True,
        "publisher": "Seuranta",
        "description": said["says"],
        "fhirVersion": R4,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": path} for path in said["at"]],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {"element": _in_order(_root(said["says"]), elements, name)},
    }


def _in_order(root: Json, elements: list[Json], name: str) -> list[Json]:
    """The order of Extension's elements: extension, url, value[x]."""
    *extensions, value = elements
    return [root, *extensions, _fixed(name), value]


def _url(name: str) -> str:
    return f"{BASE}/StructureDefinition/{name}"


def _root(says: str) -> Json:
    return {"id": "Extension", "path": "Extension", "definition": says}


def _fixed(name: str) -> Json:
    return {"id": "Extension.url", "path": "Extension.url", "fixedUri": _url(name)}


def _simple(value: str) -> list[Json]:
    return [
        {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
        {
            "id": "Extension.value[x]",
            "path": "Extension.value[x]",
            "min": 1,
            "type": [{"code": value}],
        },
    ]


def _complex(parts: Json) -> list[Json]:
    slicing = {"discriminator": [{"type": "value", "path": "url"}], "rules": "closed"}
    found = [{"id": "Extension.extension", "path": "Extension.extension", "slicing": slicing}]
    for name, (types, says) in parts.items():
        found += _part(name, types, says)
    return [*found, {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"}]


def _part(name: str, types: str, says: str) -> list[Json]:
    head = f"Extension.extension:{name}"
    path = "Extension.extension"
    found: list[Json] = [
        {"id": head, "path": path, "sliceName": name, "short": says},
        {"id": f"{head}.url", "path": f"{path}.url", "fixedUri": name},
    ]
    if types != "Extension":
        codes = [{"code": code.strip()} for code in types.split("|")]
        found.append({"id": f"{head}.value[x]", "path": f"{path}.value[x]", "type": codes})
    return found
