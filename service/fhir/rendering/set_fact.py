"""What a professional sets of a patient as an Observation (docs/set-by-professionals.md)."""

from datetime import date
from typing import NamedTuple

import orjson

from service.domain.protocol import Names
from service.fhir.rendering.made import INVENTED, Json, concept, day_text, reference


class SetContent(NamedTuple):
    """What is set: one of an item's findings, from a day, to a last day or until another answer comes.

    `author` is who says it, `issuer` who vouches for that name.
    """

    patient: str
    item: str
    item_names: Names
    finding: str
    finding_names: Names
    from_day: date
    until: date | None
    author: str
    issuer: str
    invented: bool


def observation(content: SetContent) -> bytes:
    """A new Observation."""
    resource: Json = {
        "resourceType": "Observation",
        "status": "final",
        "code": concept("item", content.item, content.item_names),
        "subject": reference(f"Patient/{content.patient}"),
        "performer": [{"identifier": {"system": content.issuer, "value": content.author}}],
        "valueCodeableConcept": concept("finding", content.finding, content.finding_names),
    }
    first = day_text(content.from_day)
    if content.until:
        resource["effectivePeriod"] = {"start": first, "end": day_text(content.until)}
    else:
        resource["effectiveDateTime"] = first
    if content.invented:
        resource["meta"] = {"security": [INVENTED]}
    return orjson.dumps(resource)


def set_in_error(body: bytes) -> bytes:
    """One that should not have been set."""
    return orjson.dumps(orjson.loads(body) | {"status": "entered-in-error"})


def author_of(body: bytes) -> str:
    """The name under which its first performer is known; empty where it is told by a reference alone."""
    performers = orjson.loads(body).get("performer", ())
    first = performers[0] if performers else {}
    return str(first.get("display") or first.get("identifier", {}).get("value", ""))
