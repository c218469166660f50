"""Creatinine clearance by Cockcroft and Gault, from creatinine, weight, age and sex (rule shape 5).

Source: Cockcroft DW, Gault MH. Nephron 1976;16:31-41: (140 - age) x weight / (72 x creatinine in
mg/dL), times 0.85 for women. With creatinine in umol/L (88.4 a mg/dL) the factor is 1.23 for men
and 1.04 for women.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from service.domain.fact import Fact
from service.domain.interval import whole_years

CLEARANCE: Final = "crcl"
CREATININE: Final = "krea"
WEIGHT: Final = "weight"
UNIT: Final = "mL/min"
FACTORS: Final = {"male": 1.23, "female": 1.04}
AGE_OF_NONE: Final = 140
_DIGITS: Final = 1
# Clearance falls as creatinine rises: a bound of one is the opposite bound of the other.
_TURNED: Final = {"": "", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def computed(
    creatinine: Sequence[Fact], weights: Sequence[Fact], born_on: date | None, sex: str
) -> Iterator[Fact]:
    """The clearance at each creatinine, with the latest weight by then, or at the first weight after it.

    Both are in order of time. Nothing without a day of birth, or a sex that the formula knows.
    """
    factor = FACTORS.get(sex)
    if born_on is None or factor is None:
        return
    for day in sorted({fact.day for fact in (*creatinine, *weights)}):
        level, weight = _last(creatinine, day), _last(weights, day)
        if level is None or weight is None or day not in {level.day, _first(weights).day}:
            continue
        if level.value and weight.value is not None and not weight.comparator:
            left = AGE_OF_NONE - whole_years(born_on, level.day)
            value = round(factor * left * weight.value / level.value, _DIGITS)
            yield level._replace(
                item=CLEARANCE,
                day=day,
                value=max(value, 0.0),
                unit=UNIT,
                comparator=_TURNED[level.comparator],
                ref_low=None,
                ref_high=None,
            )


def _last(results: Sequence[Fact], day: date) -> Fact | None:
    return next((fact for fact in reversed(results) if fact.day <= day), None)


def _first(results: Sequence[Fact]) -> Fact:
    return results[0]
