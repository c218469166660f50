"""The fast verdict: what is refused, where it says so, and in which words."""

from typing import Any

import pytest

from service.fhir.parsing import parse
from service.fhir.validation import issues_of
from tests.fhir.examples import DEFECTS, official, refused, synthea
from tests.fhir.resources import (
    a_bundle,
    a_condition,
    a_create,
    a_patient,
    an_observation,
    without,
)
from tests.fhir.verdicts import the_issue

URN = "urn:uuid:0b0c4e7e-4b5b-4a51-8d4a-7d6f3f2a9c11"


def test_the_official_examples_are_sound_but_for_their_true_defects() -> None:
    known = {example.name for example in official()} & set(DEFECTS)
    assert {name for name, _ in refused(official())} == known


def test_the_sample_covers_every_served_type_that_has_examples() -> None:
    assert len({example.name.partition("/")[0] for example in official()}) >= 63


def test_simulated_patients_are_sound() -> None:
    for bundle in synthea():
        assert issues_of(parse(bundle)) == []


def test_a_sound_resource_has_no_issues() -> None:
    assert issues_of(an_observation()) == []
    assert issues_of(a_patient()) == []


def test_a_wrong_code_is_told_with_the_right_ones() -> None:
    issue = the_issue(an_observation(status="finaly"))
    assert issue.expression == "Observation.status"
    assert issue.code == "code-invalid"
    assert issue.words.startswith("`finaly` is not one of registered, preliminary, final,")


