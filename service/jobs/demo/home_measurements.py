"""What people measure themselves: blood pressure series, and glucose data of those on insulin.

A blood pressure series is paired readings, morning (6-9) and evening (18-21), on four to seven days.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.occasions import Occasion, days_back
from service.jobs.demo.pressures import LOWER_AT_HOME, pressure_on
from service.jobs.demo.resources.findings import add_self_monitoring
from service.jobs.demo.resources.observations import (
    GLUCOSE_MANAGEMENT,
    PRESSURE_MEAN,
    Moment,
    add_blood_pressure,
    add_measurement,
    at_home,
)
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.thoroughness import is_done

MEASURES_AT_HOME: Final = 0.5
SENDS_THE_MEAN: Final = 0.8
_MEASURING: Final = frozenset({Disease.HYPERTENSION, Disease.CORONARY_DISEASE})
_READINGS: Final = (6 * 60 + 50, 6 * 60 + 55, 19 * 60 + 20, 19 * 60 + 25)
_SERIES_DAYS: Final = (4, 4, 4, 5, 7, 2)


def home_pressures(chart: Chart) -> Iterator[Occasion]:
    """Series of home blood pressure by half of those who are asked for them, newest first."""
    if not _MEASURING & chart.person.onsets.keys() or not is_done(chart, MEASURES_AT_HOME):
        return
    first = chart.chance.randrange(3, 200 if chart.well_followed else 600)
    for day in days_back(chart, first_gap=first, gap=lambda: chart.chance.randrange(120, 400)):
        yield Occasion(day, partial(_write_series, chart, day))


def home_glucose(chart: Chart) -> Iterator[Occasion]:
    """Glucose management indicators from sensors, as agreed with the nurse, newest first."""
    first = chart.chance.randrange(3, 160)
    for day in days_back(chart, first_gap=first, gap=lambda: chart.chance.randrange(80, 160)):
        yield Occasion(day, partial(_write_glucose, chart, day))


def _write_series(chart: Chart, last: date) -> None:
    """Most send the mean of the series, the others every reading."""
    if happens(chart.chance, SENDS_THE_MEAN):
        mean = pressure_on(chart, last, lower=LOWER_AT_HOME)
        told = at_home(chart, last, minutes=_READINGS[-1])
        add_blood_pressure(chart, mean, moment=told, code=PRESSURE_MEAN)
        return
    for back in range(chart.chance.choice(_SERIES_DAYS)):
        day = last - timedelta(days=back)
        for minutes in _READINGS:
            reading = pressure_on(chart, day, lower=LOWER_AT_HOME)
            add_blood_pressure(chart, reading, moment=at_home(chart, day, minutes=minutes))


def _write_glucose(chart: Chart, day: date) -> None:
    # GMI (%) = 3.31 + 0.02392 x mean glucose (mg/dL): Bergenstal et al., Diabetes Care 2018;41:2275.
    glucose = chart.chance.gauss(chart.health.levels["fpg"] + 1.0, 0.6) * 18
    indicator = round(3.31 + 0.02392 * glucose, 1)
    seen = at_home(chart, day, minutes=8 * 60)
    add_measurement(chart, GLUCOSE_MANAGEMENT, value=indicator, moment=seen)
    agreed_with = chart.refer(chart.person.unit.nurse.id)
    add_self_monitoring(chart, Moment(day, 9 * 60, agreed_with))
