"""Sets of coded concepts: exact codes, beginnings of codes and ranges of ICD-10 categories."""

from dataclasses import dataclass
from functools import lru_cache

CATEGORY_LENGTH = 3  # an ICD-10 category is a letter and two digits


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes written `system|code`: `snomed|44054006`, beginnings `icd10|E11`, ranges `icd10|I20-I25`.

    A beginning stands for itself and all its subdivisions.
    """

    exact: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()

    def __contains__(self, code: str) -> bool:
        return code in self.exact or _matches(self.beginnings, self.ranges, code)


NO_CODES = CodeSet()


@lru_cache(maxsize=65_536)
def _matches(beginnings: tuple[str, ...], ranges: tuple[tuple[str, str], ...], code: str) -> bool:
    if code.startswith(beginnings):
        return True
    system, _, value = code.partition("|")
    category = f"{system}|{value[:CATEGORY_LENGTH]}"
    return any(low <= category <= high for low, high in ranges)
