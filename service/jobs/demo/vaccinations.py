"""Vaccinations: influenza in the autumns, pneumococcus once.

Coverage follows Finnish experience roughly: three of five from 65 years on, one of three with a
risk disease before.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.occasions import Occasion, working_day
from service.jobs.demo.resources.immunizations import (
    INFLUENZA,
    PNEUMOCOCCUS,
    Coded,
    Vaccine,
    add_vaccination,
)
from service.jobs.demo.tables.prevalence import Disease

_SEASONS: Final = 6
_FREE_FOR_ALL_FROM: Final = 65
_ONCE_WITH: Final = 2  # the dose with which pneumococcus came, counted back from the newest
_RISK_DISEASES: Final = frozenset(
    {
        Disease.TYPE_2_DIABETES,
        Disease.CHRONIC_KIDNEY_DISEASE,
        Disease.ASTHMA,
        Disease.COPD,
        Disease.CORONARY_DISEASE,
    }
)


def vaccinations(chart: Chart) -> Iterator[Occasion]:
    """The vaccinations of the last seasons, newest first."""
    faithful = chart.chance.random()
    found = [
        day for back in range(_SEASONS) if (day := _autumn_day(chart, back, faithful=faithful))
    ]
    for day in found:
        yield Occasion(day, partial(_write, chart, INFLUENZA, day=day))
    if found and (_is_old(chart, found[-1]) or Disease.COPD in chart.person.onsets):
        day = found[min(_ONCE_WITH, len(found) - 1)] - timedelta(days=1)
        yield Occasion(day, partial(_write, chart, PNEUMOCOCCUS, day=day))


def _autumn_day(chart: Chart, years_ago: int, *, faithful: float) -> date | None:
    """The day of the dose in that autumn, mid-October to mid-December; None without a dose."""
    begins = date(chart.today.year - years_ago, 10, 12)
    day = working_day(begins + timedelta(days=chart.chance.randrange(60)))
    drawn = 0.7 * faithful + 0.3 * chart.chance.random()
    return day if day <= chart.last_day and drawn < _coverage(chart, day) else None


def _coverage(chart: Chart, day: date) -> float:
    if _is_old(chart, day):
        return 0.6
    at_risk = any(chart.person.has(disease, day) for disease in _RISK_DISEASES)
    return 0.34 if at_risk else 0.12


def _is_old(chart: Chart, day: date) -> bool:
    return chart.person.age_on(day) >= _FREE_FOR_ALL_FROM


def _write(chart: Chart, vaccine: Vaccine, *, day: date) -> None:
    coded = chart.chance.choices(tuple(Coded), (80, 10, 10))[0]
    add_vaccination(chart, vaccine, day=day, coded=coded)
