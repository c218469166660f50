"""What the clients send: people, and results that no protocol asks for."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
CROWD = 1_000
NAMESPACE = "urn:oid:1.2.246.10.99"


def a_person(value: str, family: str = "Nieminen") -> Json:
    """A person with an identifier."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": NAMESPACE, "value": value}],
        "name": [{"family": family, "given": ["Aino"]}],
        "gender": "female",
        "birthDate": "1960-03-14",
    }


def a_temperature(patient: str, number: int) -> Json:
    """A body temperature, one of many."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]},
        "subject": {"reference": patient},
        "effectiveDateTime": f"20{number // 365:02}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "valueQuantity": {"value": 36 + number % 30 / 10, "unit": "Cel"},
    }


def a_crowd(value: str) -> Json:
    """A transaction with one person and a thousand results of theirs."""
    person = "urn:uuid:6d1f9d6c-0a2b-4c3d-9e8f-000000000000"
    entries = [_created(a_person(value), person)]
    entries += [_created(a_temperature(person, number)) for number in range(CROWD)]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _created(resource: Json, full_url: str = "") -> Json:
    entry: Json = {
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }
    return {"fullUrl": full_url, **entry} if full_url else entry


def locations(answer: Json) -> Iterator[str]:
    """`Type/id` of each entry of a transaction's answer."""
    for entry in answer["entry"]:
        before, _, _ = entry["response"]["location"].partition("/_history/")
        yield "/".join(before.split("/")[-2:])
