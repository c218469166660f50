"""From when a condition holds that has no day of its own: from the first Encounter that names it (1.3)."""

import pytest

from service.domain.fact import Fact
from tests.builders import (
    DIABETES,
    a_last_day,
    a_patient,
    a_protocol,
    a_use,
    an_activity,
    an_encounter,
    an_undated_condition,
)
from tests.spec.table import NOT_ASKED, Row, a_follow_up, on_day, row, state_on, table, told

HBA1C = a_protocol(an_activity("hba1c", "P6M"))
UNDATED = an_undated_condition(DIABETES, "c1")
RECORDED_AT = an_undated_condition(DIABETES, "c1", at="Encounter/e1")
NAMED = an_encounter("AMB", "2020-01-15", "2020-01-15", reason="Condition/c1")


@table(
    row("named by nothing it holds on no day", UNDATED, on="2020-01-15", due=NOT_ASKED, because=""),
    row("named by an Encounter, from its day", UNDATED, NAMED, on="2020-01-15", due="2020-07-15"),
    row(
        "not before that day",
        UNDATED,
        NAMED,
        on="2020-01-14",
        due=NOT_ASKED,
        because="",
    ),
    row(
        "of two that name it the earlier",
        UNDATED,
        NAMED,
        an_encounter("EMER", "2019-11-02", "2019-11-02", reason="Condition/c1"),
        on="2020-01-15",
        due="2020-05-02",
    ),
    row(
        "recorded at an Encounter, from its day",
        RECORDED_AT,
        an_encounter("AMB", "2020-03-01", "2020-03-01", source="Encounter/e1"),
        on="2020-03-01",
        due="2020-09-01",
    ),
    row(
        "of a stay, from its first day",
        UNDATED,
        an_encounter("AMB", "2020-02-01", "2020-02-20", reason="Condition/c1"),
        on="2020-02-01",
        due="2020-08-01",
    ),
    row(
        "an Encounter that names another one dates nothing",
        UNDATED,
        an_encounter("AMB", "2020-01-15", "2020-01-15", reason="Condition/c2"),
        on="2020-01-15",
        due=NOT_ASKED,
        because="",
    ),
    row(
        "nor does one that names none",
        UNDATED,
        an_encounter("AMB", "2020-01-15", "2020-01-15"),
        on="2020-01-15",
        due=NOT_ASKED,
        because="",
    ),
)
def test_a_condition_without_a_day_of_its_own(line: Row) -> None:
    found = a_follow_up(line.facts, HBA1C)

    assert told(on_day(line.on, found) if found else None) == line.expected


def test_it_ends_when_it_says_whatever_dates_its_beginning() -> None:
    ended = UNDATED._replace(until=a_last_day("2020-05-31"))
    follow_up = a_follow_up([ended, NAMED], HBA1C)

    assert state_on("2020-05-31", follow_up) == "upcoming"
    assert state_on("2020-06-01", follow_up) == "ended"


def test_one_that_had_ended_before_it_was_first_named_held_on_no_day() -> None:
    ended = UNDATED._replace(until=a_last_day("2020-01-14"))

    assert a_follow_up([ended, NAMED], HBA1C) is None


@pytest.mark.parametrize("beside", [(), (NAMED,)], ids=["not named", "named"])
def test_no_fact_without_a_day_is_among_those_that_rules_see(beside: tuple[Fact, ...]) -> None:
    patient = a_patient(UNDATED, a_use("C07AB02", "2020-01-15"), *beside)

    assert [str(fact.day) for fact in patient.of("condition")] == ["2020-01-15"] * len(beside)


def test_an_encounter_of_a_register_that_may_not_be_used_dates_nothing() -> None:
    elsewhere = NAMED._replace(controller="other")

    assert not a_patient(UNDATED, elsewhere, controllers=frozenset({"own"})).of("condition")


def test_a_pregnancy_is_due_so_long_after_the_encounter_that_dates_it() -> None:
    found = an_undated_condition("pregnant", "c1")._replace(item="pregnancy")

    [pregnancy] = a_patient(found, NAMED).of("pregnancy")
    assert (str(pregnancy.day), str(pregnancy.until)) == ("2020-01-15", "2020-10-21")
