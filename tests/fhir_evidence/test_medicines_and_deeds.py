"""Medicines, procedures, reports, vaccinations, answers and Tasks (what-is-due 2 and 3.4)."""

from datetime import date
from typing import Any

import pytest

from service.fhir.evidence.facts import facts_of
from tests.fhir_evidence.reading import read
from tests.fhir_evidence.resources import (
    ACTIVITY,
    BASE,
    FINDING,
    KUNTALIITTO,
    LABORATORY,
    LOINC,
    PATIENT,
    SNOMED,
    a_dispense,
    a_medicine,
    a_prescription,
    a_procedure,
    a_questionnaire_response,
    a_report,
    a_vaccination,
    an_observation,
    concept,
    quantity,
)

FOLLOW_UP: dict[str, Any] = {"basedOn": [{"reference": "ServiceRequest/f1"}]}
A_TASK: dict[str, Any] = {
    "resourceType": "Task",
    "id": "t1",
    "status": "completed",
    "intent": "plan",
    "lastModified": "2027-03-12T10:00:00+02:00",
}
LEARNT = date(2027, 4, 2)

RECORDS = {
    # Medicines
    "a medicine is in use for its period": (
        a_medicine(effectivePeriod={"start": "2026-01-10", "end": "2026-06-30"}),
        ["medicine C09AA02 2026-01-10..2026-06-30"],
    ),
    "or until told otherwise": (a_medicine(), ["medicine C09AA02 2027-01-10"]),
    "the Finnish address of ATC is the same": (
        a_medicine()
        | {"medicationCodeableConcept": concept("urn:oid:1.2.246.537.6.32.2007", "C10AA05")},
        ["medicine C10AA05 2027-01-10"],
    ),
    "one without an ATC code is a fact without a code": (
        a_medicine()
        | {
            "medicationCodeableConcept": concept("http://www.nlm.nih.gov/research/umls/rxnorm", "1")
        },
        ["medicine 2027-01-10"],
    ),
    "one that is not taken says nothing": (a_medicine(status="not-taken"), []),
    "one that is only intended says nothing": (a_medicine(status="intended"), []),
    "a stopped one without an end ended before that was said": (
        a_medicine(status="stopped", dateAsserted="2027-03-01"),
        ["medicine C09AA02 2027-01-10..2027-02-28"],
    ),
    "the dose is what tells a change": (
        a_medicine(dosage=[{"text": "10 mg x 1"}]),
        ["medicine C09AA02 10 mg x 1 2027-01-10"],
    ),
    "a structured dose too": (
        a_medicine(
            dosage=[
                {
                    "doseAndRate": [{"doseQuantity": quantity(10, "mg")}],
                    "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                }
            ]
        ),
        ["medicine C09AA02 10 mg x 2/1/d 2027-01-10"],
    ),
    "a prescription holds for its validity": (
        a_prescription(dispenseRequest={"validityPeriod": {"end": "2028-01-09"}}),
        ["medicine C09AA02 2027-01-10..2028-01-09"],
    ),
    "else for two years": (a_prescription(), ["medicine C09AA02 2027-01-10..2029-01-10"]),
    "a proposal is no prescription": (a_prescription(intent="proposal"), []),
    "a Medication inside the resource is read": (
        a_prescription()
        | {
            "medicationCodeableConcept": None,
            "medicationReference": {"reference": "#m"},
            "contained": [
                {
                    "resourceType": "Medication",
                    "id": "m",
                    "code": concept("http://www.whocc.no/atc", "A10BA02"),
                }
            ],
        },
        ["medicine A10BA02 2027-01-10..2029-01-10"],
    ),
    "a dispense is dated when handed over": (a_dispense(), ["dispense R03AC02 2027-01-10"]),
    "a dispense under way is none": (a_dispense(status="in-progress"), []),
    # Procedures, reports, vaccinations
    "a photograph of the fundus is done": (a_procedure(), ["fundus 2027-03-12"]),
    "a check with our own code is done": (
        a_procedure(ACTIVITY, "inhaler"),
        ["inhaler 2027-03-12"],
    ),
    "a measurement is not done by a Procedure": (
        a_procedure(ACTIVITY, "bp"),
        ["not counted: value activity|bp"],
    ),
    "any other procedure is a fact for rules": (
        a_procedure(code="80146002"),
        ["procedure snomed|80146002 2027-03-12"],
    ),
    "a procedure under way does not count yet": (
        a_procedure(status="in-progress"),
        ["not counted: status snomed|170757007"],
    ),
    "one that was not done says nothing": (a_procedure(status="not-done"), []),
    "a procedure dated by a year does not count": (
        a_procedure(performedDateTime="2027"),
        ["not counted: day snomed|170757007"],
    ),
    "a procedure of unknown kind based on a follow-up does it": (
        a_procedure(code="1", **FOLLOW_UP),
        ["procedure snomed|1 2027-03-12", "follow-up f1 2027-03-12"],
    ),
    "an electrocardiogram's report is done": (a_report(), ["ecg 2027-03-12"]),
    "a report's conclusion is a finding": (
        a_report(SNOMED, "170757007", conclusionCode=[concept(FINDING, "mild-retinopathy")]),
        ["fundus mild-retinopathy 2027-03-12"],
    ),
    "a laboratory's report leaves its results to the Observations": (
        a_report(KUNTALIITTO, "6128"),
        [],
    ),
    "a preliminary report does not count": (
        a_report(status="preliminary"),
        ["not counted: status kuntaliitto|1270"],
    ),
    "an influenza vaccine by ATC": (a_vaccination(), ["flu 2027-10-20"]),
    "by CVX": (a_vaccination("http://hl7.org/fhir/sid/cvx", "140"), ["flu 2027-10-20"]),
    "by the disease it is against": (
        a_vaccination("urn:oid:1.2.246.537.6.55", "123")
        | {"protocolApplied": [{"targetDisease": [concept(SNOMED, "6142004")]}]},
        ["flu 2027-10-20"],
    ),
    "another vaccine is another vaccine": (a_vaccination(code="J07AM01"), []),
    "a vaccine whose code nobody knows could have counted": (
        a_vaccination("urn:oid:1.2.246.537.6.55", "123"),
        ["not counted: code urn:oid:1.2.246.537.6.55|123"],
    ),
    "a vaccination not given says nothing": (a_vaccination(status="not-done"), []),
    # Questionnaires
    "a score counts": (
        a_questionnaire_response("act", {"valueInteger": 18}),
        ["act 18 {score} 2027-03-12"],
    ),
    "a score by a public code's link": (
        a_questionnaire_response("/82674-3", {"valueDecimal": 21}),
        ["act 21 {score} 2027-03-12"],
    ),
    "a questionnaire the patient filled in is theirs": (
        a_questionnaire_response("act", {"valueInteger": 18}, source=PATIENT),
        ["act 18 {score} self 2027-03-12"],
    ),
    "a scored questionnaire without its score does not count": (
        a_questionnaire_response("act", {"valueString": "hyvin"}),
        ["not counted: value item|act"],
    ),
    "an answer by our own finding": (
        a_questionnaire_response(
            "smoking", {"valueCoding": {"system": FINDING, "code": "never-smoker"}}
        ),
        ["smoking never-smoker 2027-03-12"],
    ),
    "one under way does not count": (
        a_questionnaire_response("act", {"valueInteger": 18}, status="in-progress"),
        ["not counted: status item|act"],
    ),
    # Tasks
    "a Task that a person completed does what it is based on": (
        A_TASK | FOLLOW_UP,
        ["follow-up f1 2027-03-12"],
    ),
    "or what it is about": (
        A_TASK | {"focus": {"reference": "ServiceRequest/f2"}},
        ["follow-up f2 2027-03-12"],
    ),
    "a Task that names its evidence is told of by it": (
        A_TASK
        | FOLLOW_UP
        | {"output": [{"type": concept(f"{BASE}/CodeSystem/task-output", "evidence")}]},
        [],
    ),
    "an open Task does nothing": (A_TASK | FOLLOW_UP | {"status": "requested"}, []),
}


@pytest.mark.parametrize(("resource", "facts"), RECORDS.values(), ids=RECORDS)
def test_this_record_says(catalogue, resource, facts):
    assert read(catalogue, resource) == facts


def test_a_prescription_was_stopped_when_we_learnt_of_it(catalogue):
    found = read(catalogue, a_prescription(status="stopped"), received_on=LEARNT)
    assert found == ["medicine C09AA02 2027-01-10..2027-04-01"]


def test_an_old_prescription_that_was_stopped_ended_with_its_validity(catalogue):
    resource = a_prescription(status="stopped", authoredOn="2020-01-10")
    assert read(catalogue, resource, received_on=LEARNT) == [
        "medicine C09AA02 2020-01-10..2022-01-10"
    ]


def test_an_observation_of_unknown_code_based_on_a_follow_up_does_it(catalogue):
    resource = an_observation(code="1-8", valueQuantity=quantity(1, "cm"), **FOLLOW_UP)
    assert read(catalogue, resource) == ["follow-up f1 2027-03-12"]


def test_a_part_of_a_panel_based_on_a_follow_up_does_not_do_the_panel(catalogue):
    resource = an_observation(code="2823-3", valueQuantity=quantity(4.1, "mmol/L"), **FOLLOW_UP)
    assert read(catalogue, resource) == ["k 4.1 mmol/L 2027-03-12"]


def test_the_sender_of_a_procedure_is_its_performers_organisation(catalogue):
    resource = a_procedure(status="in-progress", performer=[{"actor": LABORATORY}])
    _, refused = facts_of(resource, catalogue)
    assert refused[0].sender == "Organization/lab"


def test_loinc_codes_under_the_national_address_are_loinc(catalogue):
    resource = an_observation(
        "urn:oid:1.2.246.537.6.96", "29463-7", valueQuantity=quantity(82, "kg")
    )
    assert read(catalogue, resource) == ["weight 82 kg 2027-03-12"]


def test_a_type_that_says_nothing_about_follow_up_gives_no_facts(catalogue):
    assert read(catalogue, {"resourceType": "Communication", "id": "c", "code": LOINC}) == []


def test_a_professionals_finding_answered_by_the_patient_does_not_count(catalogue):
    answer = {"valueCoding": {"system": FINDING, "code": "yes"}}
    resource = a_questionnaire_response("asthma-mild", answer, source=PATIENT)
    assert read(catalogue, resource)[0] == "not counted: setting item|asthma-mild"


def test_a_finished_questionnaire_without_a_date_does_not_count(catalogue):
    resource = a_questionnaire_response("act", {"valueInteger": 18}, authored=None)
    assert read(catalogue, resource) == ["not counted: day item|act"]


def test_a_statement_dated_only_when_it_was_said_begins_then(catalogue):
    resource = a_medicine(effectivePeriod={}, dateAsserted="2027-02-01")
    assert read(catalogue, resource) == ["medicine C09AA02 2027-02-01"]
