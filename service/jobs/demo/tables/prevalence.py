"""How common the diseases are among the people under follow-up, by age, and which go together.

Fixed points (shares of a county's 170,000 inhabitants): type 2 diabetes 6.0 %, blood pressure
medicines 17.9 %, persistent asthma 5.0 %, diagnosed COPD 1.8 %, coronary disease 3.1 %, any of them
25 %; hence, of the people under follow-up, a quarter, seven tenths, a fifth, 7 % and 12 %. How they
lie over the ages and go together is ours, plausible and no source.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Disease(StrEnum):
    """The diseases of the demo region, each with what its follow-up brings into the record."""

    TYPE_2_DIABETES = "type-2-diabetes"
    HYPERTENSION = "hypertension"
    DYSLIPIDAEMIA = "dyslipidaemia"
    CHRONIC_KIDNEY_DISEASE = "chronic-kidney-disease"
    ASTHMA = "asthma"
    COPD = "copd"
    CORONARY_DISEASE = "coronary-disease"
    ATRIAL_FIBRILLATION = "atrial-fibrillation"


# Shares of a thousand people under follow-up in each band of age (first and last year of life).
AGE_BANDS: Final = (
    (18, 24, 14),
    (25, 34, 34),
    (35, 44, 62),
    (45, 49, 50),
    (50, 54, 72),
    (55, 59, 98),
    (60, 64, 118),
    (65, 69, 132),
    (70, 74, 140),
    (75, 79, 130),
    (80, 84, 86),
    (85, 89, 46),
    (90, 94, 15),
    (95, 99, 3),
)


class Prevalence(NamedTuple):
    """The share with a disease at 18-44, 45-64, 65-79 and 80 or over, without and with each companion.

    `with_companion` multiplies the odds for each companion that the person already has.
    """

    by_age: tuple[float, float, float, float]
    with_companion: dict[Disease, float]
    years_since_onset: tuple[int, int]


AGES: Final = (45, 65, 80)

PREVALENCES: Final = {
    Disease.TYPE_2_DIABETES: Prevalence((0.1, 0.2, 0.27, 0.26), {}, (0, 16)),
    Disease.HYPERTENSION: Prevalence(
        (0.24, 0.58, 0.71, 0.76), {Disease.TYPE_2_DIABETES: 1.9}, (0, 20)
    ),
    Disease.DYSLIPIDAEMIA: Prevalence(
        (0.1, 0.3, 0.4, 0.33),
        {Disease.TYPE_2_DIABETES: 2.6, Disease.HYPERTENSION: 1.4},
        (0, 15),
    ),
    Disease.CHRONIC_KIDNEY_DISEASE: Prevalence(
        (0.006, 0.02, 0.07, 0.19),
        {Disease.TYPE_2_DIABETES: 2.2, Disease.HYPERTENSION: 1.6},
        (0, 8),
    ),
    Disease.ASTHMA: Prevalence((0.36, 0.17, 0.135, 0.12), {}, (0, 25)),
    Disease.COPD: Prevalence((0.004, 0.05, 0.09, 0.08), {Disease.ASTHMA: 1.6}, (0, 10)),
    Disease.CORONARY_DISEASE: Prevalence(
        (0.004, 0.05, 0.11, 0.18), {Disease.DYSLIPIDAEMIA: 1.8}, (0, 14)
    ),
    Disease.ATRIAL_FIBRILLATION: Prevalence(
        (0.003, 0.02, 0.08, 0.16), {Disease.HYPERTENSION: 1.4}, (0, 10)
    ),
}
# What someone has in whom nothing else was drawn: everybody in the region is under follow-up.
FIRST_DISEASES: Final = (
    (Disease.ASTHMA, Disease.ASTHMA, Disease.HYPERTENSION),
    (Disease.HYPERTENSION, Disease.HYPERTENSION, Disease.ASTHMA, Disease.TYPE_2_DIABETES),
    (Disease.HYPERTENSION, Disease.HYPERTENSION, Disease.HYPERTENSION, Disease.DYSLIPIDAEMIA),
    (Disease.HYPERTENSION,),
)
