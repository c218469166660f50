"""When something happened: the clinic's day, the instant that orders results of one day, and its half.

Dates are read by `fhir/timing.py` alone. Source: `what-is-due` 2.2: a month is its first day, shown as
approximate; a year alone dates no evidence, but a condition or a birth begins on its first day (1.3).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from service.clock import CLINIC_ZONE
from service.domain.fact import APPROXIMATE
from service.domain.interval import FOREVER
from service.fhir.timing import clinic_day_of, instant_of

MORNING: Final = "morning"
EVENING: Final = "evening"
NOON: Final = 12
REMEMBERED: Final = 16_384
_YEAR_DIGITS: Final = 4


class Told(NamedTuple):
    """A day as a source told it: its instant in UTC where a time was given, and its half of the day."""

    day: date
    at: str = ""
    quality: str = ""
    half: str = ""


@lru_cache(maxsize=REMEMBERED)
def told(text: str) -> Told | None:
    """The clinic's day of a date or dateTime; None for a year alone and for what is no date."""
    found = clinic_day_of(text)
    if found is None:
        return None
    if found.approximate:
        return Told(found.day, quality=APPROXIMATE)
    moment = instant_of(text) if "T" in text else None
    return Told(found.day, _ordered(moment), half=_half(moment)) if moment else Told(found.day)


def first_day(text: str) -> Told | None:
    """The first day of a date of any precision."""
    if len(text) == _YEAR_DIGITS:
        return told(f"{text}-01")
    return told(text)


def performed(resource: Mapping[str, Any], element: str) -> Told | None:
    """The day of the act in `effective[x]`, `performed[x]` and the like; a period counts by its end."""
    text = resource.get(f"{element}DateTime") or resource.get(f"{element}Instant")
    if text:
        return told(text)
    period = resource.get(f"{element}Period")
    if period:
        return ended(period)
    events = resource.get(f"{element}Timing", {}).get("event")
    return told(events[-1]) if events else None


def ended(period: Mapping[str, Any]) -> Told | None:
    """The last day of a period, else its first."""
    text = period.get("end") or period.get("start")
    return told(text) if text else None


def day_of(text: str | None) -> date | None:
    """The day alone, of a date of any precision."""
    found = first_day(text) if text else None
    return found.day if found else None


def last_day_of(period: Mapping[str, Any]) -> date:
    """The last day of a period; one without an end has none."""
    return day_of(period.get("end")) or FOREVER


def _ordered(moment: datetime) -> str:
    """A text that sorts as the instants do."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _half(moment: datetime) -> str:
    return MORNING if moment.astimezone(CLINIC_ZONE).hour < NOON else EVENING
