"""Reviews of asthma: the control test, inhaler technique, at times spirometry and a peak flow series.

How often: 36 % of Finnish adults with asthma have a yearly review.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.checks import add_weight
from service.jobs.demo.health import measured
from service.jobs.demo.occasions import Occasion, check_days
from service.jobs.demo.practice import Practice
from service.jobs.demo.problems import icd10_of
from service.jobs.demo.resources.encounters import Visit, add_visit
from service.jobs.demo.resources.findings import add_smoking
from service.jobs.demo.resources.observations import (
    ASTHMA_CONTROL,
    FEV1,
    PEAK_FLOW,
    Moment,
    add_measurement,
    at_home,
    at_visit,
)
from service.jobs.demo.resources.procedures import SPIROMETRY, add_report
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.thoroughness import is_done

REVIEWED_WITHIN_YEAR: Final = 0.37
_HIGHEST_SCORE: Final = 25


def asthma_reviews(chart: Chart, practice: Practice) -> Iterator[Occasion]:
    """The reviews of a person with asthma, newest first."""
    onset = chart.person.onsets.get(Disease.ASTHMA)
    if onset is None:
        return
    days = check_days(
        chart,
        since=onset,
        within_year=REVIEWED_WITHIN_YEAR + practice.diligence,
        mean_beyond=700,
        gap=(300, 1500, 600),
    )
    for day in days:
        yield Occasion(day, partial(_write_review, chart, day))


def _write_review(chart: Chart, day: date) -> None:
    chance = chart.chance
    visit = Visit(day, chance.randrange(8 * 60, 15 * 60), chart.person.unit.nurse.id)
    activities = ("nurse",) + ("inhaler",) * is_done(chart, 0.75)
    reasons = [icd10_of(chart, Disease.ASTHMA)]
    visit = add_visit(chart, visit, activities=activities, reasons=reasons)
    moment = at_visit(chart, visit)
    if is_done(chart, 0.85):
        score = measured(chart.health, "act", years_ago=0, chance=chance)
        answered = at_home(chart, day, minutes=visit.minutes)
        add_measurement(
            chart, ASTHMA_CONTROL, value=min(_HIGHEST_SCORE, round(score)), moment=answered
        )
    if is_done(chart, 0.55):
        _add_spirometry(chart, moment)
    if is_done(chart, 0.45):
        flow = measured(chart.health, "peak_flow", years_ago=0, chance=chance)
        blown = at_home(chart, day, minutes=7 * 60)
        add_measurement(chart, PEAK_FLOW, value=round(flow, -1), moment=blown)
    if is_done(chart, 0.6):
        add_smoking(chart, moment)
    if is_done(chart, 0.5):
        add_weight(chart, moment)


def _add_spirometry(chart: Chart, moment: Moment) -> None:
    volume = measured(chart.health, "fev1", years_ago=0, chance=chart.chance)
    add_measurement(chart, FEV1, value=round(volume, 2), moment=moment)
    add_report(chart, SPIROMETRY, moment=moment, conclusion="Ei merkittävää obstruktiota.")
