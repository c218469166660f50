"""A contact with a person as a Communication (R4 communication.html), by the profile `contact`."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import orjson

from service.clock import CLINIC_ZONE
from service.domain.outreach import UNREACHED, Channel, Outreach
from service.domain.protocol import Names
from service.fhir.evidence.communication import OUTCOME, RESULTS
from service.fhir.rendering.made import BASE, Json, concept, day_text, meta, reference

KEYS: Final = f"{BASE}/sid/idempotency-key"
"""Identifies a contact by the key that its request bore."""
REQUESTS: Final = f"{BASE}/sid/request-digest"
"""Tells what that request asked for, so that its key is of no use for another one."""
# The nearest codes of the code system that R4 gives as an example for the medium.
_MODES: Final[Mapping[Channel, str]] = {
    Channel.PHONE: "PHONE",
    Channel.MESSAGE: "ELECTRONIC",
    Channel.SMS: "SMSWRIT",
    Channel.LETTER: "MAILWRIT",
    Channel.IN_PERSON: "FACE",
    Channel.VIDEO: "VIDEOCONF",
}
_PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"


class ContactContent(NamedTuple):
    """What a contact's Communication says; `issuer` is who vouches for the author's name.

    `key` and `request` are the digests that tell a repeated request; empty without a key.
    """

    patient: str
    outreach: Outreach
    result_names: Names
    channel_names: Names
    note: str
    issuer: str
    invented: bool
    key: str = ""
    request: str = ""


def communication(content: ContactContent) -> bytes:
    """A new contact."""
    told = content.outreach
    medium = concept("contact-channel", told.channel.value, content.channel_names)
    medium["coding"].append({"system": _PARTICIPATION, "code": _MODES[told.channel]})
    resource: Json = {
        "resourceType": "Communication",
        "meta": meta("contact", invented=content.invented),
        "extension": [_outcome(content)],
        "status": "not-done" if told.result in UNREACHED else "completed",
        "medium": [medium],
        "subject": reference(f"Patient/{content.patient}"),
        "sent": told.at.astimezone(CLINIC_ZONE).isoformat(timespec="milliseconds"),
        "recipient": [reference(f"Patient/{content.patient}")],
        "sender": {"identifier": {"system": content.issuer, "value": told.author}},
    }
    return orjson.dumps(resource | _where_given(content))


def entered_in_error(body: bytes) -> bytes:
    """A contact that was none."""
    return orjson.dumps(orjson.loads(body) | {"status": "entered-in-error"})


def request_of(body: bytes) -> str:
    """The digest of the request that a contact was recorded by; empty where it bore no key."""
    found = orjson.loads(body).get("identifier", ())
    return next((one["value"] for one in found if one.get("system") == REQUESTS), "")


def _outcome(content: ContactContent) -> Json:
    told = content.outreach
    [result] = concept("contact-result", told.result.value, content.result_names)["coding"]
    parts: list[Json] = [
        {"url": "result", "valueCoding": result | {"system": RESULTS}},
        {"url": "back-on", "valueDate": day_text(told.back_on)},
    ]
    if told.booked_for:
        at = told.booked_for.astimezone(CLINIC_ZONE).isoformat(timespec="seconds")
        parts.append({"url": "booked-for", "valueDateTime": at})
    if told.unit:
        parts.append({"url": "unit", "valueReference": reference(f"Organization/{told.unit}")})
    return {"url": OUTCOME, "extension": parts}


def _where_given(content: ContactContent) -> Json:
    found: Json = {}
    if content.key:
        found["identifier"] = [
            {"system": KEYS, "value": content.key},
            {"system": REQUESTS, "value": content.request},
        ]
    if content.outreach.follow_ups:
        about = (f"ServiceRequest/{one}" for one in content.outreach.follow_ups)
        found["about"] = [reference(one) for one in about]
    if content.note:
        found["payload"] = [{"contentString": content.note}]
    return found
