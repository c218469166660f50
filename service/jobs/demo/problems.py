"""How a person's diseases stand in the record: in which codes, how exactly, once or twice, ended or not."""

from datetime import date, timedelta
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.conditions import Precision, Problem, add_condition
from service.jobs.demo.resources.datatypes import Json, coding
from service.jobs.demo.tables import diagnoses
from service.jobs.demo.tables.diagnoses import DIAGNOSES
from service.jobs.demo.tables.prevalence import Disease

SEVERE_EGFR: Final = 30


def add_problems(chart: Chart) -> None:
    """Put the person's diseases into the record, with the few that ended or were a mistake."""
    for disease, onset in chart.person.onsets.items():
        _add_disease(chart, disease, onset=onset)
    for share, disease, add in _RARE:
        if disease not in chart.person.onsets and happens(chart.chance, share):
            add(chart, disease)
    if happens(chart.chance, 0.003):
        _add_palliative_care(chart)


def icd10_of(chart: Chart, disease: Disease) -> tuple[str, str]:
    """The ICD-10 code and its name for this person: with its complication or stage."""
    health, person = chart.health, chart.person
    if disease is Disease.TYPE_2_DIABETES:
        if Disease.CHRONIC_KIDNEY_DISEASE in person.onsets:
            return diagnoses.DIABETES_WITH_KIDNEY_DISEASE
        if health.retinopathy in {"moderate", "severe"}:
            return diagnoses.DIABETES_WITH_RETINOPATHY
    if disease is Disease.CHRONIC_KIDNEY_DISEASE and health.levels["egfr"] < SEVERE_EGFR:
        return diagnoses.SEVERE_KIDNEY_DISEASE
    known = DIAGNOSES[disease].icd10
    return known[person.born_on.toordinal() % len(known)]


def _add_disease(chart: Chart, disease: Disease, *, onset: date) -> None:
    chance = chart.chance
    precision = chance.choices(tuple(Precision), (90, 5, 3, 2))[0]
    recorded = min(onset + timedelta(days=chance.choice((0, 0, 0, 7, 30))), chart.last_day)
    in_remission = disease is Disease.TYPE_2_DIABETES and happens(chance, 0.01)
    problem = Problem(
        _codings(chart, disease),
        onset,
        recorded,
        precision,
        clinical="remission" if in_remission else "active",
    )
    add_condition(chart, problem, recorder=chart.person.unit.physician.id)
    if happens(chance, 0.06):
        again = min(recorded + timedelta(days=chance.randrange(30, 900)), chart.last_day)
        second = problem._replace(codings=_codings(chart, disease), recorded=again)
        add_condition(chart, second, recorder=chart.person.unit.physician.id)


def _codings(chart: Chart, disease: Disease) -> list[Json]:
    """Mostly ICD-10, alone or with another system; of 100, four in ICPC-2 and four in SNOMED CT only."""
    icd10 = coding(codes.ICD10, *icd10_of(chart, disease))
    icpc2 = coding(codes.ICPC2, *DIAGNOSES[disease].icpc2)
    snomed = coding(codes.SNOMED, *DIAGNOSES[disease].snomed)
    ways = ([icd10], [icd10, snomed], [icd10, icpc2], [icpc2], [snomed])
    return chart.chance.choices(ways, (56, 20, 16, 4, 4))[0]


def _add_ended(chart: Chart, disease: Disease) -> None:
    ended = chart.last_day - timedelta(days=chart.chance.randrange(400, 3000))
    drawn = ended - timedelta(days=chart.chance.randrange(700, 4000))
    onset = max(drawn, chart.person.born_on)
    problem = Problem(_codings(chart, disease), onset, onset, clinical="resolved", ended=ended)
    add_condition(chart, problem, recorder=chart.person.unit.physician.id)


def _add_mistake(chart: Chart, disease: Disease) -> None:
    day = chart.last_day - timedelta(days=chart.chance.randrange(30, 1500))
    status = chart.chance.choice(("entered-in-error", "refuted"))
    problem = Problem(_codings(chart, disease), day, day, clinical="inactive", verification=status)
    add_condition(chart, problem, recorder=chart.person.unit.physician.id)


def _add_palliative_care(chart: Chart) -> None:
    day = chart.last_day - timedelta(days=chart.chance.randrange(1, 120))
    problem = Problem([coding(codes.ICD10, *diagnoses.PALLIATIVE_CARE)], day, day)
    add_condition(chart, problem, recorder=chart.person.unit.physician.id)


_RARE: Final = (
    (0.02, Disease.ASTHMA, _add_ended),
    (0.01, Disease.HYPERTENSION, _add_ended),
    (0.01, Disease.TYPE_2_DIABETES, _add_mistake),
)
