"""Builders of resources for the tests of the FHIR edge: valid, with what matters given by the test."""

from typing import Any

Resource = dict[str, Any]

HETU = "urn:oid:1.2.246.21"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def an_observation(**members: Any) -> Resource:
    """A final HbA1c of patient 1."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "59261-8"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2027-03-12T09:30:00+02:00",
        "valueQuantity": {"value": 61, "unit": "mmol/mol", "system": UCUM, "code": "mmol/mol"},
    } | members


def a_patient(**members: Any) -> Resource:
    """A patient with a name."""
    return {
        "resourceType": "Patient",
        "id": "1",
        "name": [{"family": "Räsänen", "given": ["Åsa", "Maria"]}],
        "gender": "female",
        "birthDate": "1953-05-07",
    } | members


def a_condition(**members: Any) -> Resource:
    """An active condition of patient 1."""
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
        "code": {"text": "Type 2 diabetes"},
        "subject": {"reference": "Patient/1"},
    } | members


def with_narrative(resource: Resource, inside: str) -> Resource:
    """The resource with a narrative of this content."""
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>'
    return resource | {"text": {"status": "generated", "div": div}}


def a_bundle(kind: str, *entries: Resource, **members: Any) -> Resource:
    """A Bundle of some entries."""
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)} | members


def a_create(resource: Resource, full_url: str = "") -> Resource:
    """An entry that creates a resource."""
    entry = {
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }
    return entry | ({"fullUrl": full_url} if full_url else {})


def without(resource: Resource, *members: str) -> Resource:
    """The resource without some members."""
    return {name: value for name, value in resource.items() if name not in members}
