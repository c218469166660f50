"""A clock that stands still."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from service.clock import clinic_day


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands at one instant; the instant must be aware."""

    instant: datetime

    def now(self) -> datetime:
        """Give the instant it stands at, in UTC."""
        return self.instant.astimezone(UTC)

    def today(self) -> date:
        """Give the clinic's day of the instant it stands at."""
        return clinic_day(self.instant)
