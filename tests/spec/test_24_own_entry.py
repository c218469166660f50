"""Rule shape 24: what was agreed for this one person wins over every protocol."""

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.follow_up import FollowUp
from service.domain.rule import Age
from tests.builders import (
    DIABETES,
    a_birth,
    a_condition,
    a_day,
    a_protocol,
    a_result,
    a_variant,
    an_activity,
    an_adjustment,
)
from tests.spec.table import a_follow_up, on_day, state_on, told

HBA1C = a_protocol(an_activity("hba1c", "P6M"))
CONDITION = a_condition(DIABETES, "2020-01-15")
MEASURED = a_result("hba1c", 50, "2024-03-10")


def agreed(*decided: Adjustment, measured_again: str = "2029-12-31") -> FollowUp | None:
    """HbA1c measured on 10 March 2024, and again on a later day."""
    again = a_result("hba1c", 50, measured_again)
    return a_follow_up([CONDITION, MEASURED, again], HBA1C, decided=decided)


OWN_DATE = an_adjustment(AdjustmentKind.OWN_DATE, "2024-03-10", to="2024-11-20")
OWN_INTERVAL = an_adjustment(AdjustmentKind.OWN_INTERVAL, "2024-04-02", every="P12M")


def test_an_own_date_wins_with_thirty_days_on_either_side() -> None:
    stretch = on_day("2024-03-10", agreed(OWN_DATE))

    assert stretch
    assert stretch.window.opens_on == a_day("2024-10-21")
    assert stretch.window.due_on == a_day("2024-11-20")
    assert stretch.window.closes_on == a_day("2024-12-20")
    assert stretch.variant == "own-entry"


def test_an_own_date_agreed_on_the_day_of_a_measurement_is_the_next_one() -> None:
    assert told(on_day("2024-06-01", agreed(OWN_DATE))) == ("2024-11-20", "own-entry")


def test_an_own_date_is_used_up_by_the_next_measurement() -> None:
    follow_up = agreed(OWN_DATE, measured_again="2024-11-05")

    assert told(on_day("2024-11-04", follow_up)) == ("2024-11-20", "own-entry")
    assert told(on_day("2024-11-05", follow_up)) == ("2025-05-05", "base")


def test_before_it_was_agreed_the_protocol_held() -> None:
    follow_up = agreed(OWN_INTERVAL)

    assert told(on_day("2024-04-01", follow_up)) == ("2024-09-10", "base")
    assert told(on_day("2024-04-02", follow_up)) == ("2025-03-10", "own-entry")


def test_an_own_interval_goes_on_after_the_next_measurement() -> None:
    follow_up = agreed(OWN_INTERVAL, measured_again="2025-02-28")

    assert told(on_day("2025-02-28", follow_up)) == ("2026-02-28", "own-entry")


def test_an_own_interval_ends_after_its_last_day() -> None:
    entry = an_adjustment(AdjustmentKind.OWN_INTERVAL, "2024-04-02", "2024-12-31", every="P12M")
    follow_up = agreed(entry)

    assert told(on_day("2024-12-31", follow_up)) == ("2025-03-10", "own-entry")
    assert told(on_day("2025-01-01", follow_up)) == ("2024-09-10", "base")


def test_an_own_interval_moves_a_date_that_was_reached() -> None:
    entry = an_adjustment(AdjustmentKind.OWN_INTERVAL, "2024-12-20", every="P12M")
    follow_up = agreed(entry)

    assert state_on("2024-12-19", follow_up) == "overdue"
    assert told(on_day("2024-12-20", follow_up)) == ("2025-03-10", "own-entry")


def test_the_later_of_two_entries_holds() -> None:
    follow_up = agreed(OWN_DATE, OWN_INTERVAL)

    assert told(on_day("2024-04-01", follow_up)) == ("2024-11-20", "own-entry")
    assert told(on_day("2024-04-02", follow_up)) == ("2025-03-10", "own-entry")


def test_an_own_interval_is_never_due_before_the_protocol_began() -> None:
    entry = an_adjustment(AdjustmentKind.OWN_INTERVAL, "2020-02-01", every="P3M")
    early = a_result("hba1c", 50, "2015-03-10")
    follow_up = a_follow_up([CONDITION, early], HBA1C, decided=[entry])

    assert told(on_day("2020-02-01", follow_up)) == ("2020-01-15", "own-entry")


def test_an_own_entry_asks_for_what_the_protocol_does_not_require() -> None:
    young = a_variant("under 40", Age(below=40), None)
    protocol = a_protocol(an_activity("hba1c", "P6M", variants=(young,)))
    facts = [CONDITION, a_birth("1990-05-05")]
    entry = an_adjustment(AdjustmentKind.OWN_DATE, "2024-03-10", to="2024-11-20")

    follow_up = a_follow_up(facts, protocol, decided=[entry])

    assert told(on_day("2024-03-09", follow_up)) == ("not asked", "")
    assert told(on_day("2024-03-10", follow_up)) == ("2024-11-20", "own-entry")


def test_an_own_entry_ends_with_the_condition() -> None:
    condition = a_condition(DIABETES, "2020-01-15", "2024-05-31")
    follow_up = a_follow_up([condition, MEASURED], HBA1C, decided=[OWN_DATE])

    assert told(on_day("2024-05-31", follow_up)) == ("2024-11-20", "own-entry")
    assert told(on_day("2024-06-01", follow_up)) == ("not asked", "condition-ended")


def test_of_two_entries_of_one_day_the_one_told_last_holds() -> None:
    later = an_adjustment(AdjustmentKind.OWN_DATE, "2024-03-10", to="2024-12-05")

    assert told(on_day("2024-06-01", agreed(OWN_DATE, later))) == ("2024-12-05", "own-entry")
    assert told(on_day("2024-06-01", agreed(later, OWN_DATE))) == ("2024-11-20", "own-entry")
