"""Whom a protocol follows up, from when to when, and which unit answers for it."""

import pytest

from service.domain.adjustment import AdjustmentKind
from tests.builders import (
    DIABETES,
    a_condition,
    a_day,
    a_death,
    a_protocol,
    a_result,
    a_unit,
    an_activity,
    an_adjustment,
)
from tests.spec.table import a_follow_up, on_day, state_on, told

HBA1C = a_protocol(an_activity("hba1c", "P6M"))


def test_it_begins_on_the_first_day_of_the_condition_and_not_before() -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15")], HBA1C)

    assert state_on("2020-01-14", follow_up) == "not asked"
    assert state_on("2020-01-15", follow_up) == "upcoming"


def test_without_the_condition_nothing_is_asked_for() -> None:
    assert a_follow_up([a_condition("icd10|I10", "2020-01-15")], HBA1C) is None


def test_it_ends_the_day_after_the_condition_s_last() -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15", "2021-03-31")], HBA1C)

    assert state_on("2021-03-31", follow_up) == "overdue"
    assert told(on_day("2021-04-01", follow_up)) == ("not asked", "condition-ended")


def test_a_relapse_begins_anew() -> None:
    facts = [
        a_condition(DIABETES, "2020-01-15", "2021-03-31"),
        a_condition(DIABETES, "2022-05-01"),
    ]
    follow_up = a_follow_up(facts, HBA1C)

    assert state_on("2022-04-30", follow_up) == "ended"
    assert told(on_day("2022-05-01", follow_up)) == ("2022-11-01", "base")


def test_an_own_interval_counts_from_the_relapse_too() -> None:
    facts = [
        a_condition(DIABETES, "2020-01-15", "2021-03-31"),
        a_condition(DIABETES, "2022-05-01"),
    ]
    entry = an_adjustment(AdjustmentKind.OWN_INTERVAL, "2022-05-01", every="P3M")
    follow_up = a_follow_up(facts, HBA1C, decided=[entry])

    assert told(on_day("2022-05-01", follow_up)) == ("2022-08-01", "own-entry")


def test_two_conditions_that_follow_on_each_other_are_one_stretch() -> None:
    facts = [
        a_condition(DIABETES, "2020-01-15", "2020-03-31"),
        a_condition("icd10|E11.2", "2020-04-01"),
    ]
    follow_up = a_follow_up(facts, HBA1C)

    assert told(on_day("2020-04-01", follow_up)) == ("2020-07-15", "base")


def test_death_ends_everything_that_day() -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15"), a_death("2020-09-01")], HBA1C)

    assert state_on("2020-08-31", follow_up) == "overdue"
    assert told(on_day("2020-09-01", follow_up)) == ("not asked", "died")


def test_who_died_before_the_diagnosis_is_asked_for_nothing() -> None:
    assert a_follow_up([a_condition(DIABETES, "2020-01-15"), a_death("2020-01-15")], HBA1C) is None


UNITS = [
    a_unit("by-visit", "2020-02-01", "visit"),
    a_unit("registered", "2020-03-01", "registered", "2020-05-31"),
    a_unit("by-episode", "2020-04-01", "episode", "2020-06-30"),
    a_unit("later-visit", "2020-08-01", "visit"),
]


@pytest.mark.parametrize(
    ("day", "unit"),
    [
        ("2020-01-31", ""),
        ("2020-02-01", "by-visit"),
        ("2020-03-01", "registered"),
        ("2020-04-01", "by-episode"),
        ("2020-06-30", "by-episode"),
        ("2020-07-01", "by-visit"),
        ("2020-08-01", "later-visit"),
    ],
)
def test_the_unit_is_the_episode_s_else_the_registered_else_the_last_visited(
    day: str, unit: str
) -> None:
    stretch = on_day(day, a_follow_up([a_condition(DIABETES, "2020-01-15"), *UNITS], HBA1C))

    assert stretch
    assert stretch.unit == unit


def test_a_move_changes_the_unit_and_not_the_plan() -> None:
    facts = [a_condition(DIABETES, "2020-01-15"), a_result("hba1c", 50, "2020-02-10"), *UNITS]
    follow_up = a_follow_up(facts, HBA1C)

    assert follow_up
    stretches = [one for one in follow_up.stretches if one.holds_from > a_day("2020-02-10")]
    assert {one.window.due_on for one in stretches} == {a_day("2020-08-10")}
