"""Everything that has happened to a person over the years, newest first, until enough is told."""

from collections.abc import Iterable
from datetime import timedelta
from heapq import merge
from operator import attrgetter
from typing import Final

from service.jobs.demo.asthma_reviews import asthma_reviews
from service.jobs.demo.bookings import add_booking
from service.jobs.demo.chart import Chart
from service.jobs.demo.checks import checks
from service.jobs.demo.close_checks import close_checks
from service.jobs.demo.clotting_samples import clotting_samples
from service.jobs.demo.copd_reviews import copd_reviews
from service.jobs.demo.home_measurements import home_glucose, home_pressures
from service.jobs.demo.occasions import Occasion
from service.jobs.demo.other_care import emergencies, other_samples
from service.jobs.demo.practice import Practice
from service.jobs.demo.problems import add_problems
from service.jobs.demo.resources.patient import add_patient
from service.jobs.demo.screenings import (
    fundus_photographs,
    heart_tracings,
    medication_reviews,
    oral_checks,
)
from service.jobs.demo.tables.medicines import SULFONYLUREA_OR_INSULIN, WARFARIN
from service.jobs.demo.treatments import add_treatments
from service.jobs.demo.vaccinations import vaccinations

HISTORY: Final = timedelta(days=5 * 365)


def add_record(chart: Chart, practice: Practice) -> None:
    """Put the whole record of a person into the chart: five years, or as long as the quota asks."""
    add_patient(chart)
    add_problems(chart)
    in_use = add_treatments(chart)
    streams = [
        checks(chart, practice),
        close_checks(chart),
        asthma_reviews(chart, practice),
        copd_reviews(chart, practice),
        other_samples(chart),
        emergencies(chart),
        fundus_photographs(chart),
        heart_tracings(chart),
        oral_checks(chart),
        medication_reviews(chart),
        vaccinations(chart),
        home_pressures(chart),
    ]
    if in_use & SULFONYLUREA_OR_INSULIN:
        streams.append(home_glucose(chart))
    if WARFARIN in in_use:
        streams.append(clotting_samples(chart))
    _add_occasions(chart, streams)
    add_booking(chart)


def _add_occasions(chart: Chart, streams: Iterable[Iterable[Occasion]]) -> None:
    earliest = chart.today - HISTORY
    for occasion in merge(*streams, key=attrgetter("day"), reverse=True):
        told = occasion.day < earliest if chart.quota is None else chart.full
        if told:
            return
        occasion.write()