@pytest.mark.parametrize(
    ("resource", "expression", "words"),
    [
        (an_observation(foo=1), "Observation.foo", "`foo` is no element of Observation"),
        (an_observation(statuss="x"), "Observation.statuss", "is `status` meant?"),
        (without(an_observation(), "code"), "Observation.code", "`code` is missing"),
        (without(an_observation(), "status"), "Observation.status", "`status` is missing"),
        (an_observation(note=[]), "Observation.note", "empty: leave the element out"),
        (an_observation(method={}), "Observation.method", "empty: leave the element out"),
        (an_observation(method=None), "Observation.method", "null is no value"),
        (an_observation(note={"text": "x"}), "Observation.note", "an array is expected"),
        (an_observation(method="x"), "Observation.method", "an object (CodeableConcept)"),
        (an_observation(issued="2027-03-12"), "Observation.issued", "`2027-03-12` is not a day"),
        (a_patient(birthDate="2027-02-31"), "Patient.birthDate", "a day of the calendar"),
        (a_patient(birthDate="1900-02-29"), "Patient.birthDate", "a day of the calendar"),
        (a_patient(active="true"), "Patient.active", "true or false, without quotation marks"),
        (a_patient(multipleBirthInteger=1.0), "Patient.multipleBirth", "a whole number"),
        (a_patient(id="a" * 65), "Patient.id", "1 to 64 letters"),
        (a_patient(language=" fi"), "Patient.language", "without leading"),
        (a_patient(name=[{"given": ["a", 5]}]), "Patient.name[0].given[1]", "text that is not"),
        (a_patient(name=[{"given": ["a", ""]}]), "Patient.name[0].given[1]", "text that is not"),
        (a_patient(name=[{"text": "\x00"}]), "Patient.name[0].text", "control characters"),
        (a_patient(name=[{"text": "x" * 1_048_577}]), "Patient.name[0].text", "1 MiB"),
        (
            a_patient(photo=[{"data": "!!", "contentType": "a/b"}]),
            "Patient.photo[0].data",
            "base64",
        ),
        (
            an_observation(valueString="x"),
            "Observation.value",
            "only one of `value[x]` may be given, here stand valueQuantity and valueString",
        ),
        (
            an_observation(_valueString={"id": "x"}),
            "Observation.value",
            "here stand valueQuantity and valueString",
        ),
        (
            {
                "resourceType": "MedicationRequest",
                "status": "active",
                "intent": "order",
                "subject": {"reference": "Patient/1"},
            },
            "MedicationRequest.medication",
            "`medication[x]` is missing: give one of medicationCodeableConcept",
        ),
        (
            a_condition(clinicalStatus={"text": "on"}),
            "Condition.clinicalStatus",
            "no coding is one of active (",
        ),
        (
            {"resourceType": "PlanDefinition", "status": "draft", "subjectCanonical": "http://x.y"},
            "PlanDefinition.subjectCanonical",
            "is no element of PlanDefinition in R4 4.0.1",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    resource: dict[str, Any], expression: str, words: str
) -> None:
    issue = the_issue(resource)
    assert issue.expression == expression
    assert words in issue.words


def test_all_issues_come_at_once() -> None:
    resource = without(an_observation(status="finaly", foo=1, issued="today"), "code")
    found = {issue.expression for issue in issues_of(resource)}
    assert found == {
        "Observation.status",
        "Observation.foo",
        "Observation.issued",
        "Observation.code",
    }


def test_a_required_value_may_be_replaced_by_the_reason_why_it_is_not_there() -> None:
    absent = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    reason = {"extension": [{"url": absent, "valueCode": "unknown"}]}
    assert issues_of(without(an_observation(), "status") | {"_status": reason}) == []


def test_translations_of_an_extension_are_legal() -> None:
    translated = {"url": "http://example.org/x", "_valueString": {"id": "a"}}
    assert issues_of(a_patient(extension=[translated])) == []


def test_no_break_spaces_are_text() -> None:
    assert issues_of(a_patient(name=[{"text": "\u00a0"}])) == []


@pytest.mark.parametrize(
    "pointer",
    [
        "Patient/1",
        "Patient/1/_history/2",
        "http://example.org/fhir/Patient/1",
        "http://example.org/what/ever",
        "urn:uuid:0b0c4e7e-4b5b-4a51-8d4a-7d6f3f2a9c11",
        "urn:oid:1.2.3",
    ],
)
def test_references_to_an_allowed_type_are_sound(pointer: str) -> None:
    assert issues_of(an_observation(subject={"reference": pointer})) == []


@pytest.mark.parametrize(
    "pointer",
    ["Practitioner/1", "http://example.org/fhir/Practitioner/1", "Practitioner/1/_history/1"],
)
def test_a_reference_to_a_wrong_type_is_refused(pointer: str) -> None:
    issue = the_issue(an_observation(subject={"reference": pointer}))
    assert issue.expression == "Observation.subject.reference"
    assert issue.words == "a reference to Device or Group or Location or Patient is expected here"


def test_the_type_beside_a_reference_must_fit_too() -> None:
    issue = the_issue(an_observation(subject={"type": "Practitioner", "display": "x"}))
    assert issue.expression == "Observation.subject.type"


@pytest.mark.parametrize("pointer", ["Patient", "Patient 1", "patient/1", "../Patient/1", "1", "?"])
def test_what_is_no_reference_is_refused(pointer: str) -> None:
    issue = the_issue(an_observation(subject={"reference": pointer}))
    assert issue.words.startswith("not a reference")


def test_a_conditional_reference_is_for_transactions() -> None:
    resource = an_observation(subject={"reference": "Patient?identifier=http://x.y|1"})
    assert the_issue(resource).code == "not-supported"
    assert issues_of(resource, in_transaction=True) == []
    assert issues_of(a_bundle("transaction", a_create(resource))) == []


def test_a_conditional_reference_to_a_wrong_type_is_refused() -> None:
    resource = an_observation(subject={"reference": "Practitioner?identifier=1"})
    (issue,) = issues_of(resource, in_transaction=True)
    assert issue.words.startswith("a reference to Device")


def test_the_entries_of_a_bundle_are_judged_at_their_places() -> None:
    bundle = a_bundle(
        "transaction",
        a_create(a_patient()),
        a_create(an_observation()),
        a_create(an_observation(status="finaly")),
    )
    assert the_issue(bundle).expression == "Bundle.entry[2].resource.status"


def test_an_entry_that_is_judged_alone_can_say_where_it_stands() -> None:
    (issue,) = issues_of(an_observation(status="finaly"), "Bundle.entry[7].resource")
    assert issue.expression == "Bundle.entry[7].resource.status"


def test_a_reference_to_another_entry_must_find_a_fitting_type() -> None:
    pointing = an_observation(subject={"reference": URN})
    practitioner = {"resourceType": "Practitioner"}
    bundle = a_bundle("transaction", a_create(practitioner, URN), a_create(pointing))
    issue = the_issue(bundle)
    assert issue.expression == "Bundle.entry[1].resource.subject.reference"
    assert "Patient" in issue.words
    assert issues_of(a_bundle("transaction", a_create(a_patient(), URN), a_create(pointing))) == []


def test_the_resources_of_parameters_are_judged_at_any_depth() -> None:
    wrong = {"name": "b", "resource": an_observation(status="finaly")}
    outer = {"name": "a", "part": [{"name": "x", "valueCode": "y"}, wrong]}
    parameters = {"resourceType": "Parameters", "parameter": [outer]}
    assert the_issue(parameters).expression == "Parameters.parameter[0].part[1].resource.status"


def test_the_outcome_inside_an_answer_is_judged() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "bad", "code": "value"}]}
    entry = {"response": {"status": "400", "outcome": outcome}}
    issue = the_issue(a_bundle("batch-response", entry))
    assert issue.expression == "Bundle.entry[0].response.outcome.issue[0].severity"
