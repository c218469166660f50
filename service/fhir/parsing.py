"""Bytes to a resource as Python values, with what no parser checks by itself.

Source: R4 json.html. The guards: an object; depth; no key twice; a known `resourceType`, also inside.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from service.domain.errors import Invalid, Issue, Malformed, NotSupported
from service.fhir.definitions import resource_types
from service.fhir.nested import Resource, has_inner, resources_in
from service.fhir.types import SERVED_TYPES

DEEPEST: Final = 100
_DEEP_LINE: Final = b"\n" + b"  " * (DEEPEST + 1)
_ESCAPED_COLON: Final = b"\\u003"
_PLACE: Final = re.compile(r": line (\d+) column (\d+) .*")


def parse(body: bytes) -> Resource:
    """Read one resource of any R4 type.

    Raises Malformed where it is no JSON object or is deeper than 100 levels, Invalid where a key
    stands twice or there is no `resourceType`, NotSupported for a type that R4 does not have.
    """
    resource = _loaded(body)
    _expect_each_key_once(body, resource)
    _expect_types(resource)
    return resource


def expect_served(resource: Resource) -> None:
    """Raise NotSupported for a type that R4 has and this service does not store."""
    kind = resource["resourceType"]
    if kind not in SERVED_TYPES:
        words = f"{kind} is a type of R4 that this service does not store"
        raise NotSupported(issues=[Issue("not-supported", words, kind)])


def _loaded(body: bytes) -> Resource:
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(_PLACE.sub(r" (line \1, column \2)", f"not JSON: {error}")) from None
    if not isinstance(loaded, dict):
        raise Malformed("the body is JSON, but no object: a resource is an object")
    return loaded


def _written_out(resource: Resource) -> bytes:
    """The resource as indented JSON: a level is two spaces, so its depth can be seen in the text."""
    try:
        text = orjson.dumps(resource, option=orjson.OPT_INDENT_2)
    except orjson.JSONEncodeError:  # deeper than orjson writes: 254 levels
        raise _too_deep() from None
    if _DEEP_LINE in text:
        raise _too_deep()
    return text


def _too_deep() -> Malformed:
    return Malformed(f"the JSON is nested deeper than {DEEPEST} levels")


def _expect_each_key_once(body: bytes, resource: Resource) -> None:
    """Compare the colons received with those that are left when each object keeps a key once.

    Every key brings a colon and a value can only take colons away with it, so the counts are equal
    exactly when no key was lost. An escaped colon would blur the count: then each pair is looked at.
    """
    text = _written_out(resource)
    if _ESCAPED_COLON not in body and body.count(b":") == text.count(b":"):
        return
    for key in _repeated(body):
        issue = Issue("structure", f"`{key}` stands twice in one object", resource_name(resource))
        raise Invalid(issues=[issue])


def _repeated(body: bytes) -> Iterator[str]:
    """The keys that stand twice in one object."""
    found: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.append(key)
            seen.add(key)

    json.loads(body, object_pairs_hook=keep)
    yield from found


def resource_name(resource: Resource) -> str:
    """The type of a resource for the beginning of an expression, whatever stands there."""
    name = resource.get("resourceType")
    return name if isinstance(name, str) and name in resource_types() else "Resource"


def _expect_types(resource: Resource) -> None:
    _expect_type(resource, "Resource")
    if has_inner(resource):
        for place in resources_in(resource, resource["resourceType"]):
            _expect_type(place.resource, place.expression)


def _expect_type(resource: Resource, expression: str) -> None:
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        words = "`resourceType` is missing or is no string"
        raise Invalid(issues=[Issue("structure", words, f"{expression}.resourceType")])
    if kind not in resource_types():
        words = f"R4 4.0.1 has no resource type `{kind[:64]}`"
        raise NotSupported(issues=[Issue("not-supported", words, expression)])
