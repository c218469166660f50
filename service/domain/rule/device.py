"""Rules about devices: in use, or taken into use not long ago (a CPAP device, a splint)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.fact import DEVICE, Fact
from service.domain.interval import Interval, next_day
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.medicine import edges, first_uses
from service.domain.truth import Ground, Sample, Timeline, Truth, sampled


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of device by our own code; a use after so many days without is a new start."""

    kind: str
    washout_days: int

    def uses(self, asked: Asked) -> list[Fact]:
        """The periods of use, in order of time."""
        return [fact for fact in asked.patient.of(DEVICE) if fact.code == self.kind]

    def starts(self, uses: Sequence[Fact]) -> list[Fact]:
        """First uses; a device that replaces another is no new start."""
        return first_uses(uses, self.washout_days)


class DeviceRule:
    """A rule about a device counts from the day it was taken into use."""

    __slots__ = ()
    on_event = True
    from_start = False


@dataclass(frozen=True, slots=True)
class DeviceInUse(DeviceRule):
    """The device is in use on the day; unknown until anything is recorded of it."""

    device: Device

    def timeline(self, asked: Asked) -> Timeline:
        """Begins and ends with each period of use."""
        uses = self.device.uses(asked)
        return sampled(edges(uses), lambda day: self._sample(uses, day))

    def _sample(self, uses: Sequence[Fact], day: date) -> Sample:
        begun = [use for use in uses if use.day <= day]
        if not any(day <= use.until for use in begun):
            return _not_in_use(begun)
        return Truth.TRUE, (_ground(self.device.starts(begun)[-1]),)


@dataclass(frozen=True, slots=True)
class DeviceStarted(DeviceRule):
    """The device was taken into use within so long, both ends included."""

    device: Device
    within: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Begins with the start, ends the day after `within` has passed."""
        uses = self.device.uses(asked)
        starts = self.device.starts(uses)
        days = {day for one in starts for day in (one.day, next_day(self.within.after(one.day)))}
        return sampled(days | edges(uses), lambda day: self._sample(uses, starts, day))

    def _sample(self, uses: Sequence[Fact], starts: Sequence[Fact], day: date) -> Sample:
        recent = [one for one in starts if one.day <= day <= self.within.after(one.day)]
        if not recent:
            return _not_in_use([use for use in uses if use.day <= day])
        return Truth.TRUE, (_ground(recent[-1]),)


def _not_in_use(begun: Sequence[Fact]) -> Sample:
    return (Truth.FALSE, ()) if begun else (Truth.UNKNOWN, not_known(DEVICE))


def _ground(start: Fact) -> Ground:
    return Ground("device", (("device", start.code), ("on", start.day.isoformat())), start.day)
