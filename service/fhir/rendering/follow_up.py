"""A follow-up as a ServiceRequest with intent plan (R4 servicerequest.html); its timing is added at reading."""

import orjson

from service.domain.care_plan import FollowUpContent
from service.domain.catalogue import Catalogue
from service.fhir.rendering.adjustment import request_with
from service.fhir.rendering.made import Json, concept, day_text, meta, reference


def service_request(content: FollowUpContent) -> bytes:
    """A new follow-up."""
    resource: Json = {
        "resourceType": "ServiceRequest",
        "id": content.id,
        "meta": meta("follow-up", invented=content.invented),
        "instantiatesCanonical": list(content.protocols),
        "basedOn": [reference(f"CarePlan/{content.care_plan}")],
        "status": content.status.value,
        "intent": "plan",
        "category": [concept("activity-kind", content.kind, {})],
        "code": concept("activity", content.activity, content.names),
        "subject": reference(f"Patient/{content.patient}"),
        "authoredOn": day_text(content.authored_on),
        "performerType": concept("performer", content.performer.replace(" ", "-"), {}),
    }
    return orjson.dumps(resource)


def with_changes(body: bytes, content: FollowUpContent, catalogue: Catalogue) -> bytes:
    """The follow-up as people have it, with its status, protocols and decisions of now."""
    changes: Json = {"status": content.status.value}
    if content.protocols:  # one that nobody asks for any more names those that did
        changes["instantiatesCanonical"] = list(content.protocols)
    decided = request_with(orjson.loads(body), content.decided, catalogue)
    return orjson.dumps(decided | changes)
