"""A JSON Schema of R4 types, made from the standard's definitions, as tight as JSON Schema can be.

Source: R4 json.html; no unknown element, nothing empty or null, codes of required bindings, one of a
choice, references to allowed types, the invariants that JSON Schema can say. A resource inside
another one (contained, a Bundle's entry) is any object here: it is judged by its own type's schema.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from service.fhir.definitions import (
    Element,
    codes,
    invariants,
    resource_types,
    types,
)
from service.fhir.primitives import PRIMITIVES, JsonSchema
from service.fhir.references import ABSOLUTE, POINTER_PATTERN

RESOURCE: Final = "Resource"
ANY_REFERENCE: Final = "Reference"
POINTER: Final = "Reference.reference"
ELSEWHERE: Final = "Reference.elsewhere"

_ID: Final = r"[A-Za-z0-9\-.]+"


def schema_of(names: Iterable[str]) -> JsonSchema:
    """The schema of an object whose one member is a resource, named by its type.

    One schema for many types: they share their datatypes, which are most of what there is to hold.
    """
    made = _Definitions()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {name: made.add(name) for name in names},
        "$defs": made.definitions,
    }


class _Definitions:
    """The definitions that some types need, each made once."""

    def __init__(self) -> None:
        self.definitions: dict[str, JsonSchema] = _pointers()

    def add(self, name: str) -> JsonSchema:
        """Make sure that a type is defined; give the schema that refers to it."""
        if name not in self.definitions:
            self.definitions[name] = {}  # a type may hold itself: Extension, Questionnaire.item
            self.definitions[name] = self._define(name)
        return {"$ref": f"#/$defs/{name}"}

    def _define(self, name: str) -> JsonSchema:
        if name in PRIMITIVES:
            return PRIMITIVES[name].schema
        if name == RESOURCE:
            return {"type": "object"}
        members, conditions = self._members(name), list(self._conditions(name))
        schema: JsonSchema = {
            "type": "object",
            "minProperties": 1,
            "properties": members,
            "additionalProperties": False,
        }
        if name in resource_types():
            members["resourceType"] = {"const": name}
            schema["required"] = ["resourceType"]
        if conditions:
            schema["allOf"] = conditions
        return schema

    def _members(self, owner: str) -> JsonSchema:
        members: JsonSchema = {}
        for name, element in types()[owner].items():
            for key, kind in element.variants(name):
                members[key] = self._member(kind, element)
                if kind in PRIMITIVES and not element.attribute:
                    members[f"_{key}"] = self._extensions(element)
        return members

    def _member(self, kind: str, element: Element) -> JsonSchema:
        one = self._bound(kind, element)
        if not element.many:
            return one
        if kind in PRIMITIVES:
            one = {"anyOf": [one, {"type": "null"}]}  # its extension stands at the same place
        return {"type": "array", "minItems": 1, "items": one}

    def _bound(self, kind: str, element: Element) -> JsonSchema:
        """The type as this element narrows it: by a value set, or by the types it may refer to."""
        if kind == "Reference":
            return self._reference(element.targets)
        if element.codes and kind == "code":
            return self._codes(element.codes)
        if element.codes and kind == "CodeableConcept":
            return {"allOf": [self.add(kind), _coded(element.codes)]}
        return self.add(kind)

    def _codes(self, value_set: str) -> JsonSchema:
        name = f"codes.{value_set}"
        allowed = [code for listed in codes()[value_set].values() for code in listed]
        self.definitions.setdefault(name, {"enum": allowed})
        return {"$ref": f"#/$defs/{name}"}

    def _extensions(self, element: Element) -> JsonSchema:
        one = self.add("Element")
        if not element.many:
            return one
        return {"type": "array", "minItems": 1, "items": {"anyOf": [one, {"type": "null"}]}}

    def _reference(self, targets: tuple[str, ...]) -> JsonSchema:
        name = ".".join((ANY_REFERENCE, *targets))
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self._narrowed(targets)
        return {"$ref": f"#/$defs/{name}"}

    def _narrowed(self, targets: tuple[str, ...]) -> JsonSchema:
        plain = self._define(ANY_REFERENCE)
        members = dict(plain["properties"])
        members["reference"] = _pointer(targets)
        if targets:
            members["type"] = {
                "title": "target",
                "type": "string",
                "anyOf": [{"enum": list(targets)}, {"pattern": f"^{ABSOLUTE}"}],
            }
        return {**plain, "properties": members}

    def _conditions(self, owner: str) -> Iterator[JsonSchema]:
        for name, element in types()[owner].items():
            if element.required:
                yield _required(name, element)
            if len(element.types) > 1:
                yield _exclusive(name, element)
        for rule in invariants().get(owner, ()):
            if rule.schema is not None:
                yield {"title": rule.key, "description": rule.words, **rule.schema}


def _coded(value_set: str) -> JsonSchema:
    """One coding at least is of the value set (R4 terminologies.html, binding strength required)."""
    options = [
        {
            "properties": {"system": {"const": system}, "code": {"enum": list(listed)}},
            "required": ["system", "code"],
        }
        for system, listed in codes()[value_set].items()
    ]
    return {
        "title": f"codes.{value_set}",
        "properties": {"coding": {"contains": {"anyOf": options}}},
        "required": ["coding"],
    }


def _required(name: str, element: Element) -> JsonSchema:
    """The element is there, or in its place the extension that says why not."""
    keys = _keys(name, element)
    if len(keys) == 1:
        return {"title": f"required.{name}", "required": keys}
    return {"title": f"required.{name}", "anyOf": [{"required": [key]} for key in keys]}


def _exclusive(name: str, element: Element) -> JsonSchema:
    """At most one of a choice: exactly one of them all and of none at all."""
    present = [_present(element, (variant,)) for variant in element.variants(name)]
    absent = {"not": _present(element, element.variants(name))}
    return {"title": f"choice.{name}", "oneOf": [absent, *present]}


def _present(element: Element, variants: tuple[tuple[str, str], ...]) -> JsonSchema:
    keys = [{"required": [key]} for key in _members_of(element, variants)]
    return keys[0] if len(keys) == 1 else {"anyOf": keys}


def _keys(name: str, element: Element) -> list[str]:
    return _members_of(element, element.variants(name))


def _members_of(element: Element, variants: tuple[tuple[str, str], ...]) -> list[str]:
    """The JSON members of some variants: themselves and, of primitives, their extensions."""
    keys = [key for key, _ in variants]
    if element.attribute:
        return keys
    return keys + [f"_{key}" for key, kind in variants if kind in PRIMITIVES]


def _pointer(targets: tuple[str, ...]) -> JsonSchema:
    """A reference's text: inside the resource, in the same Bundle, on this server, or elsewhere.

    An address elsewhere that ends like a FHIR one (`/Patient/1`) must end in an allowed type.
    Patterns that differ by target keep to ASCII: a Unicode class costs them ten times the memory.
    """
    if not targets:
        return {"$ref": f"#/$defs/{POINTER}"}
    allowed = "|".join(targets)
    fits = rf"^(#|urn:|({ABSOLUTE}//[!-~]*/)?({allowed})(/{_ID}(/_history/{_ID})?$|\?))"
    return {
        "title": "target",
        "allOf": [{"$ref": f"#/$defs/{POINTER}"}],
        "anyOf": [{"pattern": fits}, {"$ref": f"#/$defs/{ELSEWHERE}"}],
    }


def _pointers() -> JsonSchema:
    """The two parts of every reference's text that do not depend on its targets."""
    restful = rf"/({'|'.join(sorted(resource_types()))})/{_ID}(/_history/{_ID})?$"
    return {
        POINTER: {"title": "pointer", "type": "string", "pattern": POINTER_PATTERN},
        ELSEWHERE: {"pattern": f"^{ABSOLUTE}", "not": {"pattern": restful}},
    }
