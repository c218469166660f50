"""When it opens, is due and closes, and the one state it has on each day."""

import pytest

from service.domain.rule import Bound, LastValue, MedicineEvent
from service.domain.window import Leeway
from tests.builders import (
    DIABETES,
    a_condition,
    a_protocol,
    a_result,
    a_use,
    a_variant,
    an_activity,
    an_interval,
    medicines,
)
from tests.spec.table import a_follow_up, on_day, state_on

CONDITION = a_condition(DIABETES, "2020-01-15")
DONE = a_result("hba1c", 61, "2024-03-12")


def window(every: str, *, leeway: Leeway | None = None) -> tuple[str, str, str]:
    """The window of an activity done on 12 March 2024."""
    activity = an_activity("hba1c", every, leeway=leeway or Leeway())
    stretch = on_day("2024-03-12", a_follow_up([CONDITION, DONE], a_protocol(activity)))
    assert stretch
    opens_on, due_on, closes_on = stretch.window
    return opens_on.isoformat(), due_on.isoformat(), closes_on.isoformat()


@pytest.mark.parametrize(
    ("every", "opens", "due", "closes"),
    [
        ("P3M", "2024-06-03", "2024-06-12", "2024-07-05"),  # 92 days: 9 and 23
        ("P6M", "2024-08-25", "2024-09-12", "2024-10-28"),  # 184 days: 18 and 46
        ("P12M", "2025-02-04", "2025-03-12", "2025-06-11"),  # 365 days: 36, and 91
        ("P24M", "2026-01-10", "2026-03-12", "2026-06-11"),  # 730 days: at most 61 and 91
        ("P60M", "2029-01-10", "2029-03-12", "2029-06-11"),
        ("P1M", "2024-04-05", "2024-04-12", "2024-04-19"),  # 31 days: at least 7 and 7
        ("P4W", "2024-04-02", "2024-04-09", "2024-04-16"),
        ("P2W", "2024-03-19", "2024-03-26", "2024-04-02"),  # 14 days: 7 is half of it
        ("P1W", "2024-03-16", "2024-03-19", "2024-03-26"),  # 7 days: never over half, 3
        ("P1D", "2024-03-13", "2024-03-13", "2024-03-20"),
    ],
)
def test_lead_and_grace_are_shares_of_the_interval(
    every: str, opens: str, due: str, closes: str
) -> None:
    assert window(every) == (opens, due, closes)


def test_a_protocol_may_state_its_own_lead_and_grace() -> None:
    own = Leeway(lead_days=14, grace_days=0)

    assert window("P3M", leeway=own) == ("2024-05-29", "2024-06-12", "2024-06-12")


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2024-06-02", "upcoming"),
        ("2024-06-03", "due"),
        ("2024-06-12", "due"),
        ("2024-07-05", "due"),
        ("2024-07-06", "overdue"),
        ("2030-01-01", "overdue"),
    ],
)
def test_hba1c_61_on_12_march_opens_3_june_and_is_overdue_from_6_july(day: str, state: str) -> None:
    above = a_variant("above 53", LastValue("hba1c", Bound(">", 53)), "P3M")
    protocol = a_protocol(an_activity("hba1c", "P6M", variants=(above,)))

    assert state_on(day, a_follow_up([CONDITION, DONE], protocol)) == state


STARTED = MedicineEvent(medicines("C09"), an_interval("P3M"), or_changed=True)
SAFETY = a_protocol(
    an_activity(
        "k", "P12M", safety=True, variants=(a_variant("started", STARTED, "P2W", on_event=True),)
    )
)


@pytest.mark.parametrize(
    ("measured", "closes"),
    [
        ("2024-03-01", "2024-03-18"),  # due on 15 March
        ("2024-03-29", "2024-04-15"),  # due on 12 April, six weeks after the start to the day
        ("2024-03-30", "2024-04-20"),  # due on 13 April: a week, as usual
    ],
)
def test_a_safety_test_within_six_weeks_of_a_start_has_three_days(
    measured: str, closes: str
) -> None:
    facts = [CONDITION, a_use("C09AA05", "2024-03-01"), a_result("k", 4.2, measured)]

    stretch = on_day(measured, a_follow_up(facts, SAFETY))

    assert stretch
    assert stretch.window.closes_on.isoformat() == closes


def test_a_test_that_is_no_safety_test_has_its_usual_grace() -> None:
    activity = an_activity(
        "k", "P12M", variants=(a_variant("started", STARTED, "P2W", on_event=True),)
    )
    facts = [CONDITION, a_use("C09AA05", "2024-03-01"), a_result("k", 4.2, "2024-02-01")]

    stretch = on_day("2024-03-01", a_follow_up(facts, a_protocol(activity)))

    assert stretch
    assert stretch.window.closes_on.isoformat() == "2024-03-22"


@pytest.mark.parametrize(
    ("done", "timeliness"),
    [
        ("2024-06-02", "early"),
        ("2024-06-03", "on-time"),
        ("2024-07-05", "on-time"),
        ("2024-07-06", "late"),
        ("2025-07-06", "late"),
    ],
)
def test_a_round_is_closed_early_on_time_or_late(done: str, timeliness: str) -> None:
    protocol = a_protocol(an_activity("hba1c", "P3M"))
    follow_up = a_follow_up([CONDITION, DONE, a_result("hba1c", 50, done)], protocol)

    stretch = on_day(done, follow_up)

    assert stretch
    assert stretch.done
    assert stretch.done.timeliness == timeliness
    assert stretch.done.on.isoformat() == done


def test_the_worklist_orders_by_the_day_a_whole_interval_will_have_been_missed() -> None:
    stretch = on_day(
        "2024-03-12", a_follow_up([CONDITION, DONE], a_protocol(an_activity("hba1c", "P3M")))
    )

    assert stretch
    assert stretch.order_on.isoformat() == "2024-09-12"
