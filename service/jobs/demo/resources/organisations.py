"""Organization, Practitioner, Location and HealthcareService of the region, as ready Bundle entries.

Source: https://hl7.org/fhir/R4/organization.html, practitioner.html, location.html,
healthcareservice.html; HL7 Finland base profiles 2.0.0-rc2. They come again in each person's Bundle
with `ifNoneExist` on their business identifier, so that any Bundle can be sent alone.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final
from uuid import NAMESPACE_OID, uuid5

import orjson

from service.jobs.demo.region import Organisation, Unit, Worker, region
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import INVENTED, Json, coding, concept, reference

_TYPES: Final = {"county": "govt", "hospital": "prov", "unit": "prov", "laboratory": "prov"}
_RIGHTS: Final = {"nurse": "sairaanhoitaja", "physician": "lääkäri"}


@cache
def entry_of(id_: str) -> orjson.Fragment:
    """The Bundle entry of an Organization or Practitioner of the region, by its id."""
    return _entries()[id_]


def all_entries() -> Iterator[orjson.Fragment]:
    """Every entry of the region: organisations before what refers to them."""
    yield from _entries().values()
    for _, unit in region().units():
        yield _location(unit)
        yield _service(unit)


@cache
def _entries() -> dict[str, orjson.Fragment]:
    organisations = {one.id: _organization(one) for one in region().organisations()}
    return organisations | {who.id: _practitioner(who) for who in region().workers()}


def _organization(one: Organisation) -> orjson.Fragment:
    content: Json = {
        "active": True,
        "type": [concept(coding(codes.ORGANISATION_TYPE, _TYPES[one.kind]))],
        "name": one.name,
        "alias": [one.swedish],
        "telecom": [_phone(one.phone)],
    }
    if one.kind == "unit":
        content["extension"] = [{"url": codes.ENROLS_ON_ARRIVAL, "valueBoolean": True}]
    if one.parent:
        content["partOf"] = reference(one.parent)
    return _entry("Organization", one.id, identifier=_registered(one.oid), content=content)


def _practitioner(who: Worker) -> orjson.Fragment:
    name: Json = {
        "text": f"{who.given} {who.family}",
        "family": who.family,
        "given": [who.given],
    }
    qualification: Json = {
        "code": {"text": _RIGHTS[who.profession]},
        "issuer": reference(who.unit),
    }
    identifier: Json = {
        "use": "official",
        "system": codes.PROFESSIONAL_REGISTER,
        "value": who.number,
    }
    content: Json = {"active": True, "name": [name], "qualification": [qualification]}
    return _entry("Practitioner", who.id, identifier=identifier, content=content)


def _location(unit: Unit) -> orjson.Fragment:
    place = unit.municipality
    content: Json = {
        "status": "active",
        "name": unit.organisation.name,
        "address": {"city": place.name, "country": "FI"},
        "position": {"longitude": place.longitude, "latitude": place.latitude},
        "managingOrganization": reference(unit.organisation.id),
    }
    identifier: Json = {"system": codes.MUNICIPALITY, "value": place.code}
    return _entry("Location", _id_of(unit, "location"), identifier=identifier, content=content)


def _service(unit: Unit) -> orjson.Fragment:
    """The appointment desk: who to call, when it answers, and in which languages."""
    office_hours: Json = {
        "daysOfWeek": ["mon", "tue", "wed", "thu", "fri"],
        "availableStartTime": "08:00:00",
        "availableEndTime": "16:00:00",
    }
    content: Json = {
        "active": True,
        "providedBy": reference(unit.organisation.id),
        "location": [reference(_id_of(unit, "location"))],
        "name": "Ajanvaraus",
        "telecom": [_phone(unit.organisation.phone)],
        "communication": [concept(coding(codes.LANGUAGE, language)) for language in ("fi", "sv")],
        "availableTime": [office_hours],
    }
    identifier = _registered(f"{unit.organisation.oid}.2")
    id_ = _id_of(unit, "service")
    return _entry("HealthcareService", id_, identifier=identifier, content=content)


def _entry(kind: str, id_: str, *, identifier: Json, content: Json) -> orjson.Fragment:
    head: Json = {
        "resourceType": kind,
        "id": id_,
        "meta": {"security": [INVENTED]},
        "identifier": [identifier],
    }
    condition = f"identifier={identifier['system']}|{identifier['value']}"
    entry: Json = {
        "fullUrl": f"urn:uuid:{id_}",
        "resource": head | content,
        "request": {"method": "POST", "url": kind, "ifNoneExist": condition},
    }
    return orjson.Fragment(orjson.dumps(entry))


def _registered(oid: str) -> Json:
    return {
        "use": "official",
        "system": codes.ORGANISATION_REGISTER,
        "value": f"urn:oid:{oid}",
    }


def _phone(number: str) -> Json:
    return {"system": "phone", "value": number, "use": "work"}


def _id_of(unit: Unit, what: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"{unit.organisation.oid}/{what}"))
