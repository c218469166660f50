"""Calendar intervals and days: months clamp to the month's end and count from their anchor."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

FOREVER: Final = date(9999, 12, 31)
DAYS_IN_MONTH: Final = 30.436875  # the Gregorian mean, only to compare lengths
SHORTEST_MONTH: Final = 28
_DURATION = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of calendar time: whole months and days, as an ISO 8601 duration writes it.

    Source: ISO 8601 durations; clamping as in `what-is-due` 4.5 (31 January + P1M is the last of
    February).
    """

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read `P3M`, `P12W`, `P1Y` or `P0D`; a time part or a fraction is a ValueError."""
        match = _DURATION.fullmatch(text)
        if match is None:
            message = f"not a duration of years, months, weeks or days: {text}"
            raise ValueError(message)
        years, months, weeks, days = (int(group or 0) for group in match.groups())
        return cls(months=12 * years + months, days=7 * weeks + days)

    def after(self, day: date) -> date:
        """The day this long after `day`; never later than the last day of the calendar."""
        return _shift(day, self.months, self.days)

    def before(self, day: date) -> date:
        """The day this long before `day`; never earlier than the first day of the calendar."""
        return _shift(day, -self.months, -self.days)

    @property
    def nominal_days(self) -> float:
        """Length in days with months at their mean, to say which of two intervals is longer."""
        return self.months * DAYS_IN_MONTH + self.days

    @property
    def is_now(self) -> bool:
        """Whether this is P0D: due on the day its rule becomes true."""
        return not self.months and not self.days

    @property
    def iso(self) -> str:
        """As ISO 8601 writes it."""
        if self.months and not self.days:
            return f"P{self.months}M"
        if self.days and not self.months:
            return f"P{self.days // 7}W" if self.days % 7 == 0 else f"P{self.days}D"
        return f"P{self.months}M{self.days}D" if self.months else "P0D"


def _shift(day: date, months: int, days: int) -> date:
    if day == FOREVER:
        return day
    if months:
        count = day.year * 12 + day.month - 1 + months
        year, month = divmod(count, 12)
        if not date.min.year <= year <= FOREVER.year:
            return date.min if year < date.min.year else FOREVER
        last = day.day if day.day <= SHORTEST_MONTH else monthrange(year, month + 1)[1]
        day = date(year, month + 1, min(day.day, last))
    return days_after(day, days)


def days_after(day: date, days: int) -> date:
    """The day so many days after (or before, where negative) `day`, within the calendar."""
    if not days or day == FOREVER:
        return day
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else FOREVER


def next_day(day: date) -> date:
    """The day after; the last day of the calendar stays where it is."""
    return day if day == FOREVER else day + timedelta(days=1)


def whole_years(born: date, day: date) -> int:
    """Age in whole years on a day; none before birth."""
    if day < born:
        return 0
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
