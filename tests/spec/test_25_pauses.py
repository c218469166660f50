"""Rule shape 25: postponed, declined, suspended, in hospital: for as long as it says, never hidden."""

import pytest

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp
from service.domain.season import Season
from tests.builders import (
    DIABETES,
    PALLIATIVE,
    a_condition,
    a_day,
    a_protocol,
    a_result,
    an_activity,
    an_adjustment,
    an_encounter,
)
from tests.spec.table import a_follow_up, on_day, state_on, told

CONDITION = a_condition(DIABETES, "2020-01-15")
MEASURED = a_result("hba1c", 50, "2024-01-10")  # due 10 July, opens 22 June, closes 24 August


def hba1c(
    *decided: Adjustment, facts: tuple[Fact, ...] = (), safety: bool = False
) -> FollowUp | None:
    """HbA1c every six months, measured on 10 January 2024."""
    protocol = a_protocol(an_activity("hba1c", "P6M", safety=safety))
    return a_follow_up([CONDITION, MEASURED, *facts], protocol, decided=decided)


POSTPONED = an_adjustment(AdjustmentKind.POSTPONED, "2024-07-15", to="2024-10-01")


def test_postponed_it_is_due_on_the_new_day_and_the_old_one_is_kept() -> None:
    stretch = on_day("2024-07-15", hba1c(POSTPONED))

    assert stretch
    assert stretch.window.due_on == a_day("2024-10-01")
    assert stretch.original_due_on == a_day("2024-07-10")


def test_a_postponed_window_keeps_its_lead_and_its_grace() -> None:
    stretch = on_day("2024-07-15", hba1c(POSTPONED))

    assert stretch
    assert stretch.window.opens_on == a_day("2024-09-13")
    assert stretch.window.closes_on == a_day("2024-11-15")


def test_a_postponement_ends_with_the_round() -> None:
    follow_up = hba1c(POSTPONED, facts=(a_result("hba1c", 50, "2024-09-20"),))

    assert told(on_day("2024-09-19", follow_up))[0] == "2024-10-01"
    assert told(on_day("2024-09-20", follow_up))[0] == "2025-03-20"


def test_a_postponed_season_is_missed_like_any_other() -> None:
    season = Season(opens=(9, 1), due=(12, 31), ends=(3, 31))
    protocol = a_protocol(an_activity("flu", "P12M", season=season))
    entry = an_adjustment(AdjustmentKind.POSTPONED, "2024-12-01", to="2025-01-31")

    follow_up = a_follow_up([CONDITION], protocol, decided=[entry])

    assert told(on_day("2025-03-31", follow_up))[0] == "2025-01-31"
    assert told(on_day("2025-04-01", follow_up))[0] == "2025-12-31"


DECLINED = an_adjustment(AdjustmentKind.DECLINED, "2024-07-15", "2025-07-14")


def test_declined_it_rests_to_its_last_day_and_is_then_judged_as_if_never_paused() -> None:
    follow_up = hba1c(DECLINED)

    assert state_on("2024-07-14", follow_up) == "due"
    assert state_on("2024-07-15", follow_up) == "paused"
    assert state_on("2025-07-14", follow_up) == "paused"
    assert state_on("2025-07-15", follow_up) == "overdue"


@pytest.mark.parametrize("day", ["2025-01-01", "2025-07-15"])
def test_a_decline_keeps_its_date_and_its_window(day: str) -> None:
    stretch = on_day(day, hba1c(DECLINED))

    assert stretch
    assert stretch.window.due_on == a_day("2024-07-10")
    assert stretch.window.closes_on == a_day("2024-08-24")


def test_a_decline_without_an_end_ends_the_follow_up() -> None:
    follow_up = hba1c(an_adjustment(AdjustmentKind.DECLINED, "2024-07-15"))

    assert state_on("2024-07-14", follow_up) == "due"
    assert state_on("2024-07-15", follow_up) == "ended"
    assert told(on_day("2029-01-01", follow_up)) == ("not asked", "declined")


def test_contraindicated_it_rests_and_says_why() -> None:
    entry = an_adjustment(AdjustmentKind.CONTRAINDICATED, "2024-07-15")

    stretch = on_day("2027-01-01", hba1c(entry))

    assert stretch
    assert stretch.exclusion == "contraindicated"
    assert state_on("2027-01-01", hba1c(entry)) == "paused"


