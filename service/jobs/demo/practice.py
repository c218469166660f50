"""How health centres differ: in how surely people come to their checks, and how well targets are met."""

from functools import cache
from math import sqrt
from random import Random
from typing import Final, NamedTuple

from service.jobs.demo.chance import source_of
from service.jobs.demo.tables.municipalities import BY_CODE

# Between small units, as standard deviations of the shares that the tables give; a large unit is
# many teams and lies nearer to the mean.
_DILIGENCE_SPREAD: Final = 0.05
_CONTROL_SPREAD: Final = 0.06
_SMALL_UNIT: Final = 8_000
_FURTHEST: Final = 2.0


class Practice(NamedTuple):
    """What a unit adds to the share of people checked in time and to the share at target."""

    diligence: float
    control: float


@cache
def practice_of(unit_code: str, seed: int) -> Practice:
    """The practice of a unit, by its municipality, in the region of this seed."""
    chance = source_of(seed, f"unit/{unit_code}")
    nearness = sqrt(_SMALL_UNIT / max(_SMALL_UNIT, BY_CODE[unit_code].inhabitants))
    diligence = _drawn(chance) * _DILIGENCE_SPREAD * nearness
    return Practice(diligence, _drawn(chance) * _CONTROL_SPREAD * nearness)


def _drawn(chance: Random) -> float:
    return max(-_FURTHEST, min(_FURTHEST, chance.gauss()))
