"""Usual levels of what is measured, for people without the disease that changes them.

Means of women and men, the spread between people and the spread between two measurements of one
person; plausible for Finnish adults in primary care, and no source.
"""

from typing import Final, NamedTuple


class Level(NamedTuple):
    """Means of women and men, spread between people, spread within a person, the least possible."""

    women: float
    men: float
    between: float
    within: float
    least: float = 0.0


LEVELS: Final = {
    "hba1c": Level(37, 37, 2.2, 1.5, 22),
    "fpg": Level(5.5, 5.6, 0.35, 0.3, 3.6),
    "ldl": Level(2.9, 2.8, 0.75, 0.25, 0.7),
    "hdl": Level(1.6, 1.3, 0.3, 0.08, 0.6),
    "trig": Level(1.3, 1.5, 0.5, 0.25, 0.4),
    "k": Level(4.0, 4.1, 0.2, 0.2, 2.9),
    "na": Level(140, 140, 1.6, 1.4, 124),
    "hb": Level(135, 147, 8, 4, 85),
    "alat": Level(24, 31, 9, 6, 6),
    "ck": Level(95, 130, 30, 25, 25),
    "b12": Level(330, 320, 90, 30, 90),
    "pth": Level(5.0, 5.0, 1.2, 0.8, 1.0),
    "phosphate": Level(1.1, 1.0, 0.1, 0.08, 0.6),
    "calcium": Level(1.23, 1.23, 0.02, 0.02, 1.1),
    "tsh": Level(1.9, 1.8, 0.7, 0.3, 0.1),
    "crp": Level(4, 4, 2, 8, 1),
    "leukocytes": Level(6.2, 6.4, 1.2, 0.8, 2.5),
    "inr": Level(2.5, 2.5, 0.15, 0.4, 0.9),
    "systolic": Level(126, 129, 8, 7, 88),
    "diastolic": Level(76, 78, 6, 5, 48),
    "pulse": Level(72, 69, 8, 6, 44),
    "height": Level(163, 177, 6, 0, 140),
    "weight": Level(72, 86, 12, 1.5, 42),
    "act": Level(22.5, 22.5, 1.3, 1.2, 5),
    "peak_flow": Level(400, 540, 60, 25, 120),
    "fev1": Level(2.6, 3.6, 0.5, 0.15, 0.7),
    "cat": Level(13, 13, 5, 2, 0),
    "mmrc": Level(1.4, 1.4, 0.8, 0.4, 0),
    "spo2": Level(95, 95, 1.5, 1, 78),
    "phq9": Level(4, 4, 3, 1.5, 0),
    "chadsvasc": Level(3.1, 2.4, 1.2, 0, 0),
    "audit_c": Level(2.4, 3.8, 1.9, 0.5, 0),
}
