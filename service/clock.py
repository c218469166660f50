"""The only reader of time: the instant in UTC, and the clinic's day in Europe/Helsinki.

Everything else takes time as an argument, so that any question can be asked of any day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

CLINIC_ZONE = ZoneInfo("Europe/Helsinki")


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        ...

    def today(self) -> date:
        """Give the clinic's day."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock; `fixed_today` (SEURANTA_TODAY) holds the clinic's day still for demos.

    The instant is never held still: when we knew something must stay true.
    """

    fixed_today: date | None = None

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Give the fixed day, else the day it is now in the clinic."""
        return self.fixed_today or clinic_day(self.now())


def clinic_day(instant: datetime) -> date:
    """Give the day in Europe/Helsinki on which an aware instant falls.

    A late evening's instant in UTC is often the clinic's next day. A naive one is a ValueError.
    """
    if instant.utcoffset() is None:
        raise ValueError("An instant needs its offset from UTC")
    return instant.astimezone(CLINIC_ZONE).date()


def day_begins(day: date) -> datetime:
    """Give the instant, in UTC, at which a day of the clinic begins."""
    return datetime.combine(day, time(), CLINIC_ZONE).astimezone(UTC)
