"""What happens to a person, newest first: streams of occasions, each written into the record when reached."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import takewhile
from typing import Final, NamedTuple

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.thoroughness import share_of

_FRIDAY: Final = 4
_HOLIDAYS: Final = frozenset({(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)})
YEAR: Final = 365


class Occasion(NamedTuple):
    """A day on which something happened, and what writes it into the record."""

    day: date
    write: Callable[[], None]


def days_back(chart: Chart, *, first_gap: float, gap: Callable[[], float]) -> Iterator[date]:
    """Working days from `first_gap` days before the last day back to adult age, `gap()` days apart."""
    day = chart.last_day - timedelta(days=round(first_gap))
    while day > chart.person.adult_on:
        yield working_day(day)
        day -= timedelta(days=max(1, round(gap())))


def check_days(
    chart: Chart,
    *,
    since: date,
    within_year: float,
    mean_beyond: float,
    gap: tuple[float, float, float],
) -> Iterator[date]:
    """The days of checks since a disease began, newest first.

    The last one lies within a year for the share `within_year` of people, else `mean_beyond` days
    beyond it; `gap` are the least, most and likeliest days between two.
    """
    share = share_of(within_year, well_followed=chart.well_followed)
    first = since_last_check(chart, share, mean_beyond=mean_beyond)
    days = days_back(chart, first_gap=first, gap=lambda: chart.chance.triangular(*gap))
    return takewhile(lambda day: day >= since, days)


def since_last_check(chart: Chart, share_within_year: float, *, mean_beyond: float) -> float:
    """Days since the last check: within a year for this share of people, else longer ago."""
    if happens(chart.chance, share_within_year):
        return chart.chance.uniform(0, YEAR - 15)
    return YEAR + chart.chance.expovariate(1 / mean_beyond)


def working_day(day: date) -> date:
    """The day itself, or the last one before it that is neither weekend nor a fixed holiday."""
    while day.weekday() > _FRIDAY or (day.month, day.day) in _HOLIDAYS:
        day -= timedelta(days=1)
    return day
