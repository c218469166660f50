"""Checks of diabetes, blood pressure, lipids and kidneys: a sample, a nurse, at times a physician.

How often, after Finnish figures: HbA1c within a year in 76-89 % and LDL in 67-70 % of type 2
diabetes (North Karelia); 0.9 HbA1c, 1.5 eGFR and 0.4 U-AlbKre a year (Keski-Uusimaa), of which the
close checks and the samples for other reasons bring a part.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.health import measured
from service.jobs.demo.occasions import Occasion, check_days, working_day
from service.jobs.demo.practice import Practice
from service.jobs.demo.pressures import add_pressure
from service.jobs.demo.problems import icd10_of
from service.jobs.demo.resources.encounters import Visit, add_visit
from service.jobs.demo.resources.findings import add_foot_risk, add_risk_class, add_smoking
from service.jobs.demo.resources.observations import (
    ALCOHOL,
    BODY_MASS_INDEX,
    DEPRESSION,
    STROKE_RISK,
    WEIGHT,
    Measurement,
    Moment,
    add_measurement,
    at_visit,
)
from service.jobs.demo.resources.procedures import FOOT_PULSES, FOOT_SENSATION, add_procedure
from service.jobs.demo.samples import examine, morning_sample
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.thoroughness import is_done

CHECKED_WITHIN_YEAR: Final = 0.89

# The share of checks whose sample is examined for a group of tests, by disease.
_TESTS: Final = {
    Disease.TYPE_2_DIABETES: {
        "hba1c": 0.97,
        "lipids": 0.74,
        "kidney": 0.96,
        "salts": 0.6,
        "acr": 0.4,
        "b12": 0.4,
        "alat": 0.3,
    },
    Disease.HYPERTENSION: {"kidney": 0.84, "salts": 0.8, "lipids": 0.5, "fpg": 0.5, "acr": 0.4},
    Disease.DYSLIPIDAEMIA: {"lipids": 0.8, "alat": 0.4, "ck": 0.05, "hba1c": 0.2},
    Disease.CHRONIC_KIDNEY_DISEASE: {
        "kidney": 0.97,
        "salts": 0.92,
        "acr": 0.45,
        "hb": 0.75,
        "minerals": 0.3,
    },
    Disease.CORONARY_DISEASE: {
        "lipids": 0.75,
        "kidney": 0.8,
        "salts": 0.75,
        "hb": 0.65,
        "hba1c": 0.55,
    },
    Disease.ATRIAL_FIBRILLATION: {
        "kidney": 0.8,
        "salts": 0.5,
        "hb": 0.7,
        "thyroid": 0.45,
        "alat": 0.4,
    },
}
_MOST_REASONS: Final = 3
# What is asked at the visits of whom: mood with coronary disease, the risk of stroke with atrial fibrillation.
_ASKED: Final = (
    (Disease.CORONARY_DISEASE, DEPRESSION, "phq9"),
    (Disease.ATRIAL_FIBRILLATION, STROKE_RISK, "chadsvasc"),
)


def checks(chart: Chart, practice: Practice) -> Iterator[Occasion]:
    """The checks of a person who has any of these diseases, newest first."""
    onsets = [began for one, began in chart.person.onsets.items() if one in _TESTS]
    if not onsets:
        return
    days = check_days(
        chart,
        since=min(onsets),
        within_year=CHECKED_WITHIN_YEAR + practice.diligence,
        mean_beyond=260,
        gap=(190, 560, 360),
    )
    for day in days:
        yield Occasion(day, partial(_write_check, chart, day))


def _write_check(chart: Chart, day: date) -> None:
    chance = chart.chance
    sampled_on = working_day(day - timedelta(days=chance.randrange(3, 13)))
    groups = _groups(chart, sampled_on)
    examine(chart, morning_sample(chart, sampled_on), groups=groups)
    _write_nurse_visit(chart, day)
    later = day + timedelta(days=chance.randrange(0, 35))
    if is_done(chart, 0.6) and later <= chart.last_day:
        _write_physician_visit(chart, working_day(later))


def _groups(chart: Chart, day: date) -> list[str]:
    """The groups of tests asked for: for each the share of the disease that asks most for it."""
    shares: dict[str, float] = {}
    for disease, of_disease in _TESTS.items():
        if chart.person.has(disease, day):
            for group, share in of_disease.items():
                shares[group] = max(share, shares.get(group, 0.0))
    return [group for group, share in shares.items() if is_done(chart, share)]


def _write_nurse_visit(chart: Chart, day: date) -> None:
    chance = chart.chance
    diabetic = chart.person.has(Disease.TYPE_2_DIABETES, day)
    visit = Visit(day, chance.randrange(8 * 60, 15 * 60), chart.person.unit.nurse.id)
    visit = add_visit(chart, visit, activities=activities(chart, day), reasons=reasons(chart, day))
    moment = at_visit(chart, visit)
    if is_done(chart, 0.95):
        add_pressure(chart, moment)
    if is_done(chart, 0.85):
        add_weight(chart, moment)
    if is_done(chart, 0.65):
        add_smoking(chart, moment)
    if is_done(chart, 0.5):
        score = measured(chart.health, "audit_c", years_ago=0, chance=chance)
        add_measurement(chart, ALCOHOL, value=min(12, round(score)), moment=moment)
    if diabetic and is_done(chart, 0.66):
        _add_foot_examination(chart, moment)
    for disease, what, item in _ASKED:
        if chart.person.has(disease, day) and is_done(chart, 0.6):
            _ask(chart, what, item=item, moment=moment)


def activities(chart: Chart, day: date) -> tuple[str, ...]:
    """What the visit was for in our activity codes; one system in twelve sends none."""
    if happens(chart.chance, 0.08):
        return ()
    diabetic = chart.person.has(Disease.TYPE_2_DIABETES, day)
    others = [one for one in _TESTS if one is not Disease.TYPE_2_DIABETES]
    nursed = any(chart.person.has(one, day) for one in others)
    return ("dm_annual",) * diabetic + ("nurse",) * (nursed or not diabetic)


def reasons(chart: Chart, day: date) -> list[tuple[str, str]]:
    """The diseases of the day as ICD-10 codes, at most three."""
    found = [one for one in _TESTS if chart.person.has(one, day)]
    return [icd10_of(chart, one) for one in found[:_MOST_REASONS]]


def _ask(chart: Chart, what: Measurement, *, item: str, moment: Moment) -> None:
    score = measured(chart.health, item, years_ago=0, chance=chart.chance)
    add_measurement(chart, what, value=min(9, round(score)), moment=moment)


def add_weight(chart: Chart, moment: Moment) -> None:
    """Put the weight of a visit into the record, at times with the body mass index."""
    weight = measured(chart.health, "weight", years_ago=0, chance=chart.chance)
    add_measurement(chart, WEIGHT, value=round(weight, 1), moment=moment)
    if happens(chart.chance, 0.4):
        metres = chart.health.levels["height"] / 100
        index = round(weight / metres**2, 1)
        add_measurement(chart, BODY_MASS_INDEX, value=index, moment=moment)


def _add_foot_examination(chart: Chart, moment: Moment) -> None:
    add_procedure(chart, FOOT_SENSATION, moment=moment)
    add_procedure(chart, FOOT_PULSES, moment=moment)
    add_foot_risk(chart, moment)


def _write_physician_visit(chart: Chart, day: date) -> None:
    visit = Visit(day, chart.chance.randrange(8 * 60, 15 * 60), chart.person.unit.physician.id)
    reviewed = is_done(chart, 0.5)
    done = ("phys", "medrev") if reviewed else ("phys",)
    visit = add_visit(chart, visit, activities=done, reasons=reasons(chart, day))
    if happens(chart.chance, 0.5):
        add_pressure(chart, at_visit(chart, visit))
    if happens(chart.chance, 0.3):
        add_risk_class(chart, at_visit(chart, visit))
