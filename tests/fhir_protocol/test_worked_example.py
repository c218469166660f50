"""From FHIR JSON to dates: the worked examples of the rules, with the published protocols."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from service.domain.applicability import fits
from service.domain.catalogue import Catalogue
from service.domain.follow_up import FollowUp, Plan, Planned, Stretch
from service.domain.patient import PatientFacts
from service.domain.recompute import follow_ups, horizon_of
from service.domain.window import State
from service.fhir.evidence.facts import facts_of
from tests.fhir_evidence.resources import (
    ACTIVITY,
    ICPC2,
    KUNTALIITTO,
    LOINC,
    PATIENT,
    a_blood_pressure,
    a_condition,
    a_finding,
    a_medicine,
    a_patient,
    a_vaccination,
    an_encounter,
    an_hba1c,
    an_observation,
    concept,
    quantity,
)

DIABETES = a_condition(onsetDateTime="2019-02-01")
HYPERTENSION = a_condition(code="I10", onsetDateTime="2018-06-01")


def followed(catalogue: Catalogue, resources: Iterable[dict[str, Any]]) -> dict[str, FollowUp]:
    facts = [fact for one in resources for fact in facts_of(one, catalogue)[0]]
    patient = PatientFacts(facts, not_from=catalogue.not_from)
    planned = [Planned(p, fits(p, patient)) for p in catalogue.protocols.values()]
    plan = Plan(tuple(one for one in planned if one.fits), {})
    found = follow_ups(plan, patient, catalogue.figures, horizon_of(date(2027, 6, 1)))
    return {one.identity: one for one in found}


def on(found: dict[str, FollowUp], identity: str, day: date) -> Stretch:
    stretch = found[identity].on(day)
    assert stretch is not None
    return stretch


def test_an_hba1c_above_target_is_measured_again_in_three_months(catalogue):
    found = followed(catalogue, [a_patient(), DIABETES, an_hba1c(61)])
    stretch = on(found, "hba1c|lab", date(2027, 4, 1))
    assert stretch.window.opens_on == date(2027, 6, 3)
    assert stretch.window.due_on == date(2027, 6, 12)
    assert stretch.overdue_from == date(2027, 7, 6)
    assert (stretch.variant, stretch.set_by) == ("above-target", "type-2-diabetes")
    assert dict(stretch.because[0].values)["limit"] == 53
    assert stretch.confirmed


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2027, 6, 2), State.UPCOMING),
        (date(2027, 6, 3), State.DUE),
        (date(2027, 7, 5), State.DUE),
        (date(2027, 7, 6), State.OVERDUE),
    ],
)
def test_its_state_on_a_day_is_a_function_of_these_dates(catalogue, day, state):
    found = followed(catalogue, [a_patient(), DIABETES, an_hba1c(61)])
    assert on(found, "hba1c|lab", day).state_on(day) is state


def test_a_result_in_per_cent_with_a_finnish_code_closes_it_the_same_day(catalogue):
    arrived = an_observation(
        KUNTALIITTO, "6128", valueQuantity=quantity(6.9, "%"), effectiveDateTime="2027-07-20"
    )
    found = followed(catalogue, [a_patient(), DIABETES, an_hba1c(61), arrived])
    assert on(found, "hba1c|lab", date(2027, 7, 19)).state_on(date(2027, 7, 19)) is State.OVERDUE
    stretch = on(found, "hba1c|lab", date(2027, 7, 20))
    assert (stretch.anchor_on, stretch.window.due_on) == (date(2027, 7, 20), date(2028, 1, 20))


def test_a_result_entered_in_error_brings_the_follow_up_back(catalogue):
    withdrawn = an_hba1c(48, status="entered-in-error", effectiveDateTime="2027-07-20")
    found = followed(catalogue, [a_patient(), DIABETES, an_hba1c(61), withdrawn])
    assert on(found, "hba1c|lab", date(2027, 7, 20)).window.due_on == date(2027, 6, 12)


def test_blood_pressure_in_emergency_care_does_not_close_the_office_pressure(catalogue):
    emergency = an_encounter("EMER", period={"start": "2027-05-01", "end": "2027-05-01"})
    measured = a_blood_pressure(
        128,
        78,
        effectiveDateTime="2027-05-01",
        encounter={"reference": f"Encounter/{emergency['id']}"},
    )
    found = followed(catalogue, [a_patient(), HYPERTENSION, emergency, measured])
    assert on(found, "bp|measurement", date(2027, 5, 2)).done is None


def test_one_reading_at_home_closes_neither_pressure(catalogue):
    reading = a_blood_pressure(128, 78, performer=[PATIENT])
    found = followed(catalogue, [a_patient(), HYPERTENSION, reading])
    day = date(2027, 3, 13)
    assert on(found, "bp|measurement", day).done is None
    assert on(found, "home_bp|self-measurement", day).done is None


def home_series(days: int) -> list[dict[str, Any]]:
    return [
        a_blood_pressure(
            132,
            79,
            performer=[PATIENT],
            effectiveDateTime=f"2027-05-0{day}T{hour}:00:00+03:00",
        )
        for day in range(1, days + 1)
        for hour in ("07", "20")
    ]


def test_four_days_of_mornings_and_evenings_close_the_home_series(catalogue):
    found = followed(catalogue, [a_patient(), HYPERTENSION, *home_series(4)])
    done = on(found, "home_bp|self-measurement", date(2027, 5, 5)).done
    assert done is not None
    assert done.on == date(2027, 5, 4)


def test_three_days_do_not(catalogue):
    found = followed(catalogue, [a_patient(), HYPERTENSION, *home_series(3)])
    assert on(found, "home_bp|self-measurement", date(2027, 5, 5)).done is None


def test_ldl_alone_closes_the_lipids(catalogue):
    ldl = an_observation(code="22748-8", valueQuantity=quantity(2.1, "mmol/L"))
    found = followed(catalogue, [a_patient(), DIABETES, ldl])
    done = on(found, "lipids|lab", date(2027, 3, 13)).done
    assert done is not None
    assert done.on == date(2027, 3, 12)


def test_cholesterol_without_hdl_and_triglycerides_does_not(catalogue):
    cholesterol = an_observation(code="14647-2", valueQuantity=quantity(4.1, "mmol/L"))
    found = followed(catalogue, [a_patient(), DIABETES, cholesterol])
    assert on(found, "lipids|lab", date(2027, 3, 13)).done is None


def test_salts_and_kidney_are_done_on_the_oldest_of_their_parts(catalogue):
    parts = [
        an_observation(code=code, valueQuantity=quantity(value, unit), effectiveDateTime=day)
        for code, value, unit, day in (
            ("2823-3", 4.2, "mmol/L", "2027-03-10"),
            ("2951-2", 140, "mmol/L", "2027-03-12"),
            ("62238-1", 71, "mL/min/{1.73_m2}", "2027-02-20"),
        )
    ]
    found = followed(catalogue, [a_patient(), HYPERTENSION, *parts])
    done = on(found, "k_na_krea|lab", date(2027, 3, 13)).done
    assert done is not None
    assert done.on == date(2027, 2, 20)


def test_one_hba1c_serves_two_protocols_as_one_follow_up(catalogue):
    dyslipidaemia = a_condition(code="E78.0", onsetDateTime="2019-02-01")
    found = followed(catalogue, [a_patient(), DIABETES, dyslipidaemia, an_hba1c(48)])
    stretch = on(found, "hba1c|lab", date(2027, 4, 1))
    assert stretch.protocols == ("dyslipidaemia", "type-2-diabetes")
    assert (stretch.set_by, stretch.window.due_on) == ("type-2-diabetes", date(2027, 9, 12))


def test_nurse_visits_of_two_protocols_stay_two(catalogue):
    kidney = a_condition(code="N18.3", onsetDateTime="2019-02-01")
    visit = an_encounter(type=[concept(ACTIVITY, "nurse")])
    found = followed(catalogue, [a_patient(), HYPERTENSION, kidney, visit])
    own = ("hypertension/nurse-visit", "chronic-kidney-disease/nurse-visit")
    done = [on(found, identity, date(2027, 3, 13)).done for identity in own]
    assert [one.on for one in done if one] == [date(2027, 3, 12), date(2027, 3, 12)]


def test_a_kidney_value_alone_asks_for_the_longest_interval_of_its_row(catalogue):
    kidney = a_condition(code="N18.4", onsetDateTime="2019-02-01")
    value = an_observation(code="62238-1", valueQuantity=quantity(22, "mL/min/{1.73_m2}"))
    found = followed(catalogue, [a_patient(), kidney, value])
    stretch = on(found, "egfr|lab", date(2027, 3, 13))
    assert (stretch.variant, stretch.interval) == ("kdigo-three-times-a-year", "P4M")
    assert dict(stretch.because[0].values) == {"class": "G4", "missing": "acr"}


def test_the_season_of_influenza_is_asked_for_from_september(catalogue):
    found = followed(catalogue, [a_patient(), DIABETES])
    window = on(found, "flu|vaccination", date(2027, 9, 15)).window
    assert (window.opens_on, window.due_on, window.closes_on) == (
        date(2027, 9, 1),
        date(2027, 12, 31),
        date(2027, 12, 31),
    )


def test_a_vaccination_in_october_closes_its_season(catalogue):
    found = followed(catalogue, [a_patient(), DIABETES, a_vaccination()])
    stretch = on(found, "flu|vaccination", date(2027, 10, 21))
    assert stretch.window.opens_on == date(2028, 9, 1)


def test_an_eye_photograph_is_due_at_once_at_diagnosis(catalogue):
    found = followed(catalogue, [a_patient(), DIABETES])
    stretch = on(found, "fundus|imaging", date(2019, 2, 1))
    assert (stretch.variant, stretch.window.due_on) == ("never-photographed", date(2019, 2, 1))


def test_at_target_twice_relaxes_nothing_while_the_risk_is_not_known(catalogue):
    readings = [a_blood_pressure(124, 76, effectiveDateTime=f"2027-0{n}-12") for n in (1, 3)]
    found = followed(catalogue, [a_patient(), HYPERTENSION, *readings])
    stretch = on(found, "bp|measurement", date(2027, 3, 13))
    assert (stretch.variant, stretch.interval) == ("", "P12M")


def test_it_relaxes_once_a_professional_says_low_risk_and_no_organ_damage(catalogue):
    readings = [a_blood_pressure(124, 76, effectiveDateTime=f"2027-0{n}-12") for n in (1, 3)]
    said = [a_finding("risk-class", "low-risk"), a_finding("organ-damage", "no")]
    found = followed(catalogue, [a_patient(), HYPERTENSION, *readings, *said])
    stretch = on(found, "bp|measurement", date(2027, 3, 13))
    assert (stretch.variant, stretch.interval) == ("low-risk-at-target", "P24M")


def test_the_target_of_blood_pressure_is_that_of_the_patients_age(catalogue):
    old = a_patient(birthDate="1944-02-07")
    reading = a_blood_pressure(146, 84)
    found = followed(catalogue, [old, HYPERTENSION, reading])
    assert on(found, "bp|measurement", date(2027, 3, 13)).variant == ""


def test_medicines_without_an_atc_code_are_not_known(catalogue):
    dyslipidaemia = a_condition(code="E78.0", onsetDateTime="2019-02-01")
    unmapped = a_medicine() | {"medicationCodeableConcept": {"text": "Lääke"}}
    low = a_finding("risk-class", "low-risk")
    found = followed(catalogue, [a_patient(), dyslipidaemia, unmapped, low])
    assert on(found, "lipids|lab", date(2027, 4, 1)).interval == "P12M"


def test_a_wide_icpc_code_only_suggests_the_protocol(catalogue):
    found = followed(catalogue, [a_patient(), a_condition(ICPC2, "U99")])
    assert found == {}
    assert "icpc2|U99" in catalogue.protocols["chronic-kidney-disease"].suggested_by


def test_the_code_of_an_unlisted_disease_follows_nothing(catalogue):
    assert followed(catalogue, [a_patient(), a_condition("http://loinc.org", LOINC)]) == {}
