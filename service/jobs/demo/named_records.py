"""The record of a named person, as the story tells it: every result flawless and in its place."""

from datetime import date, timedelta
from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.faults import FLAWLESS
from service.jobs.demo.occasions import working_day
from service.jobs.demo.problems import icd10_of
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.appointments import add_appointment
from service.jobs.demo.resources.conditions import Problem, add_condition
from service.jobs.demo.resources.datatypes import coding
from service.jobs.demo.resources.encounters import Visit, add_emergency_visit, add_visit
from service.jobs.demo.resources.findings import (
    add_foot_risk,
    add_fundus_findings,
    add_risk_class,
    add_smoking,
)
from service.jobs.demo.resources.immunizations import INFLUENZA, Coded, add_vaccination
from service.jobs.demo.resources.laboratory_results import Sample, add_laboratory_result
from service.jobs.demo.resources.medications import Use, add_dispense, add_statement
from service.jobs.demo.resources.observations import (
    ALCOHOL,
    ASTHMA_CONTROL,
    FEV1,
    PEAK_FLOW,
    WEIGHT,
    Moment,
    add_blood_pressure,
    add_measurement,
    at_home,
    at_visit,
)
from service.jobs.demo.resources.patient import add_patient
from service.jobs.demo.resources.procedures import (
    ELECTROCARDIOGRAM,
    FOOT_PULSES,
    FOOT_SENSATION,
    ORAL_CHECK,
    SPIROMETRY,
    add_procedure,
    add_report,
)
from service.jobs.demo.tables.laboratory_tests import TESTS
from service.jobs.demo.tables.medicines import PREDNISOLONE, SALBUTAMOL
from service.jobs.demo.tables.prevalence import Disease
from service.jobs.demo.tables.stories import PastSample, PastVisit, Story

_MORNING: Final = 8 * 60
_SERIES: Final = ((6 * 60 + 50, 132, 78), (19 * 60 + 20, 128, 76))
_SERIES_DAYS: Final = 4
_SEASONS: Final = 3


def add_story(chart: Chart, story: Story) -> None:
    """Put the whole record of a named person into the chart."""
    add_patient(chart)
    _add_problems(chart)
    _add_medicines(chart, story)
    for sample in story.samples:
        _add_sample(chart, sample)
    for visit in story.visits:
        _add_visit(chart, visit, weight=story.weight)
    _add_examinations(chart, story)
    for days_ago in story.emergencies:
        _add_exacerbation(chart, _day(chart, days_ago))
    for days_ago in story.home_series:
        _add_home_series(chart, _day(chart, days_ago))
    if story.vaccinated:
        _add_vaccinations(chart)
    if story.booked:
        _add_booking(chart, story.booked)


def _day(chart: Chart, days_ago: int) -> date:
    return working_day(chart.today - timedelta(days=days_ago))


def _add_problems(chart: Chart) -> None:
    for disease, onset in chart.person.onsets.items():
        problem = Problem([coding(codes.ICD10, *icd10_of(chart, disease))], onset, onset)
        add_condition(chart, problem, recorder=chart.person.unit.physician.id)


def _add_medicines(chart: Chart, story: Story) -> None:
    for use in story.uses:
        end = None if use.to_days_ago is None else _day(chart, use.to_days_ago)
        taken = Use(use.medicine, use.dose, _day(chart, use.from_days_ago), end)
        add_statement(chart, taken, system=codes.ATC_FINLAND)
    for days_ago in story.dispenses:
        add_dispense(chart, SALBUTAMOL, day=_day(chart, days_ago))


def _add_sample(chart: Chart, past: PastSample) -> None:
    sample = Sample(_day(chart, past.days_ago), _MORNING)
    for item, value in past.values.items():
        add_laboratory_result(chart, TESTS[item], value=value, sample=sample, sending=FLAWLESS)


def _add_visit(chart: Chart, past: PastVisit, *, weight: float) -> None:
    unit = chart.person.unit
    worker = unit.physician if "phys" in past.activities else unit.nurse
    reasons = [icd10_of(chart, disease) for disease in past.reasons]
    visit = Visit(_day(chart, past.days_ago), _MORNING + 60, worker.id)
    visit = add_visit(chart, visit, activities=past.activities, reasons=reasons)
    moment = at_visit(chart, visit)
    if past.pressure:
        add_blood_pressure(chart, past.pressure, moment=moment)
    if past.score:
        answered = at_home(chart, visit.day, minutes=_MORNING)
        add_measurement(chart, ASTHMA_CONTROL, value=past.score, moment=answered)
    _add_also(chart, past.also, moment=moment, weight=weight)


def _add_also(chart: Chart, also: frozenset[str], *, moment: Moment, weight: float) -> None:
    if "weight" in also:
        add_measurement(chart, WEIGHT, value=weight, moment=moment)
    if "smoking" in also:
        add_smoking(chart, moment)
    if "alcohol" in also:
        add_measurement(chart, ALCOHOL, value=2, moment=moment)
    if "risk" in also:
        add_risk_class(chart, moment)
    if "feet" in also:
        add_procedure(chart, FOOT_SENSATION, moment=moment)
        add_procedure(chart, FOOT_PULSES, moment=moment)
        add_foot_risk(chart, moment)
    if "spirometry" in also:
        add_measurement(chart, FEV1, value=2.71, moment=moment)
        add_report(chart, SPIROMETRY, moment=moment, conclusion="Lievä obstruktio.")
    if "peak flow" in also:
        blown = at_home(chart, moment.day, minutes=_MORNING)
        add_measurement(chart, PEAK_FLOW, value=370, moment=blown)


def _add_examinations(chart: Chart, story: Story) -> None:
    unit = chart.person.unit.organisation.id
    for days_ago in story.photographs:
        add_fundus_findings(chart, Moment(_day(chart, days_ago), _MORNING, chart.refer(unit)))
    for days_ago in story.tracings:
        moment = Moment(_day(chart, days_ago), _MORNING, chart.refer(unit))
        add_report(chart, ELECTROCARDIOGRAM, moment=moment, conclusion="Sinusrytmi.")
    for days_ago in story.oral_checks:
        moment = Moment(_day(chart, days_ago), _MORNING, chart.refer(unit))
        add_procedure(chart, ORAL_CHECK, moment=moment)


def _add_exacerbation(chart: Chart, day: date) -> None:
    add_emergency_visit(chart, day, reason=icd10_of(chart, Disease.ASTHMA))
    end = min(day + timedelta(days=7), chart.last_day)
    course = Use(PREDNISOLONE, PREDNISOLONE.doses[0], day, end)
    add_statement(chart, course, system=codes.ATC_FINLAND)


def _add_home_series(chart: Chart, last: date) -> None:
    for back in range(_SERIES_DAYS):
        for minutes, systolic, diastolic in _SERIES:
            moment = at_home(chart, last - timedelta(days=back), minutes=minutes)
            add_blood_pressure(chart, (systolic - back, diastolic), moment=moment)


def _add_vaccinations(chart: Chart) -> None:
    """A dose each October that is past."""
    autumns = [working_day(date(chart.today.year - back, 10, 20)) for back in range(_SEASONS)]
    for day in autumns:
        if day <= chart.last_day:
            add_vaccination(chart, INFLUENZA, day=day, coded=Coded.ATC)


def _add_booking(chart: Chart, booked: tuple[int, str]) -> None:
    days, activity = booked
    day = working_day(chart.today + timedelta(days=days))
    add_appointment(chart, day, minutes=_MORNING + 90, activity=activity)
