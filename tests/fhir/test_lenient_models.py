"""What the models of fhir.resources let through is refused all the same, each with its place."""

import json
from typing import Any

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class

from service.domain.errors import Issue, SeurantaError
from service.fhir.parsing import parse
from service.fhir.validation import issues_of
from tests.fhir.resources import a_patient, an_observation, with_narrative

Json = dict[str, Any]


def judged(resource: Json) -> list[Issue]:
    """The issues of a resource as it comes in."""
    try:
        return issues_of(parse(json.dumps(resource).encode()))
    except SeurantaError as error:
        return list(error.issues)


PATIENT = "Patient"
LET_THROUGH = {
    "a decimal as text": (
        an_observation(valueQuantity={"value": "5.2"}),
        "Observation.value.value",
    ),
    "a number for a date": (a_patient(birthDate=1579046400), "Patient.birthDate"),
    "a text for a boolean": (a_patient(active="true"), "Patient.active"),
    "a number for a boolean": (a_patient(active=1), "Patient.active"),
    "a text for an integer": (a_patient(multipleBirthInteger="1"), "Patient.multipleBirth"),
    "a decimal for an integer": (a_patient(multipleBirthInteger=1.0), "Patient.multipleBirth"),
    "JSON as text": (a_patient(maritalStatus='{"text":"x"}'), "Patient.maritalStatus"),
    "a code outside its set": (a_patient(gender="banana"), "Patient.gender"),
    "another code outside its set": (an_observation(status="finaly"), "Observation.status"),
    "a reference to a wrong type": (
        an_observation(subject={"reference": "Practitioner/1"}),
        "Observation.subject.reference",
    ),
    "garbage for a reference": (
        an_observation(subject={"reference": "no reference at all"}),
        "Observation.subject.reference",
    ),
    "an address with spaces": (
        a_patient(identifier=[{"system": "urn: x", "value": "1"}]),
        "Patient.identifier[0].system",
    ),
    "a broken invariant": (
        an_observation(dataAbsentReason={"text": "lost"}),
        "Observation",
    ),
    "a contact without anything": (a_patient(contact=[{"gender": "male"}]), "Patient.contact[0]"),
    "a narrative with a script": (
        with_narrative(a_patient(), "<script>alert(1)</script>"),
        "Patient.text.div",
    ),
    "an id that is too long": (a_patient(id="a" * 65), "Patient.id"),
    "base64 that is none": (
        a_patient(photo=[{"contentType": "image/png", "data": "!!!"}]),
        "Patient.photo[0].data",
    ),
    "an empty list": (a_patient(name=[]), "Patient.name"),
    "an empty object": (a_patient(maritalStatus={}), "Patient.maritalStatus"),
    "a list of nothing": (a_patient(name=[{}]), "Patient.name[0]"),
    "nothing": (a_patient(gender=None), "Patient.gender"),
    "nothing in a list": (
        a_patient(name=[{"given": ["Aino", None]}]),
        "Patient.name[0].given[1]",
    ),
    "a name of Python's": (a_patient(birthDate__ext={"id": "a"}), "Patient.birthDate__ext"),
    "comments of old": (a_patient(fhir_comments=["x"]), "Patient.fhir_comments"),
    "comments inside": (
        a_patient(name=[{"text": "x", "fhir_comments": ["x"]}]),
        "Patient.name[0].fhir_comments",
    ),
    "a type inside a datatype": (
        a_patient(name=[{"text": "x", "resourceType": "HumanName"}]),
        "Patient.name[0].resourceType",
    ),
    "a member of R4B": (
        {"resourceType": "PlanDefinition", "status": "draft", "subjectCanonical": "http://x"},
        "PlanDefinition.subjectCanonical",
    ),
}


@pytest.mark.parametrize("hole", LET_THROUGH)
def test_what_the_models_let_through_is_refused_at_its_place(hole):
    resource, place = LET_THROUGH[hole]
    assert [issue.expression for issue in judged(resource)] == [place]


@pytest.mark.parametrize("hole", LET_THROUGH)
def test_the_models_do_let_it_through(hole):
    resource, _ = LET_THROUGH[hole]
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {"gender": "female"},
        {"resourceType": None},
        {"resourceType": 7},
        {"resourceType": "Coding"},
        {"resourceType": "DomainResource"},
        a_patient(contained=[{"resourceType": "Nothing", "id": "a"}]),
        a_patient(contained=[{"resourceType": 7, "id": "a"}]),
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": {"resourceType": "X"}}],
        },
    ],
)
def test_a_type_that_is_none_is_refused(resource):
    assert judged(resource)


def test_what_breaks_the_models_does_not_break_us():
    nested: Json = {"url": "http://example.org/x", "valueString": "x"}
    for _ in range(150):
        nested = {"url": "http://example.org/x", "extension": [nested]}
    assert "nested deeper" in judged(a_patient(extension=[nested]))[0].words


@pytest.mark.parametrize("text", ["1.00", "52.30", "12345678901234567890.123", "0.000", "1e2"])
def test_a_decimal_is_judged_and_its_bytes_are_left_alone(text):
    body = orjson.dumps(an_observation(valueQuantity={"value": 7, "unit": "x"}))
    assert issues_of(parse(body.replace(b'"value":7', f'"value":{text}'.encode()))) == []
