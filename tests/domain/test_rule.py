"""Rules as values: what they ask for, that they are asked once, and how they are put together."""

from service.domain.fact import Fact
from service.domain.patient import PatientFacts
from service.domain.rule import (
    Age,
    All,
    AnyOf,
    Asked,
    Bound,
    DispenseCount,
    EventCount,
    Happened,
    HasCondition,
    LastFinding,
    LastValue,
    MedicineInUse,
    Not,
    Rule,
    SinceDiagnosis,
    Target,
)
from service.domain.rule.asked import timeline_of
from service.domain.rule.target import at_target
from service.domain.truth import Truth, span_on
from tests.builders import (
    a_birth,
    a_condition,
    a_day,
    a_dispense,
    a_finding,
    a_patient,
    a_result,
    a_use,
    an_encounter,
    an_interval,
    codes,
    medicines,
    the_figures,
)

START = a_day("2020-01-15")
FIRST_YEAR = SinceDiagnosis(an_interval("P12M"), less=True)
LATER = SinceDiagnosis(an_interval("P12M"), less=False)
HIGH = LastValue("hba1c", Bound(">", 53))


def truth(rule: Rule, day: str, *facts: Fact) -> Truth:
    """The truth of a rule on a day."""
    return span_on(timeline_of(rule, Asked(a_patient(*facts), START)), a_day(day)).truth


def test_an_event_anywhere_in_a_rule_may_be_its_anchor() -> None:
    assert All((HIGH, FIRST_YEAR)).on_event
    assert AnyOf((HIGH, MedicineInUse(medicines("C09")))).on_event
    assert not AnyOf((HIGH, HIGH)).on_event
    assert not Not(FIRST_YEAR).on_event


def test_a_rule_depends_on_the_start_as_soon_as_one_of_its_parts_does() -> None:
    assert All((HIGH, FIRST_YEAR)).from_start
    assert AnyOf((HIGH, Not(FIRST_YEAR))).from_start
    assert not AnyOf((HIGH, HIGH)).from_start


def test_a_rule_is_asked_once_of_a_patient() -> None:
    patient = a_patient(a_result("hba1c", 61, "2024-03-12"))
    first, second = Asked(patient, START), Asked(patient, a_day("2021-01-01"))

    assert timeline_of(HIGH, first) is timeline_of(HIGH, second)
    assert timeline_of(FIRST_YEAR, first) is timeline_of(FIRST_YEAR, first)
    assert timeline_of(FIRST_YEAR, first) is not timeline_of(FIRST_YEAR, second)


def test_since_the_diagnosis_has_two_halves() -> None:
    days = ("2020-01-14", "2020-01-15", "2021-01-14", "2021-01-15")

    assert [truth(FIRST_YEAR, day) for day in days] == [0, 2, 2, 0]
    assert [truth(LATER, day) for day in days] == [0, 0, 0, 2]


def test_what_will_happen_is_not_known_today() -> None:
    """Whatever is asked about a day, facts of later days do not speak."""
    later = [
        a_result("hba1c", 61, "2024-03-12"),
        a_use("C09AA05", "2024-03-12"),
        a_condition("icd10|E11.2", "2024-03-12"),
    ]
    rules = (HIGH, MedicineInUse(medicines("C09")), HasCondition(codes("icd10|E11.2")))

    assert [truth(rule, "2024-03-11", *later) for rule in rules] == [1, 1, 0]
    assert [truth(rule, "2024-03-12", *later) for rule in rules] == [2, 2, 2]


def test_a_coded_answer_without_a_value_is_no_number() -> None:
    trace = a_finding("hba1c", "trace", "2024-03-12")

    assert truth(HIGH, "2024-03-12", a_result("hba1c", 61, "2024-01-02"), trace) is Truth.UNKNOWN


def test_events_that_may_be_medicines_are_unknown_where_medicines_are() -> None:
    emergency = Happened("emergency", classes=frozenset({"EMER"}))
    steroids = Happened("steroids", medicines=medicines("H02AB"))
    either = EventCount((emergency, steroids), 1, an_interval("P1M"))
    visits = EventCount((emergency,), 1, an_interval("P1M"))
    other = a_use("C09AA05", "2024-01-01")

    assert truth(either, "2024-03-12") is Truth.UNKNOWN
    assert truth(either, "2024-03-12", other) is Truth.FALSE
    assert truth(either, "2024-03-12", an_encounter("EMER", "2024-03-01")) is Truth.TRUE
    assert truth(visits, "2024-03-12") is Truth.FALSE


def test_dispenses_are_unknown_until_one_is_recorded_or_while_one_has_no_code() -> None:
    rule = DispenseCount(medicines("R03AC"), 2, an_interval("P3M"))
    known, no_code = a_dispense("R03AC02", "2024-01-10"), a_dispense("", "2024-01-10")

    assert truth(rule, "2024-01-09", known) is Truth.UNKNOWN
    assert truth(rule, "2024-01-10", known) is Truth.FALSE
    assert truth(rule, "2024-04-10", no_code) is Truth.UNKNOWN
    assert truth(rule, "2024-04-11", no_code) is Truth.FALSE
    assert truth(rule, "2024-01-10", known, no_code) is Truth.UNKNOWN


def test_a_single_day_counts() -> None:
    used = a_use("C09AA05", "2024-03-12", "2024-03-12")
    said = a_finding("stable", "yes", "2024-03-12", "2024-03-12")
    days = ("2024-03-11", "2024-03-12", "2024-03-13")

    assert [truth(MedicineInUse(medicines("C09")), day, used) for day in days] == [1, 2, 0]
    assert [truth(LastFinding("stable", frozenset({"yes"})), day, said) for day in days] == [
        1,
        2,
        1,
    ]


def test_a_child_is_under_ten_from_birth() -> None:
    born = a_birth("2020-03-02")
    days = ("2020-03-01", "2020-03-02", "2030-03-01", "2030-03-02")

    assert [truth(Age(below=10), day, born) for day in days] == [0, 2, 2, 0]


TARGETS = (
    Target("bp.sys", "mm[Hg]", (Bound("<", 140),)),
    Target("bp.dia", "mm[Hg]", (Bound("<", 90),)),
)


def target_of(*facts: Fact) -> Truth:
    """Whether the last pressure is at target."""
    patient: PatientFacts = a_patient(*facts)
    return at_target(TARGETS, Asked(patient, START), a_day("2024-03-12"))


def test_at_target_means_all_items_together() -> None:
    systolic, diastolic = (
        a_result("bp.sys", 139, "2024-03-12"),
        a_result("bp.dia", 89, "2024-03-12"),
    )

    assert target_of(systolic, diastolic) is Truth.TRUE
    assert target_of(systolic, diastolic._replace(value=90)) is Truth.FALSE
    assert target_of(systolic) is Truth.UNKNOWN
    assert target_of(systolic._replace(value=150)) is Truth.FALSE
    assert target_of() is Truth.UNKNOWN


def test_a_target_without_items_is_unknown() -> None:
    assert at_target((), Asked(a_patient(), START), START) is Truth.UNKNOWN


def test_grids_are_known_by_name() -> None:
    rows, columns = the_figures().grid("kdigo")

    assert (rows.item, columns.item) == ("egfr", "acr")
