"""Patient as HL7 Finland's base profile 2.0.0-rc2 describes it.

Source: https://hl7.fi/fhir/finnish-base-profiles (identifier with use official is the personal
identity code; home municipality and interpreter as extensions; non-disclosure in meta.security).
"""

from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.person import Person
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import INVENTED, Json, coding, concept

_LABEL: Final = coding(codes.SECURITY_LABEL, "TURVAKIELTO")


def add_patient(chart: Chart) -> None:
    """Put the Patient into the record."""
    person = chart.person
    content: Json = {
        "extension": _extensions(person),
        "identifier": [_identity_code(person)],
        "active": True,
        "name": [_name(person)],
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": person.sex,
        "birthDate": person.born_on.isoformat(),
        "address": [{"use": "home", "city": person.home.name, "country": "FI"}],
        "communication": [_communication(person)],
        "managingOrganization": chart.refer(person.county.organisation.id),
    }
    if person.died_on:
        content["deceasedDateTime"] = person.died_on.isoformat()
    if person.registered:
        content["generalPractitioner"] = [chart.refer(person.unit.organisation.id)]
    labels = [INVENTED, _LABEL] if person.protected else [INVENTED]
    chart.put("Patient", content, id_=person.id, meta={"security": labels})


def _identity_code(person: Person) -> Json:
    return {
        "use": "official",
        "type": concept(coding(codes.IDENTIFIER_TYPE, "NNFIN")),
        "system": codes.IDENTITY_CODE,
        "value": person.identity_code,
    }


def _name(person: Person) -> Json:
    return {
        "use": "official",
        "text": f"{person.given} {person.family}",
        "family": person.family,
        "given": [person.given],
    }


def _communication(person: Person) -> Json:
    return {"language": concept(coding(codes.LANGUAGE, person.language)), "preferred": True}


def _extensions(person: Person) -> list[Json]:
    home = coding(codes.MUNICIPALITY, person.home.code, person.home.name)
    found: list[Json] = [{"url": codes.MUNICIPALITY_CODE, "valueCoding": home}]
    if person.needs_interpreter:
        found.append({"url": codes.INTERPRETER_REQUIRED, "valueBoolean": True})
    return found
