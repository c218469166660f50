"""What a schema cannot say of a resource: invariants that compare, references inside it, identity codes.

Source: R4 json.html#null, references.html#contained, narrative.html; finer rules in `invariants.py`.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from service.domain.errors import Issue
from service.fhir.definitions import invariants
from service.fhir.identity_code import SYSTEM, is_identity_code
from service.fhir.invariants import is_after, issues_at
from service.fhir.narrative import fault_of
from service.fhir.nested import Place, Resource
from service.fhir.references import condition_of
from service.fhir.walking import Node, members_of, nodes, root_of

_CONDITIONAL: Final = re.compile(rb'"reference":"[A-Z][A-Za-z]+\?')
_FRAGMENT: Final = re.compile(rb'"#([^"]*)"')
_PERIOD: Final = re.compile(rb'"start":("[^"]*"),"end":("[^"]*")')
_IDENTITY_CODE: Final = f'"{SYSTEM}"'.encode()
# Types whose inner objects have invariants or narratives of their own.
_ALWAYS_WALKED: Final = frozenset({"CapabilityStatement", "Composition", "StructureDefinition"})


def closer_look(place: Place, text: bytes) -> Iterator[Issue]:
    """The faults that only a look at the values can find.

    `text` is the resource as compact JSON, with contained resources but without Bundle entries.
    Most resources hold nothing that needs it, and their text shows it: they are not walked through.
    """
    expression, resource, container = place
    root = root_of(resource, expression)
    if root.kind in _ALWAYS_WALKED or _has_mark(text):
        for node in nodes(root):
            yield from issues_at(node)
            yield from _inside(node, container or resource)
    else:
        yield from issues_at(root)
        yield from _narrative(root)
    if "contained" in resource or container is not None:
        yield from _contained(place, text)


def conditional_references(place: Place, text: bytes) -> Iterator[Issue]:
    """The references that are searches: only a transaction can resolve them."""
    if b"?" not in text or not _CONDITIONAL.search(text):
        return
    for node in nodes(root_of(place.resource, place.expression)):
        pointer = node.value.get("reference")
        if isinstance(pointer, str) and condition_of(pointer):
            words = "a conditional reference is resolved only in a transaction Bundle"
            yield Issue("not-supported", words, f"{node.expression}.reference")


def _has_mark(text: bytes) -> bool:
    return (
        b'"reference":"#' in text
        or b"null" in text
        or b'Range":{' in text
        or b'"age":{' in text
        or _IDENTITY_CODE in text
        or (b'"end":' in text and not _periods_are_in_order(text))
    )


def _periods_are_in_order(text: bytes) -> bool:
    """Whether every end in the text follows a start that is surely not after it."""
    pairs = _PERIOD.findall(text)
    if len(pairs) != text.count(b'"end":'):
        return False
    return not any(is_after(start[1:-1].decode(), end[1:-1].decode()) for start, end in pairs)


def _inside(node: Node, outermost: Resource) -> Iterator[Issue]:
    if node.kind == "Identifier":
        yield from _identifier(node)
    elif node.kind == "Reference":
        yield from _local(node, outermost)
    else:
        yield from _narrative(node)
    yield from _unpaired(node)


def _narrative(node: Node) -> Iterator[Issue]:
    """The narrative of a resource, or of a section of a Composition."""
    text = node.value.get("text")
    div = text.get("div") if isinstance(text, dict) else None
    fault = fault_of(div) if isinstance(div, str) else None
    if fault is not None:
        yield Issue("invariant", f"{fault} (txt-1, txt-2)", f"{node.expression}.text.div")


def _identifier(node: Node) -> Iterator[Issue]:
    code = node.value.get("value")
    if node.value.get("system") == SYSTEM and isinstance(code, str) and not is_identity_code(code):
        words = (
            "not a Finnish personal identity code: its form or its check character is wrong"
            " (capitals, no spaces; the sign between date and number is part of it)"
        )
        yield Issue("value", words, f"{node.expression}.value")


def _local(node: Node, outermost: Resource) -> Iterator[Issue]:
    """A reference to a contained resource must find one, of a type allowed there (ref-1)."""
    pointer = node.value.get("reference")
    if not isinstance(pointer, str) or not pointer.startswith("#") or pointer == "#":
        return
    kind = _contained_types(outermost).get(pointer[1:])
    at = f"{node.expression}.reference"
    targets = node.element.targets if node.element else ()
    if kind is None:
        yield Issue("invariant", "there is no contained resource with this id (ref-1)", at)
    elif targets and kind not in targets:
        words = f"a reference to {' or '.join(targets)} is expected here, not to {kind}"
        yield Issue("value", words, at)


def _contained_types(resource: Resource) -> dict[str, str]:
    listed = resource.get("contained")
    found = listed if isinstance(listed, list) else []
    return {
        str(inner.get("id")): str(inner.get("resourceType"))
        for inner in found
        if isinstance(inner, dict)
    }


def _unpaired(node: Node) -> Iterator[Issue]:
    """In a list of primitives null holds the place of a value that has only extensions."""
    members = members_of(node.kind)
    for key, listed in node.value.items():
        if key in members and isinstance(listed, list) and None in listed:
            twin = node.value.get(key[1:] if key.startswith("_") else f"_{key}")
            for number, value in enumerate(listed):
                if value is None and not _stands_at(twin, number):
                    at = f"{node.expression}.{members[key].name}[{number}]"
                    words = "null stands here without a value or an extension at the same place"
                    yield Issue("structure", words, at)


def _stands_at(listed: Any, number: int) -> bool:
    return isinstance(listed, list) and number < len(listed) and listed[number] is not None


def _contained(place: Place, text: bytes) -> Iterator[Issue]:
    """The rules for contained resources: dom-2 to dom-5, and an id of its own for each."""
    words = {rule.key: rule.words for rule in invariants()["DomainResource"]}
    if place.container is None:
        for number in _unused(place.resource, text):
            at = f"{place.expression}.contained[{number}]"
            yield Issue("invariant", f"{words['dom-3']} (dom-3)", at)
        for number in _named_again(place.resource):
            at = f"{place.expression}.contained[{number}].id"
            yield Issue("invariant", "another contained resource has this id", at)
        return
    for key, path in _broken(place.resource):
        yield Issue("invariant", f"{words[key]} ({key})", f"{place.expression}.{path}")


def _broken(contained: Resource) -> Iterator[tuple[str, str]]:
    if "contained" in contained:
        yield "dom-2", "contained"
    meta = contained.get("meta")
    for name in ("versionId", "lastUpdated", "security"):
        if isinstance(meta, dict) and name in meta:
            yield "dom-5" if name == "security" else "dom-4", f"meta.{name}"


def _named_again(resource: Resource) -> Iterator[int]:
    """The contained resources with the id of one before: a reference would mean either."""
    seen: set[str] = set()
    listed = resource["contained"]
    for number, inner in enumerate(listed if isinstance(listed, list) else []):
        named = inner.get("id") if isinstance(inner, dict) else None
        if isinstance(named, str) and named in seen:
            yield number
        elif isinstance(named, str):
            seen.add(named)


def _unused(resource: Resource, text: bytes) -> Iterator[int]:
    """The contained resources that nothing refers to and that do not refer to their container."""
    named = {found.decode() for found in _FRAGMENT.findall(text)}
    listed = resource["contained"]
    for number, inner in enumerate(listed if isinstance(listed, list) else []):
        unnamed = isinstance(inner, dict) and str(inner.get("id")) not in named
        if unnamed and b'"#"' not in orjson.dumps(inner):
            yield number
