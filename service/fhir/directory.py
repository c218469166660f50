"""The directory entries that Patient, Organization and Location resources hold.

Source: R4 patient.html, organization.html, location.html; HL7 Finland base profiles 2.0.0-rc2 for
the identity code (the identifier of use official), the home municipality and non-disclosure.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from service.domain.directory import Person, Place, Unit
from service.fhir.identity_code import SYSTEM as IDENTITY_CODE
from service.fhir.timing import clinic_day_of

Json: TypeAlias = dict[str, Any]

_FINLAND: Final = "https://hl7.fi/fhir/finnish-base-profiles"
_MUNICIPALITY: Final = f"{_FINLAND}/StructureDefinition/municipality-code"
_MUNICIPALITY_SYSTEM: Final = "urn:oid:1.2.246.537.6.21"
_NON_DISCLOSURE: Final = "TURVAKIELTO"
_INVENTED: Final = "HTEST"
_ENROLS_ON_ARRIVAL: Final = "https://seuranta.example/fhir/StructureDefinition/enrols-on-arrival"
_REPLACED: Final = "replaced-by"
_LANGUAGES: Final = ("fi", "sv", "en")
_MAIN_SUBTAG: Final = 2


def person_of(resource: Json, identity_key: bytes) -> Person:
    """Who a Patient is; the identity code only as a keyed digest, from which it cannot be guessed."""
    labels = _labels(resource)
    return Person(
        born_on=_day(resource.get("birthDate")),
        died_on=_day(resource.get("deceasedDateTime")),
        sex=resource.get("gender", ""),
        language=_language(resource),
        municipality=_municipality(resource),
        identity=_identity(resource, identity_key),
        non_disclosure=_NON_DISCLOSURE in labels,
        invented=_INVENTED in labels,
    )


def unit_of(resource: Json) -> Unit:
    """What an Organization is called, belongs to and decides."""
    parent = resource.get("partOf", {}).get("reference", "")
    settings: dict[str, Json] = {one["url"]: one for one in resource.get("extension", ())}
    telecom: list[Json] = resource.get("telecom", [])
    phones = [one.get("value", "") for one in telecom if one.get("system") == "phone"]
    return Unit(
        name=resource.get("name", ""),
        part_of=parent.removeprefix("Organization/"),
        enrols_on_arrival=settings.get(_ENROLS_ON_ARRIVAL, {}).get("valueBoolean", False),
        phone=phones[0] if phones else "",
        invented=_INVENTED in _labels(resource),
    )


def place_of(resource: Json) -> Place | None:
    """Where a Location lies, if it says so: of its organisation, of the municipality it names."""
    position = resource.get("position")
    unit = resource.get("managingOrganization", {}).get("reference", "")
    if not position or not unit:
        return None
    codes = (
        one.get("value", "")
        for one in resource.get("identifier", ())
        if one.get("system") == _MUNICIPALITY_SYSTEM
    )
    return Place(
        unit.removeprefix("Organization/"),
        next(codes, ""),
        float(position["latitude"]),
        float(position["longitude"]),
    )


def _labels(resource: Json) -> set[str]:
    return {one.get("code", "") for one in resource.get("meta", {}).get("security", ())}


def _day(text: str | None) -> Any:
    found = clinic_day_of(text) if text else None
    return found.day if found else None


def _language(resource: Json) -> str:
    """The preferred language as its main subtag, also where a code system writes it in capitals."""
    spoken = resource.get("communication", ())
    preferred = [one for one in spoken if one.get("preferred")] or list(spoken)
    for one in preferred:
        for coding in one.get("language", {}).get("coding", ()):
            code: str = coding.get("code", "").lower()
            if code:
                return code[:_MAIN_SUBTAG] if code[:_MAIN_SUBTAG] in _LANGUAGES else code
    return ""


def _municipality(resource: Json) -> str:
    for one in resource.get("extension", ()):
        if one.get("url") == _MUNICIPALITY:
            code: str = one.get("valueCoding", {}).get("code", "")
            return code
    return ""


def _identity(resource: Json, identity_key: bytes) -> str:
    """The digest; of a Patient in whose place another is used the other one bears it."""
    if any(one.get("type") == _REPLACED for one in resource.get("link", ())):
        return ""
    for code in _identity_codes(resource):
        return hmac.new(identity_key, code.encode(), hashlib.sha256).hexdigest()
    return ""


def _identity_codes(resource: Json) -> Iterator[str]:
    for one in resource.get("identifier", ()):
        if one.get("system") == IDENTITY_CODE and one.get("value"):
            yield one["value"]
