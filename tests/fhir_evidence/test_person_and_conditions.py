"""Visits and stays, conditions, the person and who cares for them (what-is-due 1)."""

from datetime import date
from typing import Any

import pytest

from service.domain.interval import FOREVER
from service.fhir.evidence.facts import facts_of
from tests.fhir_evidence.reading import read
from tests.fhir_evidence.resources import (
    ACTIVITY,
    BASE,
    ICD10,
    ICPC2,
    SNOMED,
    a_condition,
    a_follow_up,
    a_patient,
    an_encounter,
    an_observation,
    concept,
)

ENDED: dict[str, Any] = {"clinicalStatus": {"coding": [{"code": "resolved"}]}}
FOLLOW_UP: dict[str, Any] = {"basedOn": [{"reference": "ServiceRequest/f1"}]}
LEARNT = date(2027, 4, 2)

RECORDS = {
    # Encounters
    "a visit is a fact of its class": (
        an_encounter(),
        ["encounter AMB 2027-03-12..2027-03-12"],
    ),
    "each reason is a part of it": (
        an_encounter("EMER", reasonCode=[concept(ICD10, "J45.9"), concept(ICPC2, "R96")]),
        [
            "encounter EMER icd10|J45.9 2027-03-12..2027-03-12",
            "encounter EMER icpc2|R96 2027-03-12..2027-03-12",
        ],
    ),
    "an open stay has no last day": (
        an_encounter("IMP", status="in-progress", period={"start": "2027-03-01"}),
        ["encounter IMP 2027-03-01"],
    ),
    "a finished stay without an end lasted its first day": (
        an_encounter("IMP", period={"start": "2027-03-01"}),
        ["encounter IMP 2027-03-01..2027-03-01"],
    ),
    "a visit to a unit makes it the unit visited": (
        an_encounter(serviceProvider={"reference": "Organization/hattula"}),
        ["encounter AMB 2027-03-12..2027-03-12", "unit hattula visit 2027-03-12"],
    ),
    "a stay in hospital does not": (
        an_encounter("IMP", serviceProvider={"reference": "Organization/hospital"}),
        ["encounter IMP 2027-03-12..2027-03-12"],
    ),
    "a visit with our own code is done": (
        an_encounter(type=[concept(ACTIVITY, "nurse")]),
        ["encounter AMB 2027-03-12..2027-03-12", "nurse 2027-03-12"],
    ),
    "and one with the public code of an annual review": (
        an_encounter(type=[concept(SNOMED, "170777000")]),
        ["encounter AMB 2027-03-12..2027-03-12", "dm_annual 2027-03-12"],
    ),
    "a visit with the code of a measurement measures nothing": (
        an_encounter(type=[concept(ACTIVITY, "hba1c")]),
        ["encounter AMB 2027-03-12..2027-03-12"],
    ),
    "a visit based on a follow-up does it": (
        an_encounter(**FOLLOW_UP),
        ["encounter AMB 2027-03-12..2027-03-12", "follow-up f1 2027-03-12"],
    ),
    "an unfinished visit does nothing yet": (
        an_encounter(status="in-progress", type=[concept(ACTIVITY, "nurse")]),
        ["encounter AMB 2027-03-12..2027-03-12"],
    ),
    "the conditions that it names": (
        an_encounter(
            reasonCode=[concept(ICD10, "J45.9")],
            reasonReference=[{"reference": "Condition/c1"}, {"reference": "Procedure/x1"}],
            diagnosis=[
                {"condition": {"reference": "Condition/c1"}},
                {"condition": {"reference": "Condition/c2"}},
            ],
        ),
        [
            "encounter AMB icd10|J45.9 2027-03-12..2027-03-12",
            "encounter AMB Condition/c1 2027-03-12..2027-03-12",
            "encounter AMB Condition/c2 2027-03-12..2027-03-12",
        ],
    ),
    "a planned one says nothing": (an_encounter(status="planned"), []),
    "one entered in error says nothing": (an_encounter(status="entered-in-error"), []),
    # Conditions
    "a condition holds from its onset": (a_condition(), ["condition icd10|E11.9 2020-05-04"]),
    "a partial onset is its first day": (
        a_condition(onsetDateTime="2019"),
        ["condition icd10|E11.9 2019-01-01"],
    ),
    "else from the day it was recorded": (
        a_condition(onsetDateTime=None, recordedDate="2020-06-01T12:00:00+03:00"),
        ["condition icd10|E11.9 2020-06-01 2020-06-01"],
    ),
    "each coding is a part of it": (
        a_condition()
        | {
            "code": {
                "coding": [concept(ICD10, "I10")["coding"][0], concept(ICPC2, "K86")["coding"][0]]
            }
        },
        ["condition icd10|I10 2020-05-04", "condition icpc2|K86 2020-05-04"],
    ),
    "code systems with a year are the same": (
        a_condition("urn:oid:1.2.246.537.6.1.1999", "E119"),
        ["condition icd10|E11.9 2020-05-04"],
    ),
    "Finnish dagger and asterisk pairs are their first code": (
        a_condition(code="H36.03*E11.3"),
        ["condition icd10|H36.03 2020-05-04"],
    ),
    "on the day it abates it no longer holds": (
        a_condition(abatementDateTime="2024-09-01", **ENDED),
        ["condition icd10|E11.9 2020-05-04..2024-08-31"],
    ),
    "in remission it is followed by its remission": (
        a_condition(
            clinicalStatus={"coding": [{"code": "remission"}]}, abatementDateTime="2024-09-01"
        ),
        [
            "condition icd10|E11.9 2020-05-04..2024-08-31",
            "remission icd10|E11.9 2024-09-01",
        ],
    ),
    "it bears the day it was recorded": (
        a_condition(recordedDate="2020-06-30"),
        ["condition icd10|E11.9 2020-06-30 2020-05-04"],
    ),
    "a refuted condition says nothing": (
        a_condition(verificationStatus={"coding": [{"code": "refuted"}]}),
        [],
    ),
    "nor one entered in error": (
        a_condition(verificationStatus={"coding": [{"code": "entered-in-error"}]}),
        [],
    ),
    "one that ended on its first day never held": (
        a_condition(abatementDateTime="2020-05-04", **ENDED),
        [],
    ),
    "a recurrence is active": (
        a_condition(clinicalStatus={"coding": [{"code": "recurrence"}]}),
        ["condition icd10|E11.9 2020-05-04"],
    ),
    "an exacerbation is an event too": (
        a_condition(SNOMED, "281239006", onsetDateTime="2027-02-01"),
        ["condition snomed|281239006 2027-02-01", "exacerbation yes 2027-02-01"],
    ),
    "a pregnancy that ended": (
        a_condition(SNOMED, "72892002", onsetDateTime="2026-01-10", abatementDateTime="2026-09-20"),
        [
            "condition snomed|72892002 2026-01-10..2026-09-19",
            "pregnancy pregnant 2026-01-10..2026-10-17",
            "pregnancy ended 2026-09-20",
        ],
    ),
    # The person
    "a birth": (a_patient(), ["birth 1953-02-07"]),
    "the administrative sex": (
        a_patient(gender="female"),
        ["birth 1953-02-07", "sex female 1953-02-07"],
    ),
    "a sex that is unknown is none": (a_patient(gender="unknown"), ["birth 1953-02-07"]),
    "a birth in a year is approximate": (
        a_patient(birthDate="1953"),
        ["birth approximate 1953-01-01"],
    ),
    "a death": (
        a_patient(deceasedDateTime="2026-12-24T23:30:00Z"),
        ["birth 1953-02-07", "death 2026-12-25"],
    ),
    "the registered health centre": (
        a_patient(
            generalPractitioner=[
                {"reference": "Practitioner/d"},
                {"reference": "Organization/inari"},
            ]
        ),
        ["birth 1953-02-07", "unit inari registered 1953-02-07"],
    ),
    "the controller is no unit": (
        a_patient(managingOrganization={"reference": "Organization/county"}),
        ["birth 1953-02-07"],
    ),
    "an episode of care": (
        {
            "resourceType": "EpisodeOfCare",
            "id": "c1",
            "status": "finished",
            "managingOrganization": {"reference": "Organization/hattula"},
            "period": {"start": "2020-01-01", "end": "2024-12-31"},
        },
        ["unit hattula episode 2020-01-01..2024-12-31"],
    ),
    "a waiting list is no care": (
        {
            "resourceType": "EpisodeOfCare",
            "id": "c1",
            "status": "waitlist",
            "managingOrganization": {"reference": "Organization/hattula"},
            "period": {"start": "2020-01-01"},
        },
        [],
    ),
    "a follow-up itself is no evidence": (a_follow_up(), []),
}


