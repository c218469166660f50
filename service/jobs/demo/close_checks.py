"""Close follow-up of the well followed whose blood pressure or HbA1c is above target.

Every three months, as the protocols ask. It brings HbA1c to about 1.2 a year, above the 0.9 of
Keski-Uusimaa in 2021.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.checks import activities, reasons
from service.jobs.demo.occasions import Occasion, days_back, working_day
from service.jobs.demo.pressures import add_pressure
from service.jobs.demo.resources.encounters import Visit, add_visit
from service.jobs.demo.resources.observations import at_visit
from service.jobs.demo.samples import examine, morning_sample
from service.jobs.demo.tables.prevalence import Disease

FOLLOWED_CLOSELY: Final = 0.7
_TARGETS: Final = {
    Disease.TYPE_2_DIABETES: ("hba1c", 53),
    Disease.HYPERTENSION: ("systolic", 138),
}
_TOLD_DAYS: Final = 400


def close_checks(chart: Chart) -> Iterator[Occasion]:
    """The close checks of the last year, newest first."""
    closely = happens(chart.chance, FOLLOWED_CLOSELY)
    above = [disease for disease in _TARGETS if _is_above(chart, disease)]
    if not (closely and chart.well_followed and above):
        return
    began = max(chart.person.onsets[disease] for disease in above)
    earliest = max(began, chart.last_day - timedelta(days=_TOLD_DAYS))
    first = chart.chance.uniform(0, 95)
    for day in days_back(chart, first_gap=first, gap=lambda: chart.chance.triangular(70, 130, 95)):
        if day < earliest:
            return
        yield Occasion(day, partial(_write, chart, day))


def _is_above(chart: Chart, disease: Disease) -> bool:
    item, target = _TARGETS[disease]
    return disease in chart.person.onsets and chart.health.levels[item] >= target


def _write(chart: Chart, day: date) -> None:
    if _is_above(chart, Disease.TYPE_2_DIABETES):
        sampled_on = working_day(day - timedelta(days=chart.chance.randrange(2, 9)))
        examine(chart, morning_sample(chart, sampled_on), groups=["hba1c"])
    visit = Visit(day, chart.chance.randrange(8 * 60, 15 * 60), chart.person.unit.nurse.id)
    visit = add_visit(chart, visit, activities=activities(chart, day), reasons=reasons(chart, day))
    add_pressure(chart, at_visit(chart, visit))
