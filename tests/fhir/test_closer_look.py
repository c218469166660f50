"""What a schema cannot say: invariants, contained resources, narratives, nulls, identity codes."""

from typing import Any

import pytest

from service.fhir.validation import issues_of
from tests.fhir.resources import (
    HETU,
    UCUM,
    a_bundle,
    a_condition,
    a_patient,
    an_observation,
    with_narrative,
)
from tests.fhir.verdicts import the_issue


def test_amounts_in_different_units_are_not_compared() -> None:
    low, high = {"value": 5, "unit": "a"}, {"value": 4, "unit": "mo"}
    assert issues_of(a_condition(onsetRange={"low": low, "high": high})) == []


def test_contained_resources_are_judged() -> None:
    contained = {"resourceType": "Practitioner", "id": "p", "gender": "banana"}
    resource = an_observation(contained=[contained], performer=[{"reference": "#p"}])
    assert the_issue(resource).expression == "Observation.contained[0].gender"


def test_types_that_are_not_served_may_be_contained() -> None:
    contained = {"resourceType": "Substance", "id": "s", "code": {"text": "x"}}
    ingredient = {"itemReference": {"reference": "#s"}}
    medication = {
        "resourceType": "Medication",
        "contained": [contained],
        "ingredient": [ingredient],
    }
    assert issues_of(medication) == []


@pytest.mark.parametrize(
    ("contained", "key"),
    [
        ({"id": "q"}, "dom-3"),
        ({"id": "p", "meta": {"versionId": "1"}}, "dom-4"),
        ({"id": "p", "meta": {"security": [{"code": "R"}]}}, "dom-5"),
        ({"id": "p", "contained": [{"resourceType": "Basic", "id": "z"}]}, "dom-2"),
    ],
)
def test_the_rules_of_contained_resources(contained: dict[str, Any], key: str) -> None:
    inner = {"resourceType": "Practitioner", **contained}
    resource = an_observation(contained=[inner], performer=[{"reference": "#p"}])
    assert any(key in issue.words for issue in issues_of(resource))


def test_no_two_contained_resources_have_one_id() -> None:
    inner = {"resourceType": "Practitioner", "id": "p"}
    twice = an_observation(contained=[inner, inner], performer=[{"reference": "#p"}])
    [issue] = issues_of(twice)
    assert (issue.code, issue.expression) == ("invariant", "Observation.contained[1].id")


def test_a_contained_resource_may_refer_to_its_container() -> None:
    inner = {"resourceType": "Provenance", "id": "p", "target": [{"reference": "#"}]}
    inner |= {"recorded": "2027-03-12T09:30:00Z", "agent": [{"who": {"display": "x"}}]}
    assert issues_of(an_observation(contained=[inner])) == []


def test_a_local_reference_must_find_something_that_fits() -> None:
    nothing = an_observation(performer=[{"reference": "#p"}])
    assert "ref-1" in the_issue(nothing).words
    wrong = an_observation(
        contained=[{"resourceType": "Practitioner", "id": "p"}], subject={"reference": "#p"}
    )
    assert the_issue(wrong).words.endswith("is expected here, not to Practitioner")


def test_null_holds_the_place_of_a_value_with_extensions_only() -> None:
    paired = {"given": ["a", None], "_given": [None, {"id": "x"}]}
    assert issues_of(a_patient(name=[paired])) == []


@pytest.mark.parametrize(
    "name",
    [
        {"given": ["a", None]},
        {"given": ["a", None], "_given": [{"id": "x"}]},
        {"given": ["a", None], "_given": [{"id": "x"}, None]},
    ],
)
def test_null_without_its_extension_is_refused(name: dict[str, Any]) -> None:
    issues = issues_of(a_patient(name=[name]))
    assert {issue.expression for issue in issues} == {"Patient.name[0].given[1]"}


def test_periods_are_in_order() -> None:
    wrong = a_condition(onsetPeriod={"start": "2027-03-12", "end": "2027-03-11"})
    issue = the_issue(wrong)
    assert issue.expression == "Condition.onset"
    assert issue.words.endswith("(per-1)")


