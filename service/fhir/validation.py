"""The fast verdict on a resource: everything that is wrong with it, at once, each with its place.

Source: R4 validation.html. Structure, codes, reference types and most invariants are judged by the
type's compiled schema; what a schema cannot say is looked at only where the text shows it may occur.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

import orjson

from service.domain.errors import Issue
from service.fhir.closer_look import closer_look, conditional_references
from service.fhir.nested import Place, Resource, has_inner, resources_in, without_inner
from service.fhir.schema_issues import schema_issues
from service.fhir.validators import meets_schema

_URN_REFERENCE: Final = b'"reference":"urn:'
_URN: Final = re.compile(rb'"reference":"(urn:[^"\\]+)"')


def issues_of(
    resource: Resource, expression: str = "", *, in_transaction: bool = False
) -> list[Issue]:
    """All faults of a parsed resource and of those inside it; none for a sound one.

    `expression` is where it stands, its type if nothing is said. `in_transaction`: it is an entry
    of a transaction, where conditional references (`Patient?identifier=...`) will be resolved.
    """
    at = expression or resource["resourceType"]
    if not has_inner(resource):
        return _issues_at(Place(at, resource), {}, in_transaction=in_transaction)
    types = _types_by_address(resource)
    transaction = in_transaction or _is_transaction(resource)
    return [
        issue
        for place in resources_in(resource, at)
        for issue in _issues_at(place, types, in_transaction=transaction)
    ]


def envelope_issues(bundle: Resource) -> list[Issue]:
    """The faults of a Bundle itself, without the resources of its entries."""
    return _issues_at(Place("Bundle", bundle), {}, in_transaction=True)


def _is_transaction(resource: Resource) -> bool:
    return resource["resourceType"] == "Bundle" and resource.get("type") == "transaction"


def _issues_at(place: Place, types: Mapping[str, str], *, in_transaction: bool) -> list[Issue]:
    resource = without_inner(place.resource)
    text = orjson.dumps(place.resource if "contained" in resource else resource)
    found: list[Issue] = []
    pointed = _pointed(resource, text, types) if types else resource
    if not meets_schema(pointed):
        found += schema_issues(pointed, place.expression)
    found += closer_look(place, text)
    if not in_transaction:
        found += conditional_references(place, text)
    return found


def _types_by_address(bundle: Resource) -> dict[str, str]:
    """The types of a Bundle's entries by `urn:uuid:...`, which alone does not tell the type."""
    found: dict[str, str] = {}
    listed = bundle.get("entry") if bundle["resourceType"] == "Bundle" else None
    for entry in listed if isinstance(listed, list) else []:
        address = entry.get("fullUrl") if isinstance(entry, dict) else None
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(address, str) and address.startswith("urn:") and isinstance(inner, dict):
            found[address] = inner["resourceType"]
    return found


def _pointed(resource: Resource, text: bytes, types: Mapping[str, str]) -> Resource:
    """The resource with references to other entries written by type, so that the schema sees it."""
    if _URN_REFERENCE not in text:
        return resource
    seen: Resource = orjson.loads(_URN.sub(partial(_by_type, types), text))
    return without_inner(seen)


def _by_type(types: Mapping[str, str], match: re.Match[bytes]) -> bytes:
    kind = types.get(match[1].decode())
    return b'"reference":"%s/entry"' % kind.encode() if kind else match[0]
