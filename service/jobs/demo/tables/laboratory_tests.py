"""Laboratory tests as the two regions' laboratories name and print them.

Numbers and abbreviations are the laboratory nomenclature of Kuntaliitto as published on the THL code
server; LOINC partners agree with FinOMOP's public mapping. Reference limits are the usual Finnish
ones for adults, rounded; they serve an invented region and are no source for care.
"""

from typing import Final, NamedTuple


class Naming(NamedTuple):
    """What a laboratory calls a test: nomenclature number, abbreviation and LOINC code."""

    number: str
    abbreviation: str
    loinc: str


class LaboratoryTest(NamedTuple):
    """A test: its names in Kanta-Häme and Lapland, its UCUM unit and the Finnish spelling of it.

    `low` and `high` are reference limits (women, men); `decimals` those printed; results below
    `detectable` are sent with the comparator `<`.
    """

    here: Naming
    north: Naming
    ucum: str
    spelling: str
    low: tuple[float | None, float | None] = (None, None)
    high: tuple[float | None, float | None] = (None, None)
    decimals: int = 0
    detectable: float = 0.0


def _same(number: str, abbreviation: str, loinc: str) -> tuple[Naming, Naming]:
    return (Naming(number, abbreviation, loinc),) * 2


_MMOL: Final = ("mmol/L", "mmol/l")
_PMOL: Final = ("pmol/L", "pmol/l")
_UNITS: Final = ("U/L", "U/l")

TESTS: Final = {
    "hba1c": LaboratoryTest(
        Naming("6128", "B-HbA1c", "59261-8"),
        Naming("6128", "B-HbA1c", "4548-4"),
        *("mmol/mol", "mmol/mol"),
        low=(20, 20),
        high=(42, 42),
    ),
    "fpg": LaboratoryTest(
        *_same("1468", "fP-Gluk", "14771-0"), *_MMOL, low=(4.0, 4.0), high=(6.0, 6.0), decimals=1
    ),
    "krea": LaboratoryTest(
        *_same("4600", "P-Krea", "14682-9"), "umol/L", "umol/l", low=(50, 60), high=(90, 100)
    ),
    "egfr": LaboratoryTest(
        Naming("6354", "Pt-GFRe", "62238-1"),
        Naming("6354", "Pt-GFRe", "98979-8"),
        *("mL/min/{1.73_m2}", "ml/min/1.73m2"),
        low=(60, 60),
    ),
    "acr": LaboratoryTest(
        *_same("4511", "U-AlbKre", "32294-1"),
        *("mg/mmol", "mg/mmol"),
        high=(3.0, 3.0),
        decimals=1,
        detectable=0.6,
    ),
    "ldl": LaboratoryTest(
        Naming("4599", "fP-Kol-LDL", "22748-8"),
        Naming("6433", "P-Kol-LDL", "22748-8"),
        *_MMOL,
        high=(3.0, 3.0),
        decimals=1,
    ),
    "hdl": LaboratoryTest(
        Naming("4516", "fP-Kol-HDL", "14646-4"),
        Naming("6431", "P-Kol-HDL", "14646-4"),
        *_MMOL,
        low=(1.2, 1.0),
        decimals=2,
    ),
    "chol": LaboratoryTest(
        Naming("4515", "fP-Kol", "14647-2"),
        Naming("6429", "P-Kol", "14647-2"),
        *_MMOL,
        high=(5.0, 5.0),
        decimals=1,
    ),
    "trig": LaboratoryTest(
        Naming("4568", "fP-Trigly", "14927-8"),
        Naming("4530", "P-Trigly", "14927-8"),
        *_MMOL,
        high=(1.7, 1.7),
        decimals=1,
    ),
    "k": LaboratoryTest(
        *_same("1999", "P-K", "2823-3"), *_MMOL, low=(3.4, 3.4), high=(4.7, 4.7), decimals=1
    ),
    "na": LaboratoryTest(*_same("3622", "P-Na", "2951-2"), *_MMOL, low=(137, 137), high=(145, 145)),
    "hb": LaboratoryTest(
        *_same("1552", "B-Hb", "718-7"), "g/L", "g/l", low=(117, 134), high=(155, 167)
    ),
    "alat": LaboratoryTest(*_same("1024", "P-ALAT", "1742-6"), *_UNITS, high=(35, 50)),
    "ck": LaboratoryTest(*_same("4517", "P-CK", "2157-6"), *_UNITS, low=(35, 50), high=(210, 280)),
    "b12": LaboratoryTest(
        *_same("4824", "P-B12-Vit", "14685-0"), *_PMOL, low=(140, 140), high=(490, 490)
    ),
    "pth": LaboratoryTest(
        *_same("4560", "fP-PTH", "14866-4"), *_PMOL, low=(1.6, 1.6), high=(6.9, 6.9), decimals=1
    ),
    "phosphate": LaboratoryTest(
        *_same("1431", "fP-Pi", "14879-1"), *_MMOL, low=(0.76, 0.71), high=(1.41, 1.53), decimals=2
    ),
    "calcium": LaboratoryTest(
        *_same("3673", "P-Ca-Ion", "1995-0"), *_MMOL, low=(1.16, 1.16), high=(1.3, 1.3), decimals=2
    ),
    "inr": LaboratoryTest(
        *_same("4520", "P-TT-INR", "6301-6"),
        "{INR}",
        "INR",
        low=(0.7, 0.7),
        high=(1.2, 1.2),
        decimals=1,
    ),
    "tsh": LaboratoryTest(
        *_same("4831", "P-TSH", "3016-3"),
        *("m[IU]/L", "mU/l"),
        low=(0.4, 0.4),
        high=(4.0, 4.0),
        decimals=1,
    ),
    "crp": LaboratoryTest(
        *_same("4594", "P-CRP", "1988-5"), "mg/L", "mg/l", high=(10, 10), detectable=3
    ),
    "leukocytes": LaboratoryTest(
        *_same("2218", "B-Leuk", "6690-2"),
        *("10*9/L", "E9/l"),
        low=(3.4, 3.4),
        high=(8.2, 8.2),
        decimals=1,
    ),
}
# Before the 2010s HbA1c was printed in per cent; a few old results still come so.
HBA1C_PERCENT: Final = LaboratoryTest(
    *_same("6128", "B-HbA1c", "4548-4"), "%", "%", low=(4.0, 4.0), high=(6.0, 6.0), decimals=1
)
