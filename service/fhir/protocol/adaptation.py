"""Local adaptation: which protocol a PlanDefinition narrows or widens, and for whose people it holds.

Source: R4 plandefinition.html, relatedArtifact of the type derived-from; useContext with the code
`venue` (usage-context-type) and an Organization: the units; without one it holds for the whole region.
"""

from collections.abc import Iterator
from typing import Any, Final

from service.domain.catalogue import Catalogue
from service.domain.errors import Issue
from service.fhir.evidence.code_systems import BASE
from service.fhir.nested import Resource
from service.fhir.protocol.element import Element
from service.fhir.protocol.publication import is_protocol, protocol_id

VENUE: Final = "venue"
_OURS: Final = f"{BASE}/PlanDefinition/"
_ORGANIZATION: Final = "Organization/"


def adaptation(plan: Element) -> dict[str, Any]:
    """The fields of a Protocol that say what it adapts, and for which units."""
    origins = [one for _, one in _origins(plan)]
    if len(origins) > 1:
        raise plan.refusal("a protocol is derived from one other.")
    return {
        "derived_from": origins[0] if origins else "",
        "units": frozenset(_units(plan)),
    }


def origin_issues(resource: Resource, expression: str, published: Catalogue) -> Iterator[Issue]:
    """An origin that names no version, or one that nobody has published here: no difference could be shown."""
    if not is_protocol(resource):
        return
    for place, canonical in _origins(Element(resource, expression, "")):
        url, _, version = canonical.partition("|")
        if (protocol_id(url), version) not in published.versions:
            words = (
                f"the origin {canonical[:200]} is no version of a protocol that is published here."
            )
            yield Issue("business-rule", words, place.path)


def _origins(plan: Element) -> Iterator[tuple[Element, str]]:
    """What it is derived from, as far as that is a protocol of ours."""
    for one in plan.children("relatedArtifact"):
        canonical = one.get("resource", "")
        if one.get("type") == "derived-from" and canonical.startswith(_OURS):
            yield one, canonical


def _units(plan: Element) -> Iterator[str]:
    for one in plan.children("useContext"):
        reference = one.get("valueReference", {}).get("reference", "")
        if one.get("code", {}).get("code") == VENUE and reference.startswith(_ORGANIZATION):
            yield reference.removeprefix(_ORGANIZATION)
