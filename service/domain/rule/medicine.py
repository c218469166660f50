"""Rules about medicines: in use, started, changed, since when, how much dispensed (shapes 7, 8, 18).

Source: `semantics.md` 3.1 (no data, or medicines without an ATC code, is unknown) and 3.4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from service.domain.fact import DISPENSE, MEDICINE, Fact
from service.domain.interval import Interval, next_day
from service.domain.rule.asked import Asked, not_known
from service.domain.truth import Ground, Timeline, Truth, sampled, truth_of

UNMAPPED: Final = ""


@dataclass(frozen=True, slots=True)
class Medicines:
    """A group of medicines by the beginnings of their ATC codes."""

    atc: tuple[str, ...]
    washout_days: int

    def used(self, facts: Iterable[Fact]) -> list[Fact]:
        """The uses of the group, in order of time."""
        return [fact for fact in facts if fact.code and fact.code.startswith(self.atc)]

    def starts(self, uses: Sequence[Fact]) -> list[Fact]:
        """First uses after so many days without any medicine of the group."""
        found, covered = [], date.min
        for use in uses:
            if covered == date.min or use.day > covered + timedelta(days=self.washout_days):
                found.append(use)
            covered = max(covered, use.until)
        return found

    def changes(self, uses: Sequence[Fact]) -> list[Fact]:
        """Starts, and uses of another dose or another substance than the one before."""
        starts = self.starts(uses)
        pairs = pairwise(uses)
        changed = [new for old, new in pairs if (old.code, old.detail) != (new.code, new.detail)]
        return sorted({fact.day: fact for fact in [*changed, *starts]}.values())


class MedicineRule:
    """A rule about a medicine counts from the medicine's day."""

    __slots__ = ()
    on_event = True
    from_start = False


@dataclass(frozen=True, slots=True)
class MedicineInUse(MedicineRule):
    """A medicine of the group is in use on the day."""

    medicines: Medicines

    def timeline(self, asked: Asked) -> Timeline:
        """Begins and ends with each period of use."""
        facts = asked.patient.of(MEDICINE)
        uses = self.medicines.used(facts)
        return sampled(_edges(facts), lambda day: self._sample(facts, uses, day))

    def _sample(
        self, facts: Sequence[Fact], uses: Sequence[Fact], day: date
    ) -> tuple[Truth, tuple[Ground, ...]]:
        in_use = [use for use in uses if use.day <= day <= use.until]
        if not in_use:
            return _absent(facts, day)
        start = self.medicines.starts([use for use in uses if use.day <= day])[-1]
        values = (("code", in_use[-1].code), ("on", start.day.isoformat()))
        return Truth.TRUE, (Ground("medicine-in-use", values, start.day),)


@dataclass(frozen=True, slots=True)
class MedicineEvent(MedicineRule):
    """A medicine of the group was started (or changed) within so long, both ends included."""

    medicines: Medicines
    within: Interval
    or_changed: bool

    def timeline(self, asked: Asked) -> Timeline:
        """Begins with the event, ends the day after `within` has passed."""
        facts = asked.patient.of(MEDICINE)
        uses = self.medicines.used(facts)
        events = self.medicines.changes(uses) if self.or_changed else self.medicines.starts(uses)
        ends = {next_day(self.within.after(event.day)): False for event in events}
        days = ends | _edges(facts) | {event.day: True for event in events}
        return sampled(days, lambda day: self._sample(facts, events, day))

    def _sample(
        self, facts: Sequence[Fact], events: Sequence[Fact], day: date
    ) -> tuple[Truth, tuple[Ground, ...]]:
        recent = [event for event in events if event.day <= day <= self.within.after(event.day)]
        if not recent:
            return _absent(facts, day)
        event = recent[-1]
        values = (("code", event.code), ("on", event.day.isoformat()))
        return Truth.TRUE, (Ground("medicine-changed", values, event.day),)


@dataclass(frozen=True, slots=True)
class MedicineSince(MedicineRule):
    """Less than (or at least) so long has passed since the group was last started."""

    medicines: Medicines
    span: Interval
    less: bool

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each start and when `span` has passed since it."""
        facts = asked.patient.of(MEDICINE)
        starts = self.medicines.starts(self.medicines.used(facts))
        passed = {self.span.after(start.day): False for start in starts}
        days = passed | _edges(facts) | {start.day: True for start in starts}
        return sampled(days, lambda day: self._sample(facts, starts, day))

    def _sample(
        self, facts: Sequence[Fact], starts: Sequence[Fact], day: date
    ) -> tuple[Truth, tuple[Ground, ...]]:
        begun = [start for start in starts if start.day <= day]
        if not begun:
            return _absent(facts, day)
        start = begun[-1]
        values = (("code", start.code), ("on", start.day.isoformat()))
        less = day < self.span.after(start.day)
        return truth_of(less == self.less), (Ground("medicine-since", values, start.day),)


@dataclass(frozen=True, slots=True)
class DispenseCount(MedicineRule):
    """At least so many dispenses of the group within so long."""

    medicines: Medicines
    at_least: int
    within: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each dispense and when one falls out of the window."""
        facts = asked.patient.of(DISPENSE)
        gone = {next_day(self.within.after(fact.day)): False for fact in facts}
        days = gone | {fact.day: True for fact in facts}
        return sampled(days, lambda day: self._sample(facts, day))

    def _sample(self, facts: Sequence[Fact], day: date) -> tuple[Truth, tuple[Ground, ...]]:
        counted = self.medicines.used(
            fact for fact in facts if fact.day <= day <= self.within.after(fact.day)
        )
        if len(counted) < self.at_least:
            truth, grounds = _absent(facts, day)
            return truth, grounds
        values = (("code", counted[-1].code), ("count", float(len(counted))))
        return Truth.TRUE, (Ground("dispensed", values, counted[self.at_least - 1].day),)


def _edges(facts: Sequence[Fact]) -> dict[date, bool]:
    ends = {next_day(fact.until): True for fact in facts}
    return ends | {fact.day: True for fact in facts}


def _absent(facts: Sequence[Fact], day: date) -> tuple[Truth, tuple[Ground, ...]]:
    """Not in use, or unknown: nothing recorded yet, or something in use without an ATC code."""
    recorded = [fact for fact in facts if fact.day <= day]
    unmapped = any(fact.code == UNMAPPED and day <= fact.until for fact in recorded)
    return (
        (Truth.FALSE, ()) if recorded and not unmapped else (Truth.UNKNOWN, not_known("medicine"))
    )