@pytest.mark.parametrize(
    "period",
    [
        {"start": "2027-03", "end": "2027-03-01"},
        {"end": "2027-03-12", "start": "2027-03-12"},
        {"start": "2027-03-12T10:00:00+02:00", "end": "2027-03-12T09:00:00Z"},
    ],
)
def test_periods_that_may_be_in_order_are_sound(period: dict[str, str]) -> None:
    assert issues_of(a_condition(onsetPeriod=period)) == []


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        (an_observation(dataAbsentReason={"text": "x"}), "obs-6"),
        (
            an_observation(component=[{"code": an_observation()["code"], "valueInteger": 1}]),
            "obs-7",
        ),
        (an_observation(referenceRange=[{"type": {"text": "x"}}]), "obs-3"),
        (a_patient(contact=[{"gender": "male"}]), "pat-1"),
        (a_patient(telecom=[{"value": "x"}]), "cpt-2"),
        (a_patient(photo=[{"data": "QUJD"}]), "att-1"),
        (a_patient(extension=[{"url": "http://x.y"}]), "ext-1"),
        (an_observation(valueQuantity={"value": 1, "code": "mg"}), "qty-3"),
        (a_condition(abatementDateTime="2027-03-12"), "con-4"),
        ({"resourceType": "Organization", "active": True}, "org-1"),
        (
            a_condition(
                onsetRange={
                    "low": {"value": 5, "system": UCUM, "code": "a"},
                    "high": {"value": 4, "system": UCUM, "code": "a"},
                }
            ),
            "rng-2",
        ),
        (
            {
                "resourceType": "Task",
                "status": "ready",
                "intent": "order",
                "authoredOn": "2027-03-12",
                "lastModified": "2027-03-11",
            },
            "inv-1",
        ),
        (
            {
                "resourceType": "MedicationDispense",
                "status": "completed",
                "medicationCodeableConcept": {"text": "x"},
                "whenPrepared": "2027-03-13",
                "whenHandedOver": "2027-03-12",
            },
            "mdd-1",
        ),
        (
            {
                "resourceType": "CodeSystem",
                "status": "draft",
                "content": "complete",
                "concept": [{"code": "a"}, {"code": "b", "concept": [{"code": "a"}]}],
            },
            "csd-1",
        ),
        (
            {
                "resourceType": "Questionnaire",
                "status": "draft",
                "item": [
                    {"linkId": "1", "type": "string"},
                    {"linkId": "2", "type": "group", "item": [{"linkId": "1", "type": "string"}]},
                ],
            },
            "que-2",
        ),
        (a_bundle("collection", {"request": {"method": "GET", "url": "x"}}), "bdl-3"),
        (a_bundle("transaction", {"resource": a_patient()}), "bdl-3"),
        (a_bundle("batch-response", {"resource": a_patient()}), "bdl-4"),
        (a_bundle("collection", {"fullUrl": "http://x.y"}), "bdl-5"),
        (
            a_bundle(
                "collection",
                {"fullUrl": "http://x.y/1", "resource": a_patient()},
                {"fullUrl": "http://x.y/1", "resource": a_patient()},
            ),
            "bdl-7",
        ),
        (
            a_bundle("collection", {"fullUrl": "http://x.y/_history/1", "resource": a_patient()}),
            "bdl-8",
        ),
        (a_bundle("collection", {"resource": a_patient()}, total=1), "bdl-1"),
        (
            a_bundle("collection", {"resource": a_patient(), "search": {"mode": "match"}}),
            "bdl-2",
        ),
    ],
)
def test_a_broken_invariant_is_told_by_its_key(resource: dict[str, Any], key: str) -> None:
    issue = the_issue(resource)
    assert issue.code == "invariant"
    assert issue.words.endswith(f"({key})")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<script>alert(1)</script>", "`<script>` is not allowed"),
        ('<p onclick="x()">a</p>', "the attribute `onclick` is not allowed"),
        ('<a href="java\nscript:x()">a</a>', "may run a script"),
        ("<form/>a", "`<form>` is not allowed"),
        ("<p>a", "not well-formed"),
        ("&nbsp;", "not well-formed"),
        ("  ", "no text and no image"),
    ],
)
def test_a_harmful_or_broken_narrative_is_refused(inside: str, words: str) -> None:
    issue = the_issue(with_narrative(a_patient(), inside))
    assert issue.expression == "Patient.text.div"
    assert words in issue.words


def test_a_narrative_of_formatting_is_sound() -> None:
    inside = '<p style="color: red">a &amp; <b>b</b></p><img src="#x" alt="x"/>'
    assert issues_of(with_narrative(a_patient(), inside)) == []


def test_a_document_type_is_refused_before_it_is_read() -> None:
    bomb = '<!DOCTYPE div [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><div>&b;</div>'
    patient = a_patient(text={"status": "generated", "div": bomb})
    assert "document type" in the_issue(patient).words


def test_the_narrative_of_a_section_is_judged() -> None:
    section = {"text": {"status": "generated", "div": "<p>no div</p>"}}
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "x"},
        "date": "2027-03-12",
        "author": [{"display": "x"}],
        "title": "x",
        "section": [section],
    }
    assert the_issue(composition).expression == "Composition.section[0].text.div"


@pytest.mark.parametrize("code", ["311280-999J", "100190-999P", "100190Y999P", "020516C903K"])
def test_a_right_identity_code_is_sound(code: str) -> None:
    assert issues_of(a_patient(identifier=[{"system": HETU, "value": code}])) == []


@pytest.mark.parametrize("code", ["010190-999Y", "311280-999j", " 311280-999J", "311280999J", "x"])
def test_a_wrong_identity_code_is_refused_without_being_shown(code: str) -> None:
    issue = the_issue(a_patient(identifier=[{"system": HETU, "value": code}]))
    assert issue.expression == "Patient.identifier[0].value"
    assert code.strip() not in issue.words.split()


def test_no_message_shows_an_identity_code_that_stands_in_a_wrong_place() -> None:
    issue = the_issue(a_patient(gender="311280-999J"))
    assert "311280" not in issue.words
    assert issue.words.startswith("this is not one of male")
