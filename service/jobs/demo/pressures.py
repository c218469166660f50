"""Blood pressures: one measured at a visit, or at home, where it is a few mmHg lower."""

from datetime import date
from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.health import measured
from service.jobs.demo.resources.observations import Moment, add_blood_pressure

LOWER_AT_HOME: Final = 5.0
_LEAST_BETWEEN: Final = 20


def add_pressure(chart: Chart, moment: Moment) -> None:
    """Measure the blood pressure once, where care is given."""
    add_blood_pressure(chart, pressure_on(chart, moment.day), moment=moment)


def pressure_on(chart: Chart, day: date, *, lower: float = 0.0) -> tuple[int, int]:
    """One pair of systolic and diastolic pressure."""
    years_ago = chart.years_ago(day)
    systolic, diastolic = (
        round(measured(chart.health, item, years_ago=years_ago, chance=chart.chance) - lower)
        for item in ("systolic", "diastolic")
    )
    return systolic, min(diastolic, systolic - _LEAST_BETWEEN)
