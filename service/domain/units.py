"""Units: Finnish spellings to UCUM, and a result's value into the item's own unit.

Source: `what-is-due` 2.5. Mass and amount are converted by molar mass (PubChem); HbA1c by the
IFCC-NGSP master equation, mmol/mol = 10.93 x % - 23.50 (ngsp.org/ifcc.asp).
"""

from functools import lru_cache
from typing import Final, NamedTuple

KNOWN_SPELLINGS: Final = 4096
_DIGITS: Final = 3

# What laboratories and devices print, in lower case and without spaces.
_SPELLINGS: Final = {
    "mmol/mol": "mmol/mol",
    "%": "%",
    "mmol/l": "mmol/L",
    "umol/l": "umol/L",
    "µmol/l": "umol/L",
    "μmol/l": "umol/L",
    "nmol/l": "nmol/L",
    "pmol/l": "pmol/L",
    "meq/l": "meq/L",
    "mg/dl": "mg/dL",
    "g/l": "g/L",
    "g/dl": "g/dL",
    "mg/l": "mg/L",
    "ug/l": "ug/L",
    "µg/l": "ug/L",
    "ng/l": "ng/L",
    "pg/ml": "ng/L",
    "u/l": "U/L",
    "iu/l": "U/L",
    "[iu]/l": "U/L",
    "ukat/l": "ukat/L",
    "µkat/l": "ukat/L",
    "mu/l": "m[IU]/L",
    "mlu/l": "m[IU]/L",
    "miu/l": "m[IU]/L",
    "m[iu]/l": "m[IU]/L",
    "e9/l": "10*9/L",
    "10e9/l": "10*9/L",
    "10^9/l": "10*9/L",
    "10*9/l": "10*9/L",
    "mg/mmol": "mg/mmol",
    "g/mol": "mg/mmol",
    "mg/g": "mg/g",
    "ml/min": "mL/min",
    "ml/min/{1.73_m2}": "mL/min/{1.73_m2}",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1,73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "ml/min/1,73m²": "mL/min/{1.73_m2}",
    "ml/min/1.73_m2": "mL/min/{1.73_m2}",
    "mm[hg]": "mm[Hg]",
    "mmhg": "mm[Hg]",
    "kpa": "kPa",
    "kg": "kg",
    "g": "g",
    "[lb_av]": "[lb_av]",
    "lb": "[lb_av]",
    "kg/m2": "kg/m2",
    "kg/m²": "kg/m2",
    "l/min": "L/min",
    "l/s": "L/s",
    "{score}": "{score}",
    "(score)": "{score}",
    "score": "{score}",
    "points": "{score}",
    "pistettä": "{score}",
    "p": "{score}",
    "1": "{score}",
    "{inr}": "{INR}",
    "inr": "{INR}",
    "{t-score}": "{T-score}",
    "cm": "cm",
    "m": "m",
    "/min": "/min",
    "1/min": "/min",
    "{beats}/min": "/min",
    "/h": "/h",
    "1/h": "/h",
    "{events}/h": "/h",
    "h": "h",
    "min": "min",
}
# Units of plain numbers, which may come without one.
OF_PLAIN_NUMBERS: Final = frozenset({"{score}", "{INR}", "{T-score}"})
_MOLAR_MASS: Final = {  # grams a mole
    "chol": 386.65,
    "ldl": 386.65,
    "hdl": 386.65,
    "trig": 885.4,  # triolein
    "fpg": 180.16,
    "krea": 113.12,
    "ca": 40.08,
    "phosphate": 30.97,  # reported as phosphorus
    "b12": 1355.4,
    "pth": 9425.0,  # the whole hormone, 1-84
}
_CREATININE_GRAMS: Final = _MOLAR_MASS["krea"] / 1000  # a millimole of creatinine


class Conversion(NamedTuple):
    """A straight line from one unit to another: `value x factor + offset`, rounded."""

    factor: float
    offset: float = 0.0
    digits: int = _DIGITS

    def of(self, value: float) -> float:
        """The value in the other unit."""
        if self is UNCHANGED:
            return value
        return round(value * self.factor + self.offset, self.digits)


UNCHANGED: Final = Conversion(1.0)


@lru_cache(maxsize=KNOWN_SPELLINGS)
def ucum(text: str) -> str | None:
    """The UCUM code of a unit as written; None for one that is not known."""
    return _SPELLINGS.get(text.replace(" ", "").lower())


@lru_cache(maxsize=KNOWN_SPELLINGS)
def conversion(item: str, written: str, unit: str) -> Conversion | None:
    """How a value of `item` written in one unit becomes one in `unit`; None where it cannot."""
    found = ucum(written)
    if found is None:
        return None
    if found == unit:
        return UNCHANGED
    return _OF_ITEMS.get((item, found, unit)) or _OF_UNITS.get((found, unit))


def _from_mass() -> dict[tuple[str, str, str], Conversion]:
    """`mg/dL` and `ng/L` into amounts, item by item."""
    amounts = {"krea": ("umol/L", 1e4), "b12": ("pmol/L", 1e10), "pth": ("pmol/L", 1e10)}
    found = {}
    for item, grams in _MOLAR_MASS.items():
        unit, scale = amounts.get(item, ("mmol/L", 10.0))
        found[item, "mg/dL", unit] = Conversion(scale / grams)
    for item in ("b12", "pth"):
        found[item, "ng/L", "pmol/L"] = Conversion(1000.0 / _MOLAR_MASS[item])
    return found


_OF_ITEMS: Final = _from_mass() | {
    ("hba1c", "%", "mmol/mol"): Conversion(10.93, -23.50, digits=0),
    ("acr", "mg/g", "mg/mmol"): Conversion(_CREATININE_GRAMS),
    ("krea", "mmol/L", "umol/L"): Conversion(1000.0),
    # The codes of eGFR say that it is for 1.73 m2 of body surface; many laboratories print less.
    ("egfr", "mL/min", "mL/min/{1.73_m2}"): UNCHANGED,
    ("k", "meq/L", "mmol/L"): UNCHANGED,
    ("na", "meq/L", "mmol/L"): UNCHANGED,
}
_OF_UNITS: Final = {
    ("g/dL", "g/L"): Conversion(10.0),
    ("mg/dL", "g/L"): Conversion(0.01),
    ("ukat/L", "U/L"): Conversion(60.0),
    ("kPa", "mm[Hg]"): Conversion(7.50062),
    ("g", "kg"): Conversion(0.001),
    ("[lb_av]", "kg"): Conversion(0.45359237),
    ("L/s", "L/min"): Conversion(60.0),
    ("m", "cm"): Conversion(100.0),
    ("min", "h"): Conversion(1 / 60),
    ("{score}", "{INR}"): UNCHANGED,
    ("{score}", "{T-score}"): UNCHANGED,
}
