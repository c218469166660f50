"""A person's usual levels and findings, and what one measurement of them gives.

Shares at target follow Finnish figures: HbA1c below 53 mmol/mol in 67-73 % of measured type 2
diabetes, blood pressure at target in about 40 % of those treated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.person import Person
from service.jobs.demo.practice import Practice
from service.jobs.demo.tables.levels import LEVELS
from service.jobs.demo.tables.prevalence import Disease

HBA1C_AT_TARGET: Final = 0.71
ACT_AT_TARGET: Final = 0.64


@dataclass(frozen=True, slots=True)
class Health:
    """Usual levels by what is measured; eGFR as it is today with its yearly fall; findings."""

    levels: Mapping[str, float]
    egfr_fall: float
    smoking: str
    retinopathy: str
    foot_risk: str
    risk: str


def usual_health(person: Person, *, practice: Practice, today: date, chance: Random) -> Health:
    """The health of a person under the care of a unit with this practice."""
    levels = {
        item: max(
            level.least, chance.gauss(level.men if person.is_man else level.women, level.between)
        )
        for item, level in LEVELS.items()
    }
    levels["egfr"] = max(62.0, chance.gauss(105 - 0.7 * (person.age_on(today) - 30), 9))
    levels["acr"] = chance.lognormvariate(-0.3, 0.5)
    fall = chance.uniform(0.3, 1.0)
    if Disease.TYPE_2_DIABETES in person.onsets:
        levels |= _diabetic(practice, chance)
    if Disease.HYPERTENSION in person.onsets:
        levels["systolic"] = chance.gauss(140.0 - 60 * practice.control, 10)
        levels["diastolic"] = chance.gauss(82 - 20 * practice.control, 7)
    if Disease.DYSLIPIDAEMIA in person.onsets:
        levels["ldl"] = max(1.0, chance.gauss(2.4 - practice.control, 0.8))
        levels["trig"] += 0.4
    if Disease.CHRONIC_KIDNEY_DISEASE in person.onsets:
        levels |= _kidney_disease(chance)
        fall = chance.uniform(0.8, 3.0)
    controlled = happens(chance, ACT_AT_TARGET + practice.control)
    if Disease.ASTHMA in person.onsets and not controlled:
        levels["act"] = chance.gauss(16, 2.5)
    return Health(
        levels,
        fall,
        smoking=_one_of(chance, {"never": 55, "former": 31, "current": 14}),
        retinopathy=_one_of(chance, {"none": 74, "mild": 19, "moderate": 5, "severe": 2}),
        foot_risk=_one_of(chance, {"0": 77, "1": 14, "2": 7, "3": 2}),
        risk=_risk(person, chance),
    )


def measured(health: Health, item: str, *, years_ago: float, chance: Random) -> float:
    """One measurement of an item, so many years ago."""
    if item == "egfr":
        level = health.levels["egfr"] + health.egfr_fall * years_ago
        return max(6.0, min(120.0, chance.gauss(level, 2.5)))
    if item == "acr":
        return health.levels["acr"] * chance.lognormvariate(0, 0.25)
    kind = LEVELS[item]
    return max(kind.least, chance.gauss(health.levels[item], kind.within))


def creatinine(egfr: float, *, age: int, is_man: bool) -> float:
    """Plasma creatinine (umol/L) that gives this eGFR: the CKD-EPI equation of 2009, inverted.

    Source: Levey et al., Ann Intern Med 2009;150:604.
    """
    scale, slope, factor = (0.9, -0.411, 1.0) if is_man else (0.7, -0.329, 1.018)
    ratio = egfr / (141 * factor * 0.993**age)
    exponent = 1 / slope if ratio > 1 else -1 / 1.209
    return float(88.4 * scale * ratio**exponent)


def _diabetic(practice: Practice, chance: Random) -> dict[str, float]:
    at_target = happens(chance, HBA1C_AT_TARGET + practice.control)
    hba1c = min(51.0, chance.gauss(45.5, 4)) if at_target else max(55.0, chance.gauss(62, 8))
    normal, moderate, severe = (chance.lognormvariate(mean, 0.5) for mean in (-0.3, 2.1, 4.2))
    acr = chance.choices((normal, moderate, severe), (78, 19, 3))[0]
    return {"hba1c": hba1c, "fpg": 1.2 + 0.12 * hba1c, "acr": acr}


def _kidney_disease(chance: Random) -> dict[str, float]:
    severe = happens(chance, 0.1)
    egfr = chance.gauss(22, 5) if severe else min(59.0, chance.gauss(46, 8))
    albuminuria = chance.lognormvariate(3.6 if severe else 1.1, 0.9)
    return {"egfr": max(8.0, egfr), "acr": albuminuria, "hb": chance.gauss(125, 10)}


def _risk(person: Person, chance: Random) -> str:
    """The cardiovascular risk class: mostly high with diabetes, very high with heart disease."""
    if Disease.CORONARY_DISEASE in person.onsets:
        return "very-high"
    if Disease.TYPE_2_DIABETES in person.onsets:
        return _one_of(chance, {"moderate": 20, "high": 60, "very-high": 20})
    return _one_of(chance, {"low": 35, "moderate": 50, "high": 15})


def _one_of(chance: Random, weights: Mapping[str, int]) -> str:
    return chance.choices(tuple(weights), tuple(weights.values()))[0]
