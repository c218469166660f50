"""What this server can do, as a CapabilityStatement made from what is registered.

Source: R4 capabilitystatement.html, http.html#capabilities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson

from service.domain.search import SearchKind
from service.fhir.definitions import R4_VERSION, compartments
from service.fhir.search.registry import SearchParameter, searchable
from service.fhir.types import SERVED_TYPES

_COMPARTMENT: Final = "http://hl7.org/fhir/CompartmentDefinition"
_DOCUMENTATION: Final = (
    "JSON only. Unknown search parameters are left out with a warning, and refused under"
    " `Prefer: handling=strict`; own parameters and conditions are always strict. Requests are"
    " answered at once: `Prefer: respond-async` is not followed. `mode` of /metadata is not followed."
    " A profile that a resource claims is looked at by $validate."
)
_TYPE_NAMES: Final = {SearchKind.ID: "token", SearchKind.LAST_UPDATED: "date"}


class Operation(NamedTuple):
    """An operation by its name without `$` and the address of its definition."""

    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered on one type beside its search parameters."""

    interactions: tuple[str, ...]
    operations: tuple[Operation, ...] = ()
    profiles: tuple[str, ...] = ()
    creates_on_update: bool = False
    creates_conditionally: bool = False


class Statement(NamedTuple):
    """The statement's bytes and its entity tag, which changes with the content."""

    body: bytes
    etag: str


def capability_statement(
    *,
    base_url: str,
    software_version: str,
    on: date,
    offers: Mapping[str, Offer],
    system_interactions: Sequence[str] = (),
    security: Mapping[str, Any] | None = None,
) -> Statement:
    """The statement of what is offered on each type, on the day of the software's release."""
    rest: dict[str, Any] = {"mode": "server"}
    if security:
        rest["security"] = dict(security)
    rest["documentation"] = _DOCUMENTATION
    rest["resource"] = [_resource(name, offers[name]) for name in SERVED_TYPES if name in offers]
    if system_interactions:
        rest["interaction"] = [{"code": code} for code in system_interactions]
    if "search-system" in system_interactions:
        rest["searchParam"] = _of_every_type(offers)
        rest["compartment"] = [f"{_COMPARTMENT}/{name.lower()}" for name in sorted(compartments())]
    body = orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "url": f"{base_url}/metadata",
            "version": software_version,
            "name": "Seuranta",
            "title": "Shared follow-up of care",
            "status": "active",
            "date": on.isoformat(),
            "publisher": "Seuranta",
            "kind": "instance",
            "software": {"name": "Seuranta", "version": software_version},
            "implementation": {"description": "Shared follow-up of care", "url": base_url},
            "fhirVersion": R4_VERSION,
            "format": ["json", "application/fhir+json"],
            "patchFormat": ["application/json-patch+json", "application/fhir+json"],
            "rest": [rest],
        }
    )
    return Statement(body, f'W/"{sha256(body).hexdigest()[:16]}"')


def _resource(name: str, offer: Offer) -> dict[str, Any]:
    told: dict[str, Any] = {"type": name}
    if offer.profiles:
        told["supportedProfile"] = list(offer.profiles)
    told["interaction"] = [{"code": code} for code in offer.interactions]
    told["versioning"] = "versioned"
    told["readHistory"] = "vread" in offer.interactions
    if "read" in offer.interactions:
        told["conditionalRead"] = "full-support"
    if {"create", "update"} & set(offer.interactions):
        told["updateCreate"] = offer.creates_on_update
        told["conditionalCreate"] = offer.creates_conditionally
        told["conditionalUpdate"] = offer.creates_conditionally
        told["conditionalDelete"] = "single" if offer.creates_conditionally else "not-supported"
    told["referencePolicy"] = ["literal", "logical", "local"]
    if "search-type" in offer.interactions:
        told |= _searching(name)
    if offer.operations:
        told["operation"] = [operation._asdict() for operation in offer.operations]
    return told


def _searching(name: str) -> dict[str, Any]:
    known = searchable(name)
    references = [code for code, found in known.items() if found.points_at]
    told: dict[str, Any] = {}
    if references:
        told["searchInclude"] = [f"{name}:{code}" for code in references]
    if pointing := _pointing_at(name):
        told["searchRevInclude"] = pointing
    told["searchParam"] = [_parameter(found) for found in known.values()]
    return told


def _of_every_type(offers: Mapping[str, Offer]) -> list[dict[str, str]]:
    """The parameters that a search of several types can ask."""
    names = frozenset.intersection(*(frozenset(searchable(name)) for name in offers))
    first = searchable(next(iter(offers)))
    return [_parameter(first[code]) for code in sorted(names)]


def _pointing_at(name: str) -> list[str]:
    """The parameters of all types that can point at this one."""
    return [
        f"{source}:{code}"
        for source in SERVED_TYPES
        for code, found in searchable(source).items()
        if name in found.points_at
    ]


def _parameter(parameter: SearchParameter) -> dict[str, str]:
    kind = "number" if parameter.is_number else str(parameter.kind)
    type_ = parameter.own_type or _TYPE_NAMES.get(parameter.kind, kind)
    told = {"name": parameter.code, "type": type_}
    return told | {"definition": parameter.definition} if parameter.definition else told
