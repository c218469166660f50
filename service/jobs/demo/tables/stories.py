"""The named people of every demo region: who they are and what has happened, in days before today.

Written by hand so that a person who tries the service meets the same three situations on any day:
one thing overdue that one result closes; several things overdue and a visit booked; asthma that has
just got worse.
"""

from typing import Final, NamedTuple

from service.jobs.demo.tables import medicines
from service.jobs.demo.tables.medicines import Medicine
from service.jobs.demo.tables.prevalence import Disease


class PastSample(NamedTuple):
    """A sample with its results."""

    days_ago: int
    values: dict[str, float]


class PastVisit(NamedTuple):
    """A visit: its activities, its reasons, the blood pressure, and what else was asked or looked at.

    `also` names any of `weight`, `smoking`, `alcohol`, `feet`, `risk`, `spirometry`, `peak flow`;
    `score` is that of the Asthma Control Test.
    """

    days_ago: int
    activities: tuple[str, ...]
    reasons: tuple[Disease, ...]
    pressure: tuple[int, int] | None = None
    also: frozenset[str] = frozenset()
    score: int | None = None


class PastUse(NamedTuple):
    """A medicine in one dose, from so many days ago to so many, or still."""

    medicine: Medicine
    dose: str
    from_days_ago: int
    to_days_ago: int | None = None


class Story(NamedTuple):
    """A named person with their record."""

    about: str
    sex: str
    given: str
    family: str
    language: str
    municipality: str
    age: int
    birthday: tuple[int, int]
    individual_number: str
    onsets: dict[Disease, int]
    smoking: str
    risk: str
    samples: tuple[PastSample, ...] = ()
    visits: tuple[PastVisit, ...] = ()
    uses: tuple[PastUse, ...] = ()
    dispenses: tuple[int, ...] = ()
    emergencies: tuple[int, ...] = ()
    photographs: tuple[int, ...] = ()
    tracings: tuple[int, ...] = ()
    oral_checks: tuple[int, ...] = ()
    home_series: tuple[int, ...] = ()
    weight: float = 0.0
    vaccinated: bool = True
    booked: tuple[int, str] | None = None


_DIABETES: Final = Disease.TYPE_2_DIABETES
_PRESSURE: Final = Disease.HYPERTENSION
_LIPIDS: Final = Disease.DYSLIPIDAEMIA
_KIDNEYS: Final = Disease.CHRONIC_KIDNEY_DISEASE
_NURSED: Final = frozenset({"weight", "smoking", "alcohol"})
_LIPID_VALUES: Final = {"chol": 3.6, "hdl": 1.5, "trig": 1.2, "ldl": 1.6}

