"""Medicines of the followed diseases: substances by ATC code, and the doses they are raised through.

ATC codes are those of the WHO Collaborating Centre; the shares are plausible for Finnish primary care
and no source. The first dose is the starting one.
"""

from typing import Final, NamedTuple

from service.jobs.demo.tables.prevalence import Disease


class Medicine(NamedTuple):
    """A substance: ATC code, name, and its doses in rising order as a Finnish prescription says them."""

    atc: str
    name: str
    doses: tuple[str, ...]


class Choice(NamedTuple):
    """One of the medicines is started for this share of people, from so many days after the onset."""

    share: float
    medicines: tuple[Medicine, ...]
    after_days: tuple[int, int]


METFORMIN: Final = Medicine("A10BA02", "metformiini", ("500 mg x 2", "850 mg x 2", "1000 mg x 2"))
EMPAGLIFLOZIN: Final = Medicine("A10BK03", "empagliflotsiini", ("10 mg x 1", "25 mg x 1"))
SEMAGLUTIDE: Final = Medicine(
    "A10BJ06", "semaglutidi", ("0,25 mg kerran viikossa", "0,5 mg kerran viikossa")
)
SITAGLIPTIN: Final = Medicine("A10BH01", "sitagliptiini", ("100 mg x 1",))
GLICLAZIDE: Final = Medicine("A10BB09", "gliklatsidi", ("30 mg x 1", "60 mg x 1"))
GLARGINE: Final = Medicine("A10AE04", "glargininsuliini", ("10 ky iltaisin", "24 ky iltaisin"))
ENALAPRIL: Final = Medicine("C09AA02", "enalapriili", ("5 mg x 1", "10 mg x 1", "20 mg x 1"))
LOSARTAN: Final = Medicine("C09CA01", "losartaani", ("50 mg x 1", "100 mg x 1"))
CANDESARTAN: Final = Medicine("C09CA06", "kandesartaani", ("8 mg x 1", "16 mg x 1"))
AMLODIPINE: Final = Medicine("C08CA01", "amlodipiini", ("5 mg x 1", "10 mg x 1"))
BISOPROLOL: Final = Medicine("C07AB07", "bisoprololi", ("2,5 mg x 1", "5 mg x 1"))
HYDROCHLOROTHIAZIDE: Final = Medicine(
    "C03AA03", "hydroklooritiatsidi", ("12,5 mg x 1", "25 mg x 1")
)
SPIRONOLACTONE: Final = Medicine("C03DA01", "spironolaktoni", ("25 mg x 1",))
ATORVASTATIN: Final = Medicine("C10AA05", "atorvastatiini", ("20 mg x 1", "40 mg x 1"))
ROSUVASTATIN: Final = Medicine("C10AA07", "rosuvastatiini", ("5 mg x 1", "10 mg x 1", "20 mg x 1"))
SIMVASTATIN: Final = Medicine("C10AA01", "simvastatiini", ("20 mg x 1", "40 mg x 1"))
EZETIMIBE: Final = Medicine("C10AX09", "etsetimibi", ("10 mg x 1",))
BUDESONIDE: Final = Medicine("R03BA02", "budesonidi", ("200 ug x 2", "400 ug x 2"))
BUDESONIDE_FORMOTEROL: Final = Medicine(
    "R03AK07", "budesonidi ja formoteroli", ("160/4,5 ug x 2", "320/9 ug x 2")
)
MONTELUKAST: Final = Medicine("R03DC03", "montelukasti", ("10 mg x 1",))
SALBUTAMOL: Final = Medicine("R03AC02", "salbutamoli", ("0,2 mg tarvittaessa",))
TIOTROPIUM: Final = Medicine("R03BB04", "tiotropium", ("18 ug x 1",))
TIOTROPIUM_OLODATEROL: Final = Medicine(
    "R03AL06", "olodateroli ja tiotropiumbromidi", ("2,5/2,5 ug, 2 annosta x 1",)
)
ACETYLSALICYLIC_ACID: Final = Medicine("B01AC06", "asetyylisalisyylihappo", ("100 mg x 1",))
APIXABAN: Final = Medicine("B01AF02", "apiksabaani", ("5 mg x 2",))
RIVAROXABAN: Final = Medicine("B01AF01", "rivaroksabaani", ("20 mg x 1",))
WARFARIN: Final = Medicine("B01AA03", "varfariini", ("3 mg annosohjeen mukaan",))
PREDNISOLONE: Final = Medicine("H02AB06", "prednisoloni", ("40 mg x 1, 7 päivää",))

SULFONYLUREA_OR_INSULIN: Final = frozenset({GLICLAZIDE, GLARGINE})

CHOICES: Final = {
    Disease.TYPE_2_DIABETES: (
        Choice(0.86, (METFORMIN,), (0, 90)),
        Choice(0.42, (EMPAGLIFLOZIN, SITAGLIPTIN, SEMAGLUTIDE), (300, 2400)),
        Choice(0.15, (GLARGINE, GLICLAZIDE), (900, 4500)),
    ),
    Disease.HYPERTENSION: (
        Choice(0.84, (LOSARTAN, CANDESARTAN, ENALAPRIL), (0, 200)),
        Choice(0.46, (AMLODIPINE,), (60, 1500)),
        Choice(0.24, (BISOPROLOL, HYDROCHLOROTHIAZIDE), (200, 2500)),
        Choice(0.03, (SPIRONOLACTONE,), (600, 3000)),
    ),
    Disease.DYSLIPIDAEMIA: (
        Choice(0.74, (ATORVASTATIN, ROSUVASTATIN, SIMVASTATIN), (0, 365)),
        Choice(0.08, (EZETIMIBE,), (300, 2500)),
    ),
    Disease.CHRONIC_KIDNEY_DISEASE: (Choice(0.22, (EMPAGLIFLOZIN,), (100, 1500)),),
    Disease.ASTHMA: (
        Choice(0.56, (BUDESONIDE,), (0, 120)),
        Choice(0.38, (BUDESONIDE_FORMOTEROL,), (60, 1500)),
        Choice(0.12, (MONTELUKAST,), (100, 2000)),
        Choice(0.84, (SALBUTAMOL,), (0, 60)),
    ),
    Disease.COPD: (
        Choice(0.55, (TIOTROPIUM,), (0, 200)),
        Choice(0.3, (TIOTROPIUM_OLODATEROL,), (200, 2000)),
        Choice(0.7, (SALBUTAMOL,), (0, 60)),
    ),
    Disease.CORONARY_DISEASE: (
        Choice(0.8, (ACETYLSALICYLIC_ACID,), (0, 30)),
        Choice(0.85, (ATORVASTATIN, ROSUVASTATIN), (0, 60)),
        Choice(0.55, (BISOPROLOL,), (0, 90)),
    ),
    Disease.ATRIAL_FIBRILLATION: (
        Choice(0.84, (APIXABAN, APIXABAN, RIVAROXABAN, WARFARIN), (0, 60)),
        Choice(0.6, (BISOPROLOL,), (0, 60)),
    ),
}
