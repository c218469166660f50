"""The figures of the five protocols, row by row as the protocol table has them.

A row: protocol, activity, key, kind, who does it, base interval, then the variants' intervals in order. `?` is
unconfirmed; `none` not required; `plan` the patient's own plan gives the date.
"""

import pytest

from service.domain.catalogue import Catalogue
from service.domain.formula import Formula
from service.domain.interval import Interval
from service.domain.protocol import Activity
from tests.fhir_protocol.profiles import our_extension, plan

TABLE = """
type-2-diabetes        hba1c                 hba1c     lab              lab              P6M    P3M P3M P3M? P12M?
type-2-diabetes        nurse-annual-review   dm_annual visit            nurse            P12M   P3M P3M?
type-2-diabetes        physician-review      phys      visit            physician        P24M?  P12M?
type-2-diabetes        weight-bmi            weight    measurement      nurse            P12M   P3M?
type-2-diabetes        blood-pressure        bp        measurement      nurse            P12M   P3M? P1M
type-2-diabetes        lipids                lipids    lab              lab              P12M   P3M P6M?
type-2-diabetes        urine-acr             acr       lab              lab              P12M   P3M P6M P4M P3M
type-2-diabetes        egfr-creatinine       egfr      lab              lab              P12M   P6M? P6M P4M P3M
type-2-diabetes        fundus-photo          fundus    imaging          imaging-unit     P36M   P0D P24M P12M plan P0D P3M?
type-2-diabetes        foot-exam             foot      measurement      nurse            P12M   P6M P3M P1M
type-2-diabetes        oral-health           oral      visit            dental-hygienist P12M   plan
type-2-diabetes        smoking-status        smoking   questionnaire    nurse            P12M?  P6M? P36M?
type-2-diabetes        influenza-vaccine     flu       vaccination      nurse            P12M   P12M
type-2-diabetes        vitamin-b12           b12       lab              lab              P12M?  none?
type-2-diabetes        ecg                   ecg       measurement      nurse            P24M?  P12M?
type-2-diabetes        home-glucose          cgm       self-measurement patient          P6M?   P3M?
hypertension           office-bp             bp        measurement      nurse            P12M   P1M P3M? P6M P24M?
hypertension           home-bp-series        home_bp   self-measurement patient          P6M    P1M? P3M
hypertension           k-na-creatinine       k_na_krea lab              lab              P12M   P2W P24M? P6M P4M P3M
hypertension           urine-acr             acr       lab              lab              P24M?  P6M P4M P3M
hypertension           lipids                lipids    lab              lab              P24M?  P12M?
hypertension           glucose               fpg       lab              lab              P24M?  P12M?
hypertension           ecg                   ecg       measurement      nurse            P24M?
hypertension           weight-bmi            weight    measurement      nurse            P12M?
hypertension           smoking-status        smoking   questionnaire    nurse            P12M?  P6M? P36M?
hypertension           alcohol               alcohol   questionnaire    nurse            P12M?
hypertension           nurse-visit           nurse     visit            nurse            P12M?  P3M?
hypertension           physician-review      phys      visit            physician        P24M?  P6M?
dyslipidaemia          lipids                lipids    lab              lab              P12M   P3M P3M? P24M? P60M?
dyslipidaemia          alt                   alat      lab              lab              none   P3M P12M P4W
dyslipidaemia          ck                    ck        lab              lab              none   P0D
dyslipidaemia          glucose-hba1c         hba1c     lab              lab              P36M?  P12M?
dyslipidaemia          risk-assessment       nurse     visit            nurse            P12M?  P24M?
dyslipidaemia          smoking-status        smoking   questionnaire    nurse            P12M?  P6M? P36M?
asthma                 review                nurse     visit            nurse            P12M   P3M? P3M? P1M? P2M?
asthma                 act                   act       questionnaire    patient          P12M   P3M? P1M?
asthma                 spirometry            spiro     measurement      nurse            P24M   P6M P12M P60M?
asthma                 pef-series            pef       self-measurement patient          P12M?  P3M?
asthma                 inhaler-technique     inhaler   visit            nurse            P12M   P3M?
asthma                 reliever-use          medrev    visit            nurse            P12M?  P3M
asthma                 weight-bmi            weight    measurement      nurse            P12M?
asthma                 smoking-status        smoking   questionnaire    nurse            P12M?  P6M? P36M?
asthma                 influenza-vaccine     flu       vaccination      nurse            P12M   P12M
asthma                 physician-review      phys      visit            physician        P24M?  P6M?
chronic-kidney-disease egfr-creatinine       egfr      lab              lab              P12M   P6M P4M P3M P2W P2W?
chronic-kidney-disease urine-acr             acr       lab              lab              P12M   P6M P4M P3M
chronic-kidney-disease potassium-sodium      k         lab              lab              P12M   P2W P6M P4M P3M
chronic-kidney-disease haemoglobin           hb        lab              lab              P12M?  P6M? P3M?
chronic-kidney-disease calcium-phosphate-pth pth_pi    lab              lab              none?  P12M? P6M? P3M?
chronic-kidney-disease blood-pressure        bp        measurement      nurse            P6M?   P3M?
chronic-kidney-disease lipids                lipids    lab              lab              P12M?
chronic-kidney-disease medication-review     medrev    visit            physician        P12M?  P6M?
chronic-kidney-disease nurse-visit           nurse     visit            nurse            P12M?  P6M P4M P3M
chronic-kidney-disease smoking-status        smoking   questionnaire    nurse            P12M?  P6M? P36M?
chronic-kidney-disease influenza-vaccine     flu       vaccination      nurse            P12M   P12M
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
NAMES = [f"{row[0]}/{row[1]}" for row in ROWS]


def activity_of(catalogue: Catalogue, protocol: str, activity: str) -> Activity:
    return next(one for one in catalogue.protocols[protocol].activities if one.id == activity)


def figure(interval: Interval | Formula | None, confirmed: bool) -> str:
    return f"{written(interval)}{'' if confirmed else '?'}"


def written(interval: Interval | Formula | None) -> str:
    if isinstance(interval, Formula):
        return "formula"
    return interval.iso if interval else "none"


def from_the_plan(protocol: str, activity: str) -> list[int]:
    """The places of the variants that the patient's own plan decides."""
    action = next(one for one in plan(protocol)["action"] if one["id"] == activity)
    return [n for n, one in enumerate(action["action"]) if our_extension(one, "own-entry")]


def test_the_five_protocols_have_these_activities_and_no_others(catalogue):
    found = [
        f"{protocol.id}/{one.id}"
        for protocol in catalogue.protocols.values()
        for one in protocol.activities
    ]
    assert sorted(found) == sorted(NAMES)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_key_kind_and_performer_are_those_of_the_table(catalogue, row):
    activity = activity_of(catalogue, row[0], row[1])
    assert [activity.key, activity.kind.value, activity.performer] == row[2:5]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_intervals_and_their_evidence_are_those_of_the_table(catalogue, row):
    activity = activity_of(catalogue, row[0], row[1])
    found = [figure(variant.interval, variant.confirmed) for variant in activity.variants]
    for place in from_the_plan(row[0], row[1]):
        found.insert(place, "plan")
    assert [figure(activity.interval, activity.confirmed), *found] == row[5:]


def test_every_figure_of_our_own_awaits_a_clinician(catalogue):
    assert catalogue.figures.lead.divisor == 10
    assert (catalogue.figures.lead.at_least, catalogue.figures.lead.at_most) == (7, 61)
    assert catalogue.figures.grace.divisor == 4
    assert (catalogue.figures.grace.at_least, catalogue.figures.grace.at_most) == (7, 91)
