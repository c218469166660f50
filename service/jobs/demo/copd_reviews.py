"""Reviews of COPD: symptoms, oxygen saturation, weight, inhaler technique, and spirometry."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from service.jobs.demo.chart import Chart
from service.jobs.demo.checks import add_weight
from service.jobs.demo.health import measured
from service.jobs.demo.occasions import Occasion, check_days
from service.jobs.demo.practice import Practice
from service.jobs.demo.problems import icd10_of
from service.jobs.demo.resources.encounters import Visit, add_visit
from service.jobs.demo.resources.findings import add_smoking
from service.jobs.demo.resources.observations import (
    BREATHLESSNESS,
    COPD_ASSESSMENT,
    FEV1,
    OXYGEN_SATURATION,
    Measurement,
    Moment,
    add_measurement,
    at_home,
    at_visit,
)
from service.jobs.demo.resources.procedures import SPIROMETRY, add_report
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.thoroughness import is_done

# Ours, plausible and no source: somewhat more than of asthma, for exacerbations bring people in.
REVIEWED_WITHIN_YEAR: Final = 0.55
_SHARE_OF_AIRFLOW: Final = 0.62


class Asked(NamedTuple):
    """What a review asks or measures: the key of its level, its highest value, its share of reviews."""

    what: Measurement
    item: str
    highest: int
    share: float


_ASKED: Final = (
    Asked(BREATHLESSNESS, "mmrc", 4, 0.8),
    Asked(OXYGEN_SATURATION, "spo2", 100, 0.8),
)
_ANSWERED_AT_HOME: Final = Asked(COPD_ASSESSMENT, "cat", 40, 0.85)


def copd_reviews(chart: Chart, practice: Practice) -> Iterator[Occasion]:
    """The reviews of a person with COPD, newest first."""
    onset = chart.person.onsets.get(Disease.COPD)
    if onset is None:
        return
    days = check_days(
        chart,
        since=onset,
        within_year=REVIEWED_WITHIN_YEAR + practice.diligence,
        mean_beyond=400,
        gap=(200, 800, 380),
    )
    for day in days:
        yield Occasion(day, partial(_write_review, chart, day))


def _write_review(chart: Chart, day: date) -> None:
    visit = Visit(day, chart.chance.randrange(8 * 60, 15 * 60), chart.person.unit.nurse.id)
    activities = ("nurse",) + ("inhaler",) * is_done(chart, 0.75)
    reasons = [icd10_of(chart, Disease.COPD)]
    visit = add_visit(chart, visit, activities=activities, reasons=reasons)
    moment = at_visit(chart, visit)
    _ask(chart, _ANSWERED_AT_HOME, moment=at_home(chart, day, minutes=visit.minutes))
    for asked in _ASKED:
        _ask(chart, asked, moment=moment)
    if is_done(chart, 0.85):
        add_weight(chart, moment)
    if is_done(chart, 0.7):
        add_smoking(chart, moment)
    if is_done(chart, 0.6):
        _add_spirometry(chart, moment)


def _ask(chart: Chart, asked: Asked, *, moment: Moment) -> None:
    if is_done(chart, asked.share):
        value = measured(chart.health, asked.item, years_ago=0, chance=chart.chance)
        add_measurement(chart, asked.what, value=min(asked.highest, round(value)), moment=moment)


def _add_spirometry(chart: Chart, moment: Moment) -> None:
    volume = measured(chart.health, "fev1", years_ago=0, chance=chart.chance)
    volume = round(_SHARE_OF_AIRFLOW * volume, 2)
    add_measurement(chart, FEV1, value=volume, moment=moment)
    add_report(chart, SPIROMETRY, moment=moment, conclusion="Keskivaikea obstruktio.")
