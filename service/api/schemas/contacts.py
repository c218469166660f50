"""What is sent of a contact with a person, and what is told of one: plain members, ISO days and instants.

A wrong value is never repeated in the answer: it might be a person's identity code.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeAlias

import orjson
from marshmallow import Schema
from typing_extensions import override

from service.api.schemas.parameters import (
    Choice,
    Day,
    Ids,
    Instant,
    Number,
    One,
    Sealed,
    read_parameters,
)
from service.clock import CLINIC_ZONE
from service.domain.errors import Invalid, Malformed
from service.domain.outreach import (
    Channel,
    NotedOutreach,
    OutreachResult,
    ToRecord,
)
from service.wording.outreach import next_step, result_name
from service.wording.words import Words

MOST_CONTACTS: Final = 100
LONGEST_NOTE: Final = 2_000
_USUAL_CONTACTS: Final = 20
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_KEY: Final = re.compile(r'"([!#-\[\]-~]{1,255})"|([!#-\[\]-~]{1,255})', re.ASCII)

Json: TypeAlias = dict[str, Any]


class Id(One):
    """The id of a resource."""

    allowed = "the id of a resource"

    @override
    def read(self, text: str) -> str | None:
        """The id."""
        return text if _ID.fullmatch(text) else None


class Note(One):
    """What was written, as it is."""

    allowed = f"a text of at most {LONGEST_NOTE} characters"

    @override
    def read(self, text: str) -> str | None:
        """The text; FHIR has no control characters but tab and line ends."""
        is_plain = all(letter.isprintable() or letter in "\t\r\n" for letter in text)
        return text if is_plain and len(text) <= LONGEST_NOTE else None


_TO_RECORD: Final = Schema.from_dict(
    {
        "patient": Id(required=True),
        "follow_ups": Ids(),
        "channel": Choice({one.value: one for one in Channel}, required=True),
        "result": Choice({one.value: one for one in OutreachResult}, required=True),
        "back_on": Day(),
        "booked_for": Instant(),
        "note": Note(),
    }
)()
_OPENED: Final = Schema.from_dict({"patient": Id(required=True)})()
_ASKED: Final = Schema.from_dict(
    {
        "patient": Id(required=True),
        "limit": Number(1, MOST_CONTACTS, load_default=_USUAL_CONTACTS),
        "cursor": Sealed(load_default=""),
    }
)()


def contact_sent(body: bytes, key: str) -> ToRecord:
    """The contact that a body asks to record, under an idempotency key; Invalid names what is wrong."""
    members = read_parameters(_TO_RECORD, _texts(body, _TO_RECORD))
    return ToRecord(**members, key=_plain_key(key))


def person_sent(body: bytes) -> str:
    """The id of the person whom a body names."""
    patient: str = read_parameters(_OPENED, _texts(body, _OPENED))["patient"]
    return patient


def contacts_asked(pairs: list[tuple[str, str]]) -> tuple[str, int, str]:
    """Whose contacts are asked for, how many at most, and the cursor of the page."""
    given = read_parameters(_ASKED, pairs)
    return given["patient"], given["limit"], given["cursor"]


def contact(words: Words, patient: str, noted: NotedOutreach, note: str) -> Json:
    """A contact as it is told to those who care for the person."""
    told = noted.outreach
    return {
        "id": noted.id,
        "patient": patient,
        "at": _clinic_time(told.at),
        "on": told.day,
        "channel": told.channel,
        "result": told.result,
        "name": result_name(words, told),
        "again_on": told.back_on,
        "booked_for": _clinic_time(told.booked_for) if told.booked_for else None,
        "follow_ups": told.follow_ups,
        "note": note,
        "author": told.author,
        "unit": told.unit,
        "next_step": next_step(words, told) or None,
    }


def _texts(body: bytes, schema: Schema) -> Iterator[tuple[str, str]]:
    """The members of a JSON object as parameters are given: a text, or several; null is none."""
    try:
        members = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("The body must be a JSON object.") from None
    if not isinstance(members, dict):
        raise Malformed("The body must be a JSON object.")
    for name, value in members.items():
        several = value if isinstance(value, list) else [value]
        if value is None:
            continue
        if not all(isinstance(one, str) for one in several):
            known = name if name in schema.fields else ""
            raise Invalid(
                f"`{known}`: it must be a text." if known else "A member is no text.", known
            )
        yield from ((name, one) for one in several)


def _plain_key(sent: str) -> str:
    """The key of the header, with or without the quotes of a structured field (RFC 8941, 3.3.3)."""
    if not sent:
        return ""
    match = _KEY.fullmatch(sent.strip())
    if match is None:
        words = (
            "`Idempotency-Key`: it must be at most 255 printable characters of ASCII, in quotes."
        )
        raise Invalid(words, "Idempotency-Key")
    return match[1] or match[2]


def _clinic_time(at: datetime) -> str:
    return at.astimezone(CLINIC_ZONE).isoformat(timespec="seconds")
