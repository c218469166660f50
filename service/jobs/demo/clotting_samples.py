"""Clotting samples (INR) of those on warfarin: every four weeks or so, in the last year."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.occasions import Occasion, days_back
from service.jobs.demo.samples import examine, morning_sample

_TOLD: Final = timedelta(days=365)


def clotting_samples(chart: Chart) -> Iterator[Occasion]:
    """The samples of a person who takes warfarin, newest first."""
    began = min(chart.person.onsets.values())
    earliest = max(began, chart.last_day - _TOLD)
    first = chart.chance.uniform(1, 28 if chart.well_followed else 50)
    for day in days_back(chart, first_gap=first, gap=lambda: chart.chance.triangular(14, 42, 28)):
        if day < earliest:
            return
        yield Occasion(day, partial(_write, chart, day))


def _write(chart: Chart, day: date) -> None:
    examine(chart, morning_sample(chart, day), groups=["clotting"])
