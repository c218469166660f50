"""Days and times as people type them: 3.6.2027, 03.06.2027, 3.6.27 and 2027-06-03; 9.30 and 9:30."""

import re
from datetime import date, time
from typing import Final

_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,2})[.:](\d{2})", re.ASCII)
_CENTURY: Final = 2000
_TWO_DIGITS: Final = 100


def day_typed(text: str) -> date | None:
    """The day of a text; None where it is none. Two digits are a year of this century."""
    plain = text.strip()
    if found := _ISO.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY.fullmatch(plain):
        year = int(found[3])
        return _day(year + _CENTURY * (year < _TWO_DIGITS), int(found[2]), int(found[1]))
    return None


def time_typed(text: str) -> time | None:
    """The time of day of a text; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