@pytest.mark.parametrize(("resource", "facts"), RECORDS.values(), ids=RECORDS)
def test_this_record_says(catalogue, resource, facts):
    assert read(catalogue, resource) == facts


def test_a_condition_that_ended_on_no_day_ended_when_we_learnt_of_it(catalogue):
    found = read(catalogue, a_condition(**ENDED), received_on=LEARNT)
    assert found == ["condition icd10|E11.9 2020-05-04..2027-04-01"]


def test_a_condition_without_dates_is_kept_for_the_encounter_that_names_it(catalogue):
    resource = a_condition(
        onsetDateTime=None,
        encounter={"reference": "Encounter/e1"},
        meta={"source": "https://ehr.example"},
    )

    [fact], _ = facts_of(resource, catalogue, received_on=LEARNT)

    assert (fact.code, fact.quality, fact.day, fact.until) == (
        "icd10|E11.9",
        "undated",
        FOREVER,
        FOREVER,
    )
    assert (fact.setting, fact.detail) == ("Encounter/e1", "https://ehr.example")
    assert "not counted: day icd10|E11.9" in read(catalogue, resource)


def test_of_a_condition_without_a_beginning_the_remission_has_its_own_day(catalogue):
    remission = {"coding": [{"code": "remission"}]}
    resource = a_condition(
        onsetDateTime=None, clinicalStatus=remission, abatementDateTime="2024-09-01"
    )
    assert read(catalogue, resource, received_on=LEARNT) == [
        "condition icd10|E11.9 undated 9999-12-31..2024-08-31",
        "remission icd10|E11.9 2024-09-01",
        "not counted: day icd10|E11.9",
    ]


