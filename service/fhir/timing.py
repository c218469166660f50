"""FHIR dates and times as ranges of instants and as clinic days; the only place that reads them.

Source: R4 datatypes.html#dateTime, search.html#date (a date stands for the whole of its precision).
Instants are microseconds since 1970 in UTC; a range includes `low` and excludes `high`. What has no
zone is meant in Europe/Helsinki.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from service.clock import CLINIC_ZONE, clinic_day

EARLIEST: Final = -(2**62)
LATEST: Final = 2**62
INSTANT: Final = "an instant with its seconds and time zone (2027-03-12T09:30:00+02:00)"
"""What is asked for where an instant is, in words for who sent something else."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_MICROSECOND_DIGITS: Final = 6
# Texts come from clients: what is remembered of them must not be as large as they please.
_LONGEST_REMEMBERED: Final = 40
_LONGEST_PARTIAL: Final = len("2026-11-28")
_FIRST: Final = (datetime(2, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST: Final = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
    r"(?:Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_INSTANT: Final = re.compile(r"[\d-]+T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


class Range(NamedTuple):
    """A range of instants: `low` included, `high` excluded."""

    low: int
    high: int


class ClinicDay(NamedTuple):
    """A day in Europe/Helsinki; `approximate` where only the month was known: its first day."""

    day: date
    approximate: bool


def range_of(text: str) -> Range | None:
    """The instants that a date, dateTime or instant stands for; None where it is none of them."""
    if "T" not in text:
        return _range_of_partial(text) if len(text) <= _LONGEST_PARTIAL else None
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _range_of_moment(text)


def range_of_period(period: dict[str, Any]) -> Range | None:
    """The instants of a Period, open ends without limit; None where neither end can be read."""
    start, end = _end_of(period, "start"), _end_of(period, "end")
    if start is None and end is None:
        return None
    return Range(start.low if start else EARLIEST, end.high if end else LATEST)


def range_of_timing(timing: dict[str, Any]) -> Range | None:
    """The outer limits of a Timing: of its events, or of its bounds; None where it has neither.

    R4 search.html#date: a schedule counts by its limits, not by the occurrences inside.
    """
    repeat = timing.get("repeat")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    within = range_of_period(bounds) if isinstance(bounds, dict) else None
    events = [range_of(event) for event in timing.get("event") or () if isinstance(event, str)]
    known = [part for part in (within, *events) if part is not None]
    if not known:
        return None
    return Range(min(part.low for part in known), max(part.high for part in known))


def clinic_day_of(text: str) -> ClinicDay | None:
    """The clinic's day of a date or dateTime; None for a year alone, which dates no evidence."""
    if "T" in text:
        moment = instant_of(text)
        return ClinicDay(clinic_day(moment), approximate=False) if moment else None
    match = _PARTIAL.fullmatch(text)
    if match is None or match[2] is None:
        return None
    day = _day(int(match[1]), int(match[2]), int(match[3] or 1))
    return ClinicDay(day, approximate=match[3] is None) if day else None


def instant_of(text: str) -> datetime | None:
    """The moment, in UTC, that a dateTime with a time or an instant begins; None without a time.

    None too for the calendar's first year and last days, which other zones do not all have.
    """
    read = range_of(text) if "T" in text else None
    if read is None or not _FIRST <= read.low < _LAST:
        return None
    return moment_of(read.low)


def full_instant_of(text: str) -> datetime | None:
    """The moment that an instant names with its seconds and zone (R4 instant); None for less."""
    return instant_of(text) if _INSTANT.fullmatch(text) else None


def moment_of(microseconds: int) -> datetime:
    """The aware datetime of an instant."""
    return _EPOCH + microseconds * _MICROSECOND


def microseconds_of(moment: datetime) -> int:
    """The instant of an aware datetime; a naive one is a ValueError."""
    if moment.tzinfo is None:
        raise ValueError("An instant needs its offset from UTC")
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=1_024)
def instant_text(moment: datetime) -> str:
    """An aware datetime as a FHIR instant in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_range(day: date) -> Range:
    """The instants of one clinic day: 23 or 25 hours when the clocks change."""
    return Range(_midnight(day.toordinal()), _midnight(day.toordinal() + 1))


def _end_of(period: dict[str, Any], name: str) -> Range | None:
    text = period.get(name)
    return range_of(text) if isinstance(text, str) else None


def _range_of_moment(text: str) -> Range | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    leap = match["second"] == "60"  # the leap second follows the 59th
    moment = _moment(text.replace(":60", ":59", 1) if leap else text)
    if moment is None:
        return None
    low = microseconds_of(moment) + leap * _SECOND
    return Range(low, low + _width(match["second"], match["fraction"]))


_remembered: Final = lru_cache(maxsize=16_384)(_range_of_moment)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CLINIC_ZONE)


def _width(second: str | None, fraction: str | None) -> int:
    """How long the written precision lasts: a minute, a second, or the fraction's last digit."""
    if second is None:
        return 60 * _SECOND
    digits = min(len(fraction or ""), _MICROSECOND_DIGITS)
    return int(10 ** (_MICROSECOND_DIGITS - digits))


@lru_cache(maxsize=16_384)
def _range_of_partial(text: str) -> Range | None:
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    first = _day(year, month, day)
    if first is None:
        return None
    if match[3]:
        return day_range(first)
    days = monthrange(year, month)[1] if match[2] else date(year, 12, 31).timetuple().tm_yday
    return Range(_midnight(first.toordinal()), _midnight(first.toordinal() + days))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def _midnight(ordinal: int) -> int:
    """The instant at which a clinic day begins; the last day of the calendar has a next one too."""
    known = min(ordinal, date.max.toordinal())
    begins = datetime.combine(date.fromordinal(known), time.min, CLINIC_ZONE)
    return microseconds_of(begins) + (ordinal - known) * _DAY
