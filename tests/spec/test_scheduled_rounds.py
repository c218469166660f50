"""Rounds that lie on the calendar, counted from the start: done inside one, or missed with it."""

import pytest

from service.domain.protocol import Recurrence
from service.domain.rule import Age
from tests.builders import (
    DIABETES,
    a_birth,
    a_condition,
    a_protocol,
    a_result,
    a_variant,
    an_activity,
    follow_ups_of,
)
from tests.spec.table import Row, a_follow_up, next_date, row, state_on, table

# From 15 January 2020: 15 July (opens 27 June), 15 January (opens 28 December), ...
REVIEW = an_activity("nurse", "P6M", recurrence=Recurrence.SCHEDULED)


@table(
    row("at the start: six months later", on="2020-01-15", due="2020-07-15"),
    row(
        "done before it opens: still to be done",
        a_result("nurse", 1, "2020-06-01"),
        on="2020-06-02",
        due="2020-07-15",
    ),
    row("done inside it", a_result("nurse", 1, "2020-07-01"), on="2020-07-01", due="2021-01-15"),
    row(
        "done late inside it: the next one does not move",
        a_result("nurse", 1, "2020-09-20"),
        on="2020-09-20",
        due="2021-01-15",
    ),
    row("not done, the day before the next opens", on="2020-12-27", due="2020-07-15"),
    row("not done, the day the next opens: missed", on="2020-12-28", due="2021-01-15"),
    row(
        "done when the next is open: closes that one",
        a_result("nurse", 1, "2020-12-28"),
        on="2020-12-28",
        due="2021-07-15",
    ),
)
def test_a_scheduled_review_lies_on_the_calendar(line: Row) -> None:
    assert next_date(line, REVIEW) == line.expected


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2020-06-26", "upcoming"),
        ("2020-06-27", "due"),
        ("2020-08-29", "due"),
        ("2020-08-30", "overdue"),
        ("2020-12-27", "overdue"),
        ("2020-12-28", "due"),
    ],
)
def test_a_missed_round_gives_way_to_the_next(day: str, state: str) -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15")], a_protocol(REVIEW))

    assert state_on(day, follow_up) == state


def test_month_ends_do_not_drift() -> None:
    condition = a_condition(DIABETES, "2020-01-31")
    monthly = a_protocol(an_activity("nurse", "P1M", recurrence=Recurrence.SCHEDULED))
    follow_up = a_follow_up([condition], monthly)

    assert follow_up
    due = [stretch.window.due_on.isoformat() for stretch in follow_up.stretches]
    assert due[:4] == ["2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31"]


def test_not_required_holds_for_rounds_on_the_calendar_too() -> None:
    young = a_variant("under 40", Age(below=40), None)
    activity = an_activity("nurse", "P6M", recurrence=Recurrence.SCHEDULED, variants=(young,))
    line = row(
        "39 until August",
        a_birth("1980-08-10"),
        on="2020-08-09",
        due="not asked",
        because="",
    )

    assert next_date(line, activity) == line.expected
    assert next_date(line._replace(on="2020-08-10"), activity) == ("2020-07-15", "base")


def test_a_schedule_needs_a_length() -> None:
    conditions = [a_condition(DIABETES, "2020-01-15")]
    without = a_protocol(an_activity("nurse", None, recurrence=Recurrence.SCHEDULED))

    assert follow_ups_of(conditions, [without]) == {}


def test_nothing_is_laid_out_beyond_the_horizon() -> None:
    later = [a_condition(DIABETES, "2024-05-01")]

    assert follow_ups_of(later, [a_protocol(REVIEW)], until="2021-01-01") == {}
    assert a_follow_up(later, a_protocol(REVIEW))


def test_the_last_round_laid_out_ends_at_the_horizon() -> None:
    conditions = [a_condition(DIABETES, "2020-01-15")]

    (follow_up,) = follow_ups_of(conditions, [a_protocol(REVIEW)], until="2021-01-01").values()

    assert follow_up.stretches[-1].holds_to.isoformat() == "2024-04-01"
