"""Slots on the calendar: seasons, also over new year, and scheduled rounds that do not drift."""

from datetime import date
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.domain.interval import Interval
from service.domain.season import Season, Slot, scheduled_slots
from service.domain.window import Window, window_around
from tests.builders import a_day, an_interval, the_figures

INFLUENZA = Season((9, 1), (12, 31), (3, 31))
SEASONS = st.sampled_from(
    [
        INFLUENZA,
        Season((11, 1), (2, 15), (4, 30)),  # due after new year
        Season((4, 1), (5, 31), (8, 31)),  # within one year
    ]
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def days_of(slot: Slot) -> list[str]:
    """Opens, due, missed from."""
    return [d.isoformat() for d in (slot.window.opens_on, slot.window.due_on, slot.missed_from)]


def first_of(season: Season, starts_on: str) -> list[str]:
    """The first season that can still be done in time."""
    return days_of(next(season.slots(a_day(starts_on))))


def test_the_first_season_is_the_first_that_can_be_done_in_time() -> None:
    assert first_of(INFLUENZA, "2024-06-01") == ["2024-09-01", "2024-12-31", "2025-04-01"]
    assert first_of(INFLUENZA, "2024-12-31") == ["2024-09-01", "2024-12-31", "2025-04-01"]
    assert first_of(INFLUENZA, "2025-01-01") == ["2025-09-01", "2025-12-31", "2026-04-01"]


def test_a_season_may_be_due_after_new_year() -> None:
    season = Season((11, 1), (2, 15), (4, 30))

    assert first_of(season, "2025-01-10") == ["2024-11-01", "2025-02-15", "2025-05-01"]


def test_a_season_may_lie_within_a_year() -> None:
    season = Season((4, 1), (5, 31), (8, 31))

    assert first_of(season, "2025-01-10") == ["2025-04-01", "2025-05-31", "2025-09-01"]


@given(SEASONS, DAYS)
def test_seasons_follow_each_other_without_overlap(season: Season, starts_on: date) -> None:
    slots = list(islice(season.slots(starts_on), 4))

    assert slots[0].window.due_on >= starts_on
    assert all(slot.window.opens_on <= slot.window.due_on < slot.missed_from for slot in slots)
    assert all(a.missed_from <= b.window.opens_on for a, b in pairwise(slots))


def test_seasons_end_with_the_calendar() -> None:
    assert list(INFLUENZA.slots(a_day("9998-01-01"))) == []


def around(due_on: date) -> Window:
    """Windows of a month's interval."""
    return window_around(due_on, an_interval("P1M"), the_figures())


def test_scheduled_slots_are_counted_from_the_start() -> None:
    slots = islice(scheduled_slots(a_day("2024-01-31"), an_interval("P1M"), around), 3)

    assert [slot.window.due_on.isoformat() for slot in slots] == [
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]


@given(DAYS, st.builds(Interval, st.integers(1, 24)))
def test_a_scheduled_slot_is_missed_when_the_next_opens(start: date, every: Interval) -> None:
    def windows(due_on: date) -> Window:
        return window_around(due_on, every, the_figures())

    slots = list(islice(scheduled_slots(start, every, windows), 5))

    assert [a.missed_from for a in slots[:-1]] == [b.window.opens_on for b in slots[1:]]


def test_without_a_length_nothing_is_scheduled() -> None:
    assert list(scheduled_slots(a_day("2024-01-31"), an_interval("P0D"), around)) == []


def test_scheduled_slots_end_with_the_calendar() -> None:
    assert list(scheduled_slots(a_day("9999-11-30"), an_interval("P1M"), around)) == []
