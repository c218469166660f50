"""Care beside the checks: samples for other reasons, emergency visits and hospital stays.

About 0.8 samples and 0.15 emergency visits a person and year are ours, plausible and no source.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.occasions import YEAR, Occasion, days_back
from service.jobs.demo.pressures import add_pressure
from service.jobs.demo.problems import icd10_of
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.encounters import Visit, add_emergency_visit, add_stay
from service.jobs.demo.resources.laboratory_results import Sample
from service.jobs.demo.resources.medications import Use, add_statement
from service.jobs.demo.resources.observations import at_visit
from service.jobs.demo.samples import examine, morning_sample
from service.jobs.demo.tables.medicines import PREDNISOLONE
from service.jobs.demo.tables.prevalence import Disease

SAMPLES_A_YEAR: Final = 0.85
EMERGENCIES_A_YEAR: Final = 0.15
_REASONS: Final = (
    ("R07.4", "Määrittämätön rintakipu"),
    ("R10.4", "Muu vatsakipu"),
    ("J18.9", "Määrittämätön keuhkokuume"),
    ("S52.5", "Värttinäluun alaosan murtuma"),
    ("R42", "Huimaus"),
)


def other_samples(chart: Chart) -> Iterator[Occasion]:
    """Samples taken for other reasons than the followed diseases, newest first."""
    rate = SAMPLES_A_YEAR / YEAR
    first = chart.chance.expovariate(rate)
    for day in days_back(chart, first_gap=first, gap=lambda: chart.chance.expovariate(rate)):
        yield Occasion(day, partial(_write_sample, chart, day))


def emergencies(chart: Chart) -> Iterator[Occasion]:
    """Visits to the emergency clinic, of which some become hospital stays, newest first."""
    if chart.person.died_on is None and happens(chart.chance, 0.003):
        first = chart.last_day - timedelta(days=chart.chance.randrange(6))
        yield Occasion(first, partial(_write_open_stay, chart, first))
    rate = EMERGENCIES_A_YEAR / YEAR
    day = chart.last_day - timedelta(days=15 + round(chart.chance.expovariate(rate)))
    while day > chart.person.adult_on:
        yield Occasion(day, partial(_write_emergency, chart, day))
        day -= timedelta(days=20 + round(chart.chance.expovariate(rate)))


def _write_sample(chart: Chart, day: date) -> None:
    wanted = {
        "infection": 0.6,
        "kidney": 0.62,
        "salts": 0.6,
        "hb": 0.6,
        "thyroid": 0.3,
        "alat": 0.3,
    }
    groups = [group for group, share in wanted.items() if happens(chart.chance, share)]
    examine(chart, morning_sample(chart, day), groups=groups)


def _write_emergency(chart: Chart, day: date) -> None:
    asthmatic = chart.person.has(Disease.ASTHMA, day) and happens(chart.chance, 0.4)
    reason = icd10_of(chart, Disease.ASTHMA) if asthmatic else chart.chance.choice(_REASONS)
    visit = add_emergency_visit(chart, day, reason=reason)
    add_pressure(chart, at_visit(chart, visit))
    sample = Sample(day, visit.minutes, visit.encounter)
    examine(chart, sample, groups=["infection", "kidney", "salts", "hb"])
    if asthmatic:
        course = Use(PREDNISOLONE, PREDNISOLONE.doses[0], day, day + timedelta(days=7))
        add_statement(chart, course, system=codes.ATC_FINLAND)
    elif happens(chart.chance, 0.3):
        last = day + timedelta(days=chart.chance.randrange(1, 10))
        _add_stay_reading(chart, add_stay(chart, day, last=last, reason=reason))


def _write_open_stay(chart: Chart, first: date) -> None:
    reason = chart.chance.choice(_REASONS)
    _add_stay_reading(chart, add_stay(chart, first, last=None, reason=reason))


def _add_stay_reading(chart: Chart, visit: Visit) -> None:
    add_pressure(chart, at_visit(chart, visit))
