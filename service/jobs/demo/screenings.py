"""What comes every year or two: eye photographs, heart tracings, oral checks, medication reviews."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.occasions import Occasion, days_back
from service.jobs.demo.resources.datatypes import Json
from service.jobs.demo.resources.findings import add_fundus_findings
from service.jobs.demo.resources.observations import Moment
from service.jobs.demo.resources.procedures import (
    ELECTROCARDIOGRAM,
    FUNDUS_PHOTOGRAPH,
    MEDICATION_REVIEW,
    ORAL_CHECK,
    add_procedure,
    add_report,
)
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.thoroughness import is_done

_NOON: Final = 12 * 60


class Screening(NamedTuple):
    """Who takes part (for these diseases, this share), and how many days should lie between two."""

    diseases: frozenset[Disease]
    share: float
    interval: int


_FUNDUS: Final = Screening(frozenset({Disease.TYPE_2_DIABETES}), 0.88, 1050)
_TRACING: Final = Screening(
    frozenset(
        {
            Disease.TYPE_2_DIABETES,
            Disease.HYPERTENSION,
            Disease.CORONARY_DISEASE,
            Disease.ATRIAL_FIBRILLATION,
        }
    ),
    0.82,
    730,
)
_ORAL: Final = Screening(frozenset({Disease.TYPE_2_DIABETES, Disease.CORONARY_DISEASE}), 0.68, 365)
_REVIEW: Final = Screening(
    frozenset({Disease.CHRONIC_KIDNEY_DISEASE, Disease.ASTHMA, Disease.ATRIAL_FIBRILLATION}),
    0.55,
    365,
)


def fundus_photographs(chart: Chart) -> Iterator[Occasion]:
    """Eye photographs of people with diabetes; one in eight has never been photographed."""
    for day in _days(chart, _FUNDUS):
        yield Occasion(day, partial(_write_fundus, chart, day))


def heart_tracings(chart: Chart) -> Iterator[Occasion]:
    """Electrocardiograms."""
    for day in _days(chart, _TRACING):
        yield Occasion(day, partial(_write_tracing, chart, day))


def oral_checks(chart: Chart) -> Iterator[Occasion]:
    """Checks of mouth and teeth."""
    for day in _days(chart, _ORAL):
        yield Occasion(day, partial(_write_procedure, chart, day, code=ORAL_CHECK))


def medication_reviews(chart: Chart) -> Iterator[Occasion]:
    """Reviews of the whole medication."""
    for day in _days(chart, _REVIEW):
        yield Occasion(day, partial(_write_procedure, chart, day, code=MEDICATION_REVIEW))


def _days(chart: Chart, screening: Screening) -> Iterator[date]:
    """In the last interval for the well followed, up to two and a half of them ago for the others."""
    takes_part = is_done(chart, screening.share)
    if not takes_part or not screening.diseases & chart.person.onsets.keys():
        return iter(())
    longest = 1.1 if chart.well_followed else 2.5
    first = chart.chance.uniform(5, longest * screening.interval)
    low, high = 0.7 * screening.interval, 1.4 * screening.interval
    return days_back(chart, first_gap=first, gap=lambda: chart.chance.uniform(low, high))


def _moment(chart: Chart, day: date) -> Moment:
    return Moment(day, _NOON, chart.refer(chart.person.unit.organisation.id))


def _write_fundus(chart: Chart, day: date) -> None:
    """The findings of both eyes; one time in ten only the photograph, its reading not yet sent."""
    if happens(chart.chance, 0.1):
        add_procedure(chart, FUNDUS_PHOTOGRAPH, moment=_moment(chart, day))
    else:
        add_fundus_findings(chart, _moment(chart, day))


def _write_tracing(chart: Chart, day: date) -> None:
    atrial = chart.person.has(Disease.ATRIAL_FIBRILLATION, day)
    conclusion = "Eteisvärinä." if atrial else "Sinusrytmi, ei muutoksia."
    add_report(chart, ELECTROCARDIOGRAM, moment=_moment(chart, day), conclusion=conclusion)


def _write_procedure(chart: Chart, day: date, *, code: Json) -> None:
    add_procedure(chart, code, moment=_moment(chart, day))
