"""How to address and call a person: name, phone and safety labels, as their Patient resource says.

Source: R4 datatypes.html#HumanName (the official name that is in use), #ContactPoint (by rank).
"""

from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

Json: TypeAlias = dict[str, Any]

_INTERPRETER: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_LAST: Final = 1_000_000


class ContactDetails(NamedTuple):
    """A person's name and phone, empty where not told, and whether they need an interpreter."""

    name: str = ""
    phone: str = ""
    needs_interpreter: bool = False


def contact_details(body: bytes, *, on: date) -> ContactDetails:
    """The details that a Patient resource gives for a day."""
    patient: Json = orjson.loads(body)
    extensions = patient.get("extension", ())
    return ContactDetails(
        name=_name(patient.get("name", ()), on),
        phone=_phone(patient.get("telecom", ()), on),
        needs_interpreter=any(
            one.get("url") == _INTERPRETER and one.get("valueBoolean") is True for one in extensions
        ),
    )


def _name(names: list[Json], on: date) -> str:
    usable = [one for one in names if one.get("use") not in {"old", "maiden"} and _holds(one, on)]
    usable.sort(key=lambda one: one.get("use") != "official")
    for one in usable:
        # A given name that has an extension alone is null here.
        written = " ".join(filter(None, (*one.get("given", ()), one.get("family"))))
        if written or one.get("text"):
            return str(written or one["text"])
    return ""


def _phone(telecom: list[Json], on: date) -> str:
    phones = [
        one
        for one in telecom
        if one.get("system") == "phone" and one.get("value") and one.get("use") != "old"
    ]
    phones = [one for one in phones if _holds(one, on)]
    return str(min(phones, key=lambda one: one.get("rank", _LAST))["value"]) if phones else ""


def _holds(one: Json, on: date) -> bool:
    """Whether its period, where it has one, covers the day; a partial date by its beginning."""
    period = one.get("period", {})
    day = on.isoformat()
    start, end = period.get("start", "")[:10], period.get("end", "")[:10]
    return start <= day and (not end or day[: len(end)] <= end)