def test_what_neither_begins_nor_ends_on_a_day_is_nothing_but_not_counted(catalogue):
    resource = a_condition(onsetDateTime=None, **ENDED)
    assert read(catalogue, resource) == ["not counted: day icd10|E11.9"]


def test_one_who_died_on_no_day_died_when_we_learnt_of_it(catalogue):
    found = read(catalogue, a_patient(deceasedBoolean=True), received_on=LEARNT)
    assert found == ["birth 1953-02-07", "death 2027-04-02"]


def test_a_reference_to_another_server_is_no_reference_of_ours(catalogue):
    unit = {"reference": "https://other.example/fhir/Organization/5"}
    assert read(catalogue, an_encounter(serviceProvider=unit)) == [
        "encounter AMB 2027-03-12..2027-03-12"
    ]


def test_a_snomed_edition_sent_as_a_system_is_snomed(catalogue):
    edition = "http://snomed.info/sct/11000229106"
    assert read(catalogue, a_condition(edition, "44054006")) == [
        "condition snomed|44054006 2020-05-04"
    ]


def test_an_icd10_code_that_is_none_is_kept_as_sent(catalogue):
    assert read(catalogue, a_condition(code="diabetes")) == ["condition icd10|diabetes 2020-05-04"]


def test_a_condition_that_abated_at_an_age_ended_when_it_was_recorded(catalogue):
    resource = a_condition(abatementAge={"value": 60}, recordedDate="2024-01-10")
    assert read(catalogue, resource) == ["condition icd10|E11.9 2024-01-10 2020-05-04..2024-01-09"]


def test_an_exacerbation_denied_is_no_event(catalogue):
    denied = an_observation(f"{BASE}/CodeSystem/item", "exacerbation", valueBoolean=False)
    assert read(catalogue, denied) == ["not counted: value item|exacerbation"]