def test_a_result_that_comes_during_a_pause_still_counts() -> None:
    follow_up = hba1c(DECLINED, facts=(a_result("hba1c", 50, "2024-12-01"),))

    assert told(on_day("2024-12-01", follow_up))[0] == "2025-06-01"
    assert state_on("2025-07-15", follow_up) == "due"


def test_after_a_suspension_fourteen_days_are_left() -> None:
    follow_up = hba1c(an_adjustment(AdjustmentKind.SUSPENDED, "2024-07-15", "2024-10-31"))

    assert state_on("2024-10-31", follow_up) == "paused"
    assert state_on("2024-11-01", follow_up) == "due"
    assert state_on("2024-11-14", follow_up) == "due"
    assert state_on("2024-11-15", follow_up) == "overdue"


def test_a_suspension_that_ends_early_takes_nothing_away() -> None:
    follow_up = hba1c(an_adjustment(AdjustmentKind.SUSPENDED, "2024-07-15", "2024-07-20"))

    assert state_on("2024-08-24", follow_up) == "due"
    assert state_on("2024-08-25", follow_up) == "overdue"


def test_a_plan_on_hold_rests() -> None:
    follow_up = hba1c(an_adjustment(AdjustmentKind.PLAN_ON_HOLD, "2024-07-15"), safety=True)

    assert state_on("2024-09-30", follow_up) == "paused"


STAY = an_encounter("IMP", "2024-08-01", "2024-09-10")


def test_in_hospital_it_rests_until_fourteen_days_after() -> None:
    follow_up = hba1c(facts=(STAY,))

    assert state_on("2024-07-31", follow_up) == "due"
    assert state_on("2024-08-01", follow_up) == "paused"
    assert state_on("2024-09-24", follow_up) == "paused"
    assert state_on("2024-09-25", follow_up) == "overdue"


def test_in_hospital_a_safety_test_goes_on() -> None:
    assert state_on("2024-09-01", hba1c(facts=(STAY,), safety=True)) == "overdue"


def test_a_stay_that_has_not_ended_goes_on() -> None:
    follow_up = hba1c(facts=(an_encounter("IMP", "2024-08-01"),))

    assert state_on("2026-01-01", follow_up) == "paused"


def test_a_visit_to_the_health_centre_pauses_nothing() -> None:
    follow_up = hba1c(facts=(an_encounter("AMB", "2024-08-01", "2024-09-10"),))

    assert state_on("2024-09-01", follow_up) == "overdue"


def test_palliative_care_rests_all_but_safety_tests() -> None:
    palliative = (a_condition(PALLIATIVE, "2024-08-01"),)

    assert state_on("2026-01-01", hba1c(facts=palliative)) == "paused"
    assert state_on("2026-01-01", hba1c(facts=palliative, safety=True)) == "overdue"


def test_of_two_pauses_the_first_is_the_ground() -> None:
    stretch = on_day("2024-08-15", hba1c(DECLINED, facts=(STAY,)))

    assert stretch
    assert stretch.exclusion == "declined"


DOES_NOT_APPLY = an_adjustment(AdjustmentKind.DOES_NOT_APPLY, "2024-05-01")


def test_what_does_not_apply_to_a_person_has_ended_and_is_no_decline_of_theirs() -> None:
    follow_up = hba1c(DOES_NOT_APPLY)
    before, since = on_day("2024-04-30", follow_up), on_day("2024-05-01", follow_up)

    assert state_on("2024-04-30", follow_up) == "upcoming"
    assert state_on("2024-05-01", follow_up) == "ended"
    assert before
    assert since
    assert (before.exclusion, since.exclusion) == ("", "does-not-apply")


def test_what_does_not_apply_until_a_day_is_asked_for_again_after_it() -> None:
    follow_up = hba1c(DOES_NOT_APPLY._replace(until_day=a_day("2024-09-30")))

    assert state_on("2024-09-30", follow_up) == "ended"
    assert state_on("2024-10-01", follow_up) == "overdue"


def test_what_never_applied_is_shown_as_decided_not_left_out() -> None:
    follow_up = hba1c(DOES_NOT_APPLY._replace(from_day=a_day("2020-01-15")))

    assert state_on("2020-01-15", follow_up) == "ended"
