"""Which PlanDefinition is a protocol of ours, which version it brings, and what stands for all it asks.

Ours is one that speaks our own words: an extension of ours anywhere in it, an activity of ours that one
of its actions names, or the address of a protocol of ours, its own or its origin's. Every other is an
ordinary record.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import orjson

from service.domain.protocol import ProtocolStatus
from service.domain.publication import Publication
from service.fhir.evidence.code_systems import BASE
from service.fhir.nested import Resource

PLAN_DEFINITION: Final = "PlanDefinition"
_OURS: Final = tuple(
    f"{BASE}/{type_}/".encode()
    for type_ in ("StructureDefinition", "ActivityDefinition", "PlanDefinition")
)
# Texts for people, and what is told of the resource as a resource: an active version may change them.
_TOLD: Final = frozenset(
    {
        "approvalDate",
        "author",
        "comment",
        "contact",
        "contributor",
        "copyright",
        "date",
        "description",
        "display",
        "editor",
        "effectivePeriod",
        "endorser",
        "experimental",
        "id",
        "identifier",
        "language",
        "lastReviewDate",
        "meta",
        "name",
        "publisher",
        "purpose",
        "reviewer",
        "status",
        "subtitle",
        "text",
        "textEquivalent",
        "title",
        "usage",
    }
)
_DIGEST_BYTES: Final = 16


def is_protocol(resource: Resource) -> bool:
    """Whether a PlanDefinition is a protocol of ours."""
    if resource["resourceType"] != PLAN_DEFINITION:
        return False
    text = orjson.dumps(resource)
    return any(address in text for address in _OURS)


def publication_of(resource: Resource) -> Publication | None:
    """The version of a protocol that a PlanDefinition brings; None where it cannot be told which."""
    url, version = resource.get("url", ""), resource.get("version", "")
    status = resource.get("status")
    if not url or not version or status not in set(ProtocolStatus) or not is_protocol(resource):
        return None
    return Publication(
        protocol_id(url),
        version,
        url,
        ProtocolStatus(status),
        _digest(_asked(resource, inside=False)),
    )


def protocol_id(url: str) -> str:
    """A protocol's id, by which plans name it: the last part of its canonical address."""
    return url.rpartition("/")[2]


def _digest(asked: Any) -> str:
    found = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return blake2b(found, digest_size=_DIGEST_BYTES).hexdigest()


def _asked(value: Any, *, inside: bool) -> Any:
    """What is left without what is told; an `id` inside names an action, and is asked."""
    if isinstance(value, list):
        return [_asked(one, inside=True) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _asked(one, inside=True)
        for name, one in value.items()
        if name.removeprefix("_") not in _TOLD or (inside and name == "id")
    }
