"""Whose data a resource is."""

from typing import Any

import pytest

from service.fhir.patients import patients_of
from service.fhir.types import PATIENT_DATA, SERVED_TYPES
from tests.fhir.examples import sound
from tests.fhir.resources import a_bundle, a_patient, an_observation

OWN = "https://own.example/fhir"


@pytest.mark.parametrize(
    ("resource", "patients"),
    [
        (a_patient(id="7"), ("7",)),
        (an_observation(), ("1",)),
        (an_observation(performer=[{"reference": "Patient/2"}]), ("1",)),
        (an_observation(subject={"reference": f"{OWN}/Patient/3"}), ("3",)),
        (an_observation(subject={"reference": "https://other.example/Patient/3"}), ()),
        (an_observation(subject={"reference": "Group/3"}), ()),
        (an_observation(subject={"display": "someone"}), ()),
        ({"resourceType": "Task", "for": {"reference": "Patient/4"}}, ("4",)),
        ({"resourceType": "RelatedPerson", "patient": {"reference": "Patient/5"}}, ("5",)),
        ({"resourceType": "Organization", "name": "x"}, ()),
        (
            {
                "resourceType": "Appointment",
                "participant": [
                    {"actor": {"reference": "Practitioner/1"}},
                    {"actor": {"reference": "Patient/6"}},
                    {"actor": {"reference": "Patient/6"}},
                ],
            },
            ("6",),
        ),
        (
            {
                "resourceType": "Group",
                "member": [
                    {"entity": {"reference": "Patient/1"}},
                    {"entity": {"reference": "Patient/2"}},
                ],
            },
            ("1", "2"),
        ),
        (a_bundle("collection", {"resource": an_observation()}, {"fullUrl": "x"}), ("1",)),
    ],
)
def test_a_resource_is_about_its_subject(
    resource: dict[str, Any], patients: tuple[str, ...]
) -> None:
    assert patients_of(resource, base_url=OWN) == patients


def test_no_example_outside_patient_data_is_about_a_patient() -> None:
    others = set(SERVED_TYPES) - PATIENT_DATA
    found = [patients_of(resource) for resource in sound() if resource["resourceType"] in others]
    assert found
    assert not any(found)