ONE_RESULT_OVERDUE: Final = Story(
    about="HbA1c is overdue; one result closes it",
    sex="female",
    given="Marjatta",
    family="Nieminen",
    language="fi",
    municipality="082",
    age=74,
    birthday=(3, 14),
    individual_number="990",
    onsets={_DIABETES: 4050, _PRESSURE: 5900, _LIPIDS: 4400},
    smoking="never",
    risk="high",
    weight=78.4,
    samples=(
        PastSample(
            155,
            {"hba1c": 61, "fpg": 8.2, "krea": 71, "egfr": 72, "k": 4.1, "na": 140}
            | {"acr": 1.2, "alat": 24, "b12": 310}
            | _LIPID_VALUES,
        ),
        PastSample(338, {"hba1c": 58, "fpg": 7.9, "krea": 70, "egfr": 73, "k": 4.0, "na": 139}),
        PastSample(
            520,
            {"hba1c": 55, "krea": 68, "egfr": 75, "k": 4.2, "na": 141, "acr": 1.0, "alat": 26}
            | _LIPID_VALUES,
        ),
        PastSample(702, {"hba1c": 52, "krea": 69, "egfr": 75, "k": 4.1, "na": 140}),
        PastSample(885, {"hba1c": 51, "krea": 67, "egfr": 77} | _LIPID_VALUES),
    ),
    visits=(
        PastVisit(
            40,
            ("dm_annual", "nurse"),
            (_DIABETES, _PRESSURE, _LIPIDS),
            (134, 78),
            _NURSED | {"feet"},
        ),
        PastVisit(140, ("phys", "medrev"), (_DIABETES, _PRESSURE), (136, 80), frozenset({"risk"})),
        PastVisit(330, ("dm_annual", "nurse"), (_DIABETES, _PRESSURE), (138, 82), _NURSED),
        PastVisit(
            690, ("dm_annual", "nurse"), (_DIABETES, _PRESSURE), (142, 84), _NURSED | {"feet"}
        ),
    ),
    uses=(
        PastUse(medicines.METFORMIN, "500 mg x 2", 4000, 3600),
        PastUse(medicines.METFORMIN, "1000 mg x 2", 3599),
        PastUse(medicines.EMPAGLIFLOZIN, "10 mg x 1", 430),
        PastUse(medicines.LOSARTAN, "50 mg x 1", 5850),
        PastUse(medicines.AMLODIPINE, "5 mg x 1", 2900),
        PastUse(medicines.ATORVASTATIN, "20 mg x 1", 4380),
    ),
    photographs=(420, 1480),
    tracings=(745, 1490),
    oral_checks=(380, 760),
    home_series=(90, 300),
)
A_VISIT_BOOKED: Final = Story(
    about="follow-up in Swedish, more than one thing overdue, a visit booked",
    sex="male",
    given="Göran",
    family="Lindqvist",
    language="sv",
    municipality="109",
    age=68,
    birthday=(9, 2),
    individual_number="991",
    onsets={_PRESSURE: 5200, _LIPIDS: 2100, _KIDNEYS: 1300},
    smoking="former",
    risk="high",
    weight=91.2,
    samples=(
        PastSample(
            410,
            {"krea": 128, "egfr": 51, "k": 4.5, "na": 139, "acr": 4.2, "hb": 141}
            | {"chol": 4.4, "hdl": 1.1, "trig": 1.8, "ldl": 2.4, "alat": 31}
            | {"fpg": 5.9, "hba1c": 38},
        ),
        PastSample(640, {"krea": 122, "egfr": 54, "k": 4.4, "na": 140, "acr": 3.6, "hb": 143}),
        PastSample(1010, {"krea": 117, "egfr": 57, "k": 4.3, "na": 140, "acr": 3.3}),
    ),
    visits=(
        PastVisit(400, ("nurse",), (_PRESSURE, _KIDNEYS), (152, 88), _NURSED),
        PastVisit(
            640, ("phys", "medrev"), (_PRESSURE, _KIDNEYS, _LIPIDS), (146, 84), frozenset({"risk"})
        ),
        PastVisit(770, ("nurse",), (_PRESSURE,), (148, 90), _NURSED),
    ),
    uses=(
        PastUse(medicines.CANDESARTAN, "16 mg x 1", 5100),
        PastUse(medicines.AMLODIPINE, "5 mg x 1", 1600, 780),
        PastUse(medicines.AMLODIPINE, "10 mg x 1", 779),
        PastUse(medicines.ROSUVASTATIN, "10 mg x 1", 2050),
    ),
    tracings=(760,),
    home_series=(250,),
    vaccinated=False,
    booked=(12, "nurse"),
)
ASTHMA_WORSE: Final = Story(
    about="asthma that has got worse: an emergency visit three weeks ago",
    sex="female",
    given="Noora",
    family="Aikio",
    language="fi",
    municipality="148",
    age=35,
    birthday=(6, 24),
    individual_number="992",
    onsets={Disease.ASTHMA: 4700},
    smoking="current",
    risk="low",
    weight=64.0,
    visits=(
        PastVisit(
            165,
            ("nurse", "inhaler"),
            (Disease.ASTHMA,),
            also=frozenset({"weight", "smoking", "spirometry", "peak flow"}),
            score=16,
        ),
        PastVisit(
            610,
            ("nurse", "inhaler", "medrev"),
            (Disease.ASTHMA,),
            also=frozenset({"weight", "smoking", "peak flow"}),
            score=20,
        ),
        PastVisit(900, ("phys",), (Disease.ASTHMA,), (124, 76)),
    ),
    uses=(
        PastUse(medicines.BUDESONIDE, "200 ug x 2", 4650, 900),
        PastUse(medicines.BUDESONIDE_FORMOTEROL, "160/4,5 ug x 2", 899),
        PastUse(medicines.SALBUTAMOL, "0,2 mg tarvittaessa", 4650),
    ),
    dispenses=(18, 95, 190, 280, 470),
    emergencies=(21,),
)
STORIES: Final = (ONE_RESULT_OVERDUE, A_VISIT_BOOKED, ASTHMA_WORSE)
