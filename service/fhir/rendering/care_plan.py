"""The live shared plan as a CarePlan (R4 careplan.html): a proposal until a professional agrees it."""

from typing import Final

import orjson

from service.domain.care_plan import PlanContent
from service.fhir.evidence.plan import LIVE
from service.fhir.rendering.made import Json, concept, day_text, meta, reference

TITLE: Final = {
    "fi": "Terveys- ja hoitosuunnitelma",
    "sv": "Hälso- och vårdplan",
    "en": "Health and care plan",
}
STARTED_BY_US: Final = ("instantiatesCanonical", "addresses", "activity")


def care_plan(content: PlanContent) -> bytes:
    """A new live plan."""
    resource: Json = {
        "resourceType": "CarePlan",
        "id": content.id,
        "meta": meta("shared-care-plan", invented=content.invented),
        "instantiatesCanonical": list(content.protocols.values()),
        "status": "active",
        "intent": "plan",
        "category": [concept("care-plan-category", "shared-care-plan", {})],
        "title": TITLE["fi"],
        "subject": reference(f"Patient/{content.patient}"),
        "period": {"start": day_text(content.since)},
        "created": day_text(content.since),
    }
    if content.unit:
        resource["author"] = reference(f"Organization/{content.unit}")
    return orjson.dumps(resource | _parts(content))


def with_protocols(body: bytes, content: PlanContent) -> bytes:
    """The plan as people have it, with the protocols and follow-ups it has now."""
    resource = orjson.loads(body)
    parts = _parts(content) | {"status": _status(resource["status"], content)}
    if content.protocols:
        parts["instantiatesCanonical"] = list(content.protocols.values())
    kept = {name: value for name, value in resource.items() if name not in STARTED_BY_US}
    return orjson.dumps(kept | parts)


def _status(status: str, content: PlanContent) -> str:
    """The plan's status as people have it; revoked with its last protocol, active with the next."""
    if content.is_followed:
        return status if status in LIVE else "active"
    return "revoked" if status in LIVE else status


def _parts(content: PlanContent) -> Json:
    parts: Json = {}
    if content.addresses:
        parts["addresses"] = [reference(source) for source in content.addresses]
    if content.follow_ups:
        requests = (f"ServiceRequest/{id_}" for id_ in content.follow_ups)
        parts["activity"] = [{"reference": reference(request)} for request in requests]
    return parts
