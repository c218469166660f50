"""Rule shape 13: once a season, not twelve months from the last dose."""

from service.domain.fact import Fact
from service.domain.rule import Age
from service.domain.season import Season
from tests.builders import (
    DIABETES,
    a_birth,
    a_condition,
    a_finding,
    a_protocol,
    a_variant,
    an_activity,
)
from tests.spec.table import Row, a_follow_up, next_date, on_day, row, state_on, table

INFLUENZA = Season(opens=(9, 1), due=(12, 31), ends=(3, 31))
VACCINE = an_activity("flu", "P12M", season=INFLUENZA)


def dose(on: str) -> tuple[Fact, ...]:
    """One dose."""
    return (a_finding("flu", "dose", on),)


@table(
    row("diagnosed in January: the coming autumn", on="2020-01-15", due="2020-12-31"),
    row("in the season, not yet vaccinated", on="2020-10-20", due="2020-12-31"),
    row("vaccinated in the season", *dose("2020-10-20"), on="2020-10-20", due="2021-12-31"),
    row("vaccinated on its first day", *dose("2020-09-01"), on="2020-09-01", due="2021-12-31"),
    row("vaccinated the day before", *dose("2020-08-31"), on="2020-09-01", due="2020-12-31"),
    row("vaccinated late, in February", *dose("2021-02-20"), on="2021-02-20", due="2021-12-31"),
    row("not vaccinated, the last of March", on="2021-03-31", due="2020-12-31"),
    row(
        "not vaccinated, the first of April: missed, the next one",
        on="2021-04-01",
        due="2021-12-31",
    ),
    row(
        "vaccinated in October and again in January: one season",
        *dose("2020-10-20"),
        *dose("2021-01-20"),
        on="2021-01-20",
        due="2021-12-31",
    ),
    row(
        "vaccinated late one season and early the next: both closed",
        *dose("2021-01-20"),
        *dose("2021-09-15"),
        on="2021-09-15",
        due="2022-12-31",
    ),
    row(
        "vaccinated in the season before the diagnosis: the coming autumn as well",
        *dose("2019-11-02"),
        on="2020-01-15",
        due="2020-12-31",
    ),
)
def test_influenza_vaccine_is_due_once_a_season(line: Row) -> None:
    assert next_date(line, VACCINE) == line.expected


def test_diagnosed_in_the_season_it_is_due_in_the_same_one() -> None:
    condition = a_condition(DIABETES, "2020-11-20")
    follow_up = a_follow_up([condition], a_protocol(VACCINE))
    vaccinated = a_follow_up([condition, *dose("2020-10-05")], a_protocol(VACCINE))

    assert state_on("2020-11-20", follow_up) == "due"
    assert state_on("2020-11-20", vaccinated) == "upcoming"


def test_the_season_opens_closes_and_is_missed_by_the_calendar() -> None:
    follow_up = a_follow_up([a_condition(DIABETES, "2020-01-15")], a_protocol(VACCINE))

    assert state_on("2020-08-31", follow_up) == "upcoming"
    assert state_on("2020-09-01", follow_up) == "due"
    assert state_on("2020-12-31", follow_up) == "due"
    assert state_on("2021-01-01", follow_up) == "overdue"
    assert state_on("2021-03-31", follow_up) == "overdue"
    assert state_on("2021-04-01", follow_up) == "upcoming"


AT_65 = an_activity(
    "flu", None, season=INFLUENZA, variants=(a_variant("65 or over", Age(at_least=65), "P12M"),)
)


@table(
    row("64 in October", a_birth("1955-11-02"), on="2020-11-01", due="not asked", because=""),
    row(
        "65 in November: asked in the season that is open",
        a_birth("1955-11-02"),
        on="2020-11-02",
        due="2020-12-31",
        because="65 or over",
    ),
)
def test_a_rule_that_becomes_true_in_the_season_asks_in_that_season(line: Row) -> None:
    assert next_date(line, AT_65) == line.expected


def test_a_dose_between_two_seasons_closes_neither() -> None:
    dose_in_may = dose("2021-05-15")
    follow_up = a_follow_up(
        [a_condition(DIABETES, "2020-01-15"), *dose_in_may], a_protocol(VACCINE)
    )

    stretch = on_day("2021-05-15", follow_up)

    assert stretch
    assert stretch.window.due_on.isoformat() == "2021-12-31"
    assert stretch.done
    assert stretch.done.timeliness is None
