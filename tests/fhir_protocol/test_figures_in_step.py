"""The figures of the protocols, row by row as the protocol table has them.

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
type-2-diabetes               hba1c                   hba1c                   lab              lab              P6M   P3M P3M P3M? P12M?
type-2-diabetes               nurse-annual-review     dm_annual               visit            nurse            P12M  P3M P3M?
type-2-diabetes               physician-review        phys                    visit            physician        P24M? P12M?
type-2-diabetes               weight-bmi              weight                  measurement      nurse            P12M  P3M?
type-2-diabetes               blood-pressure          bp                      measurement      nurse            P12M  P3M? P1M
type-2-diabetes               lipids                  lipids                  lab              lab              P12M  P3M P6M?
type-2-diabetes               urine-acr               acr                     lab              lab              P12M  P3M P6M P4M P3M
type-2-diabetes               egfr-creatinine         egfr                    lab              lab              P12M  P6M? P6M P4M P3M
type-2-diabetes               fundus-photo            fundus                  imaging          imaging-unit     P36M  P0D P24M P12M plan P0D P3M?
type-2-diabetes               foot-exam               foot                    measurement      nurse            P12M  P6M P3M P1M
type-2-diabetes               oral-health             oral                    visit            dental-hygienist P12M  plan
type-2-diabetes               smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
type-2-diabetes               influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
type-2-diabetes               vitamin-b12             b12                     lab              lab              P12M? none?
type-2-diabetes               ecg                     ecg                     measurement      nurse            P24M? P12M?
type-2-diabetes               home-glucose            cgm                     self-measurement patient          P6M?  P3M?
type-1-diabetes               hba1c                   hba1c                   lab              lab              P6M   P3M P1M?
type-1-diabetes               glucose-data-review     cgm                     self-measurement patient          P6M   P3M
type-1-diabetes               diabetes-nurse          dm_annual               visit            nurse            P6M   P12M
type-1-diabetes               physician-review        phys                    visit            physician        P12M?
type-1-diabetes               weight-bmi              weight                  measurement      nurse            P12M
type-1-diabetes               blood-pressure          bp                      measurement      nurse            P12M  P3M?
type-1-diabetes               injection-sites         injection               measurement      nurse            P12M
type-1-diabetes               lipids                  lipids                  lab              lab              P12M
type-1-diabetes               urine-acr               acr                     lab              lab              P12M  P60M P3M P6M P4M P3M
type-1-diabetes               egfr-creatinine         egfr                    lab              lab              P12M  P6M P4M P3M
type-1-diabetes               tsh                     tsh                     lab              lab              P12M
type-1-diabetes               ecg                     ecg                     measurement      nurse            P12M  P24M?
type-1-diabetes               fundus-photo            fundus                  imaging          imaging-unit     P24M  P0D none P12M P0D
type-1-diabetes               foot-exam               foot                    measurement      nurse            P12M  P6M P3M P1M
type-1-diabetes               oral-health             oral                    visit            dental-hygienist P12M  plan
type-1-diabetes               smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
type-1-diabetes               influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
hypertension                  office-bp               bp                      measurement      nurse            P12M  P1M P3M? P6M P24M?
hypertension                  home-bp-series          home_bp                 self-measurement patient          P6M   P1M? P3M
hypertension                  k-na-creatinine         k_na_krea               lab              lab              P12M  P2W P24M? P6M P4M P3M
hypertension                  urine-acr               acr                     lab              lab              P24M? P6M P4M P3M
hypertension                  lipids                  lipids                  lab              lab              P24M? P12M?
hypertension                  glucose                 fpg                     lab              lab              P24M? P12M?
hypertension                  ecg                     ecg                     measurement      nurse            P24M?
hypertension                  weight-bmi              weight                  measurement      nurse            P12M?
hypertension                  smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
hypertension                  alcohol                 alcohol                 questionnaire    nurse            P12M?
hypertension                  nurse-visit             nurse                   visit            nurse            P12M? P3M?
hypertension                  physician-review        phys                    visit            physician        P24M? P6M?
coronary-stable               nurse-visit             nurse                   visit            nurse            P12M  P3M
coronary-stable               lipids                  lipids                  lab              lab              P12M  P3M
coronary-stable               k-na-creatinine         k_na_krea               lab              lab              P12M  P2W P6M P4M P3M
coronary-stable               blood-count             pvk                     lab              lab              P12M? P6M?
coronary-stable               glucose-hba1c           hba1c                   lab              lab              P12M? P24M?
coronary-stable               ecg                     ecg                     measurement      nurse            P12M
coronary-stable               blood-pressure          bp                      measurement      nurse            P12M  P3M
coronary-stable               home-bp-series          home_bp                 self-measurement patient          P12M
coronary-stable               weight-bmi              weight                  measurement      nurse            P12M
coronary-stable               mood                    phq9                    questionnaire    nurse            P12M  P6M?
coronary-stable               smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
coronary-stable               influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
coronary-stable               oral-health             oral                    visit            dental-hygienist P12M? plan
coronary-stable               physician-review        phys                    visit            physician        P24M? P12M?
coronary-post-mi              first-nurse-control     nurse                   visit            nurse            P3M   P1M P2W P2M P2M P12M
coronary-post-mi              lipids                  lipids                  lab              lab              P12M  P6W? P3M
coronary-post-mi              lab-package             k_na_krea               lab              lab              P6M   P3M P2W
coronary-post-mi              probnp                  probnp                  lab              lab              P12M  P3M
coronary-post-mi              ecg                     ecg                     measurement      nurse            P12M  P3M
coronary-post-mi              blood-pressure          bp                      measurement      nurse            P3M   P6M?
coronary-post-mi              antithrombotic-review   medrev                  visit            physician        P12M? plan
coronary-post-mi              mood                    phq9                    questionnaire    nurse            P6M
coronary-post-mi              smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
coronary-post-mi              influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
heart-failure                 review                  phys                    visit            physician        P6M   P2W P3M? P1M?
heart-failure                 nurse-visit             nurse                   visit            nurse            P6M   P2W
heart-failure                 k-na-creatinine         k_na_krea               lab              lab              P6M   P2W P1M P1W P6M P4M P3M
heart-failure                 ecg                     ecg                     measurement      nurse            P6M
heart-failure                 blood-count-ferritin    hb                      lab              lab              P12M?
heart-failure                 probnp                  probnp                  lab              lab              P12M? P0D?
heart-failure                 home-weight             weight                  self-measurement patient          P1W   P1D
heart-failure                 blood-pressure-pulse    bp                      measurement      nurse            P6M
heart-failure                 lipids-risk-factors     lipids                  lab              lab              P12M?
heart-failure                 smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
heart-failure                 influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
heart-failure                 pneumococcal-vaccine    pneu                    vaccination      nurse            P0D?
atrial-fibrillation           annual-review           phys                    visit            physician        P12M? P3M?
atrial-fibrillation           stroke-risk             chadsvasc               questionnaire    nurse            P12M? none? P0D?
atrial-fibrillation           pulse-ecg               ecg                     measurement      nurse            P12M?
atrial-fibrillation           blood-pressure          bp                      measurement      nurse            P12M?
atrial-fibrillation           tsh                     tsh                     lab              lab              P24M? P6M?
atrial-fibrillation           liver-amiodarone        alat                    lab              lab              none? P6M?
atrial-fibrillation           smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
atrial-fibrillation           influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
anticoagulation               inr                     inr                     lab              lab              P4W   P2D P4D P1W P1W? P1W P12W none
anticoagulation               doac-creatinine         krea                    lab              lab              P12M  P6M P4M P6M P3M formula P1M
anticoagulation               haemoglobin             pvk                     lab              lab              P12M  P6M P3M
anticoagulation               liver-test              alat                    lab              lab              P12M  P6M
anticoagulation               medication-review       medrev                  visit            nurse            P12M? P1M
anticoagulation               weight                  weight                  measurement      nurse            P12M?
dyslipidaemia                 lipids                  lipids                  lab              lab              P12M  P3M P3M? P24M? P60M?
dyslipidaemia                 alt                     alat                    lab              lab              none  P3M P12M P4W
dyslipidaemia                 ck                      ck                      lab              lab              none  P0D
dyslipidaemia                 glucose-hba1c           hba1c                   lab              lab              P36M? P12M?
dyslipidaemia                 risk-assessment         nurse                   visit            nurse            P12M? P24M?
dyslipidaemia                 smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
asthma                        review                  nurse                   visit            nurse            P12M  P3M? P3M? P1M? P2M?
asthma                        act                     act                     questionnaire    patient          P12M  P3M? P1M?
asthma                        spirometry              spiro                   measurement      nurse            P24M  P6M P12M P60M?
asthma                        pef-series              pef                     self-measurement patient          P12M? P3M?
asthma                        inhaler-technique       inhaler                 visit            nurse            P12M  P3M?
asthma                        reliever-use            medrev                  visit            nurse            P12M? P3M
asthma                        weight-bmi              weight                  measurement      nurse            P12M?
asthma                        smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
asthma                        influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
asthma                        physician-review        phys                    visit            physician        P24M? P6M?
copd                          review                  nurse                   visit            nurse            P12M  P6M P6M? P3M?
copd                          spirometry              spiro                   measurement      nurse            P12M  P36M? none?
copd                          cat                     cat                     questionnaire    patient          P12M? P6M?
copd                          mmrc                    mmrc                    questionnaire    nurse            P12M
copd                          bmi                     weight                  measurement      nurse            P12M  P3M?
copd                          spo2                    spo2                    measurement      nurse            P12M? P6M
copd                          inhaler-technique       inhaler                 visit            nurse            P12M  P3M?
copd                          smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
copd                          influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
copd                          pneumococcal-vaccine    pneu                    vaccination      nurse            P0D?
copd                          physician-review        phys                    visit            physician        P24M? P12M?
chronic-kidney-disease        egfr-creatinine         egfr                    lab              lab              P12M  P6M P4M P3M P2W P2W?
chronic-kidney-disease        urine-acr               acr                     lab              lab              P12M  P6M P4M P3M
chronic-kidney-disease        potassium-sodium        k                       lab              lab              P12M  P2W P6M P4M P3M
chronic-kidney-disease        haemoglobin             hb                      lab              lab              P12M? P6M? P3M?
chronic-kidney-disease        calcium-phosphate-pth   pth_pi                  lab              lab              none? P12M? P6M? P3M?
chronic-kidney-disease        blood-pressure          bp                      measurement      nurse            P6M?  P3M?
chronic-kidney-disease        lipids                  lipids                  lab              lab              P12M?
chronic-kidney-disease        medication-review       medrev                  visit            physician        P12M? P6M?
chronic-kidney-disease        nurse-visit             nurse                   visit            nurse            P12M? P6M P4M P3M
chronic-kidney-disease        smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
chronic-kidney-disease        influenza-vaccine       flu                     vaccination      nurse            P12M  P12M
hypothyroidism                tsh                     tsh                     lab              lab              P12M  P6W P3M P2M? P4W P12M P6M?
hypothyroidism                free-t4                 t4v                     lab              lab              none  P0D
hypothyroidism                review                  phys                    visit            nurse            P24M? P3M?
depression                    review                  phys                    visit            physician        P3M?  P2W P1W P4W P3M P12M?
depression                    phq9                    phq9                    questionnaire    patient          P3M?  P4W P4W? P6M?
depression                    nurse-contact           nurse                   visit            nurse            P1M?  P3M?
depression                    sodium                  na                      lab              lab              none? P4W?
depression                    alcohol                 alcohol                 questionnaire    nurse            P12M?
osteoporosis                  review                  phys                    visit            physician        P12M  P6M P0D P6M?
osteoporosis                  dxa                     dxa                     imaging          imaging-unit     P36M? P24M? P60M? P24M?
osteoporosis                  vitamin-d               d25                     lab              lab              P12M? P4M? P36M?
osteoporosis                  calcium-creatinine      ca                      lab              lab              P12M? P6M?
osteoporosis                  denosumab-injection     denosumab_injection     visit            nurse            none? P6M?
osteoporosis                  height                  height                  measurement      nurse            P12M?
osteoporosis                  falls                   falls                   questionnaire    nurse            P12M?
memory-disorder               first-contact           first_contact           visit            nurse            P12M  P2M P2M
memory-disorder               physician-review        phys                    visit            physician        P12M  P6M P0D
memory-disorder               memory-test             mmse                    questionnaire    nurse            P12M  P6M none?
memory-disorder               function                adl                     questionnaire    nurse            P12M  P6M
memory-disorder               labs-before-visit       pvk                     lab              lab              P12M
memory-disorder               ecg                     ecg                     measurement      nurse            P12M  P2M?
memory-disorder               weight-nutrition        weight                  measurement      nurse            P12M? P3M?
memory-disorder               carer                   carer                   visit            nurse            P12M
memory-disorder               influenza-vaccine       flu                     vaccination      nurse            P12M? P12M
rheumatoid-arthritis-dmard    methotrexate            methotrexate            lab              lab              P6M   P3W P6W P4W? P3M?
rheumatoid-arthritis-dmard    leflunomide             leflunomide             lab              lab              P6M   P3W P6W P4W? P3M?
rheumatoid-arthritis-dmard    sulfasalazine           sulfasalazine           lab              lab              P6M   P3W P6W P4W? P3M?
rheumatoid-arthritis-dmard    azathioprine            azathioprine            lab              lab              P6M   P3W P6W P4W? P3M?
rheumatoid-arthritis-dmard    mycophenolate           mycophenolate           lab              lab              P6M   P3W P6W P4W? P3M?
rheumatoid-arthritis-dmard    ciclosporin             ciclosporin             lab              lab              P6M   P3W P6W P4W? P3M?
rheumatoid-arthritis-dmard    cyclophosphamide        cyclophosphamide        lab              lab              P3M   P3W P1M
rheumatoid-arthritis-dmard    tnf-inhibitor           tnf_inhibitor           lab              lab              P6M   P1M P12M
rheumatoid-arthritis-dmard    hydroxychloroquine-eyes hydroxychloroquine_eyes imaging          imaging-unit     none? P12M?
rheumatoid-arthritis-dmard    disease-activity        phys                    visit            physician        P12M? P3M? P3M?
rheumatoid-arthritis-dmard    cardiovascular-risk     lipids                  lab              lab              P60M? P12M?
rheumatoid-arthritis-dmard    influenza-vaccine       flu                     vaccination      nurse            P12M? P12M
obesity                       weight-bmi              weight                  measurement      nurse            P12M? P1M? P1M? P3M?
obesity                       waist                   waist                   measurement      nurse            P12M?
obesity                       bariatric-followup      bariatric_followup      visit            physician        none  P12M P3M?
obesity                       bariatric-labs          pvk                     lab              lab              none  P12M
obesity                       glucose                 fpg                     lab              lab              P24M? P12M?
obesity                       blood-pressure          bp                      measurement      nurse            P12M?
obesity                       lipids                  lipids                  lab              lab              P36M?
obesity                       liver                   alat                    lab              lab              P24M?
sleep-apnoea                  cpap-review             cpap                    visit            nurse            P12M  P1M P3M P12M
sleep-apnoea                  splint-review           splint_review           visit            dentist          none  P3M
sleep-apnoea                  epworth                 ess                     questionnaire    patient          P12M
sleep-apnoea                  weight-bmi              weight                  measurement      nurse            P12M?
sleep-apnoea                  blood-pressure          bp                      measurement      nurse            P12M?
gestational-diabetes-followup ogtt                    ogtt                    lab              lab              P36M  P12W P12M P12M P0D
gestational-diabetes-followup weight-bmi              weight                  measurement      nurse            P12M?
gestational-diabetes-followup blood-pressure          bp                      measurement      nurse            P36M? P12M?
gestational-diabetes-followup lipids                  lipids                  lab              lab              P36M?
prediabetes                   hba1c-or-glucose        hba1c                   lab              lab              P12M  P36M? P2W?
prediabetes                   weight-bmi              weight                  measurement      nurse            P12M? P3M?
prediabetes                   blood-pressure          bp                      measurement      nurse            P12M?
prediabetes                   lipids                  lipids                  lab              lab              P36M?
prediabetes                   smoking-status          smoking                 questionnaire    nurse            P12M? P6M? P36M?
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


def test_the_protocols_have_these_activities_and_no_others(catalogue):
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
