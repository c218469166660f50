"""One patient's facts: what counts, what may be used, and what was known the day before."""

from service.domain.interval import FOREVER
from tests.builders import (
    a_birth,
    a_condition,
    a_day,
    a_fact,
    a_finding,
    a_patient,
    a_result,
    a_use,
    an_encounter,
)


def test_one_result_a_day_the_latest() -> None:
    patient = a_patient(
        a_result("hba1c", 50, "2024-03-12", received=3),
        a_result("hba1c", 61, "2024-03-12", received=9),
        a_result("hba1c", 48, "2024-01-02", received=10),
    )

    assert [fact.value for fact in patient.results("hba1c")] == [48, 61]


def test_what_has_neither_value_nor_code_is_no_result() -> None:
    patient = a_patient(a_fact("fundus", "2024-03-12"), a_finding("fundus", "mild", "2024-01-02"))

    assert [fact.code for fact in patient.results("fundus")] == ["mild"]


def test_a_reading_at_an_encounter_that_does_not_count_is_no_result() -> None:
    patient = a_patient(
        an_encounter("IMP", "2024-03-10", source="Encounter/ward"),
        a_result("bp.sys", 180, "2024-03-12", setting="Encounter/ward"),
        a_result("hba1c", 61, "2024-03-12", setting="Encounter/ward"),
    )

    assert patient.results("bp.sys") == ()
    assert len(patient.results("hba1c")) == 1


def test_facts_of_a_register_that_may_not_be_used_are_not_there() -> None:
    facts = [
        a_result("hba1c", 50, "2024-03-12", controller="own"),
        a_result("hba1c", 61, "2024-03-13", controller="other"),
        a_result("hba1c", 55, "2024-03-14"),
    ]
    patient = a_patient(*facts, controllers=frozenset({"own"}))

    assert [fact.value for fact in patient.of("hba1c")] == [50, 55]


def test_birth_and_death_are_known_or_not() -> None:
    assert a_patient(a_birth("1950-05-05")).born_on == a_day("1950-05-05")
    assert a_patient().born_on is None
    assert a_patient().died_on is None


def test_the_eve_does_not_know_what_the_day_brings() -> None:
    patient = a_patient(
        a_result("hba1c", 50, "2024-03-11"),
        a_result("hba1c", 61, "2024-03-12"),
        a_result("hba1c", 70, "2024-03-13"),
    )

    assert [fact.value for fact in patient.eve_of(a_day("2024-03-12")).of("hba1c")] == [50]


def test_the_eve_does_not_know_yet_that_a_condition_or_a_medicine_has_ended() -> None:
    patient = a_patient(
        a_condition("icd10|E11.2", "2024-01-01", "2024-03-11"),
        a_use("C09AA05", "2024-01-01", "2024-03-11"),
        a_finding("stable", "yes", "2024-01-01", "2024-03-11"),
        a_condition("icd10|I48", "2024-01-01", "2024-02-01"),
    )
    eve = patient.eve_of(a_day("2024-03-12"))

    assert {fact.code: fact.until for fact in eve.of("condition")} == {
        "icd10|E11.2": FOREVER,
        "icd10|I48": a_day("2024-02-01"),
    }
    assert [fact.until for fact in eve.of("medicine")] == [FOREVER]
    assert [fact.until for fact in eve.of("stable")] == [a_day("2024-03-11")]


def test_the_eve_keeps_what_counts_where() -> None:
    patient = a_patient(
        an_encounter("IMP", "2024-03-10", source="Encounter/ward"),
        a_result("bp.sys", 180, "2024-03-11", setting="Encounter/ward"),
    )

    assert patient.eve_of(a_day("2024-03-12")).results("bp.sys") == ()


def test_there_is_news_on_a_day_with_a_fact_or_with_an_end() -> None:
    patient = a_patient(
        a_result("hba1c", 50, "2024-03-11"),
        a_use("C09AA05", "2024-01-01", "2024-04-30"),
        a_finding("stable", "yes", "2024-02-02", "2024-06-30"),
    )
    days = ("2024-03-11", "2024-03-12", "2024-05-01", "2024-07-01", "2024-02-02")

    assert [patient.has_news_on(a_day(day)) for day in days] == [True, False, True, False, True]
