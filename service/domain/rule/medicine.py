"""Rules about medicines: in use, started, changed, since when, how much dispensed (shapes 7, 8, 18, 19).

Source: `what-is-due` 3.1 (no data, or medicines without an ATC code, is unknown) and 3.4.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.domain.fact import DISPENSE, MEDICINE, Fact
from service.domain.interval import Interval, next_day
from service.domain.pregnancy import PREGNANCY
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.person import last_pregnancy
from service.domain.truth import Ground, Sample, Timeline, Truth, sampled, truth_of

UNMAPPED: Final = ""


@dataclass(frozen=True, slots=True)
class Medicines:
    """A group of medicines by the beginnings of their ATC codes."""

    atc: tuple[str, ...]
    washout_days: int

    def used(self, facts: Iterable[Fact]) -> list[Fact]:
        """The uses of the group, in order of time."""
        return [fact for fact in facts if fact.code and fact.code.startswith(self.atc)]

    def telling(self, facts: Sequence[Fact]) -> list[Fact]:
        """What decides a rule about the group: its uses, those without an ATC code, the first recorded."""
        return [*facts[:1], *(f for f in facts[1:] if not f.code or f.code.startswith(self.atc))]

    def starts(self, uses: Sequence[Fact]) -> list[Fact]:
        """First uses after so many days without any medicine of the group."""
        return first_uses(uses, self.washout_days)

    def changes(self, uses: Sequence[Fact]) -> list[Fact]:
        """Starts, and uses of another dose or another substance; renewing either is no change."""
        found = {start.day: start for start in self.starts(uses)}
        last: dict[str, Fact] = {}
        for use in uses:
            old = last.get(use.code)
            if old is None or old.detail != use.detail or self._lapsed(old.until, use.day):
                found[use.day] = use
            covered = use.until if old is None else max(old.until, use.until)
            last[use.code] = use._replace(until=covered)
        return [found[day] for day in sorted(found)]

    def _lapsed(self, covered: date, day: date) -> bool:
        return _is_lapsed(covered, day, self.washout_days)


def first_uses(uses: Iterable[Fact], washout_days: int) -> list[Fact]:
    """Of uses in order of time those after so many days without any."""
    found: list[Fact] = []
    covered = date.min
    for use in uses:
        if not found or _is_lapsed(covered, use.day, washout_days):
            found.append(use)
        covered = max(covered, use.until)
    return found


def _is_lapsed(covered: date, day: date, washout_days: int) -> bool:
    return (day - covered).days > washout_days


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
        facts = self.medicines.telling(asked.patient.of(MEDICINE))
        uses = self.medicines.used(facts)
        return sampled(edges(facts), lambda day: self._sample(facts, uses, day))

    def _sample(self, facts: Sequence[Fact], uses: Sequence[Fact], day: date) -> Sample:
        in_use = [use for use in uses if use.day <= day <= use.until]
        if not in_use:
            return absent(facts, day)
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
        facts = self.medicines.telling(asked.patient.of(MEDICINE))
        uses = self.medicines.used(facts)
        events = self.medicines.changes(uses) if self.or_changed else self.medicines.starts(uses)
        ends = {next_day(self.within.after(event.day)) for event in events}
        return sampled(ends | edges(facts), lambda day: self._sample(facts, events, day))

    def _sample(self, facts: Sequence[Fact], events: Sequence[Fact], day: date) -> Sample:
        recent = [event for event in events if event.day <= day <= self.within.after(event.day)]
        if not recent:
            return absent(facts, day)
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
        facts = self.medicines.telling(asked.patient.of(MEDICINE))
        starts = self.medicines.starts(self.medicines.used(facts))
        passed = {self.span.after(start.day) for start in starts}
        return sampled(passed | edges(facts), lambda day: self._sample(facts, starts, day))

    def _sample(self, facts: Sequence[Fact], starts: Sequence[Fact], day: date) -> Sample:
        begun = [start for start in starts if start.day <= day]
        if not begun:
            return absent(facts, day)
        start = begun[-1]
        values = (("code", start.code), ("on", start.day.isoformat()))
        less = day < self.span.after(start.day)
        return truth_of(less == self.less), (Ground("medicine-since", values, start.day),)


@dataclass(frozen=True, slots=True)
class MedicineDuration(MedicineRule):
    """The group is in use, and was last started at least so long ago (shape 19)."""

    medicines: Medicines
    at_least: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Begins when `at_least` has passed since a start, ends with the use."""
        facts = self.medicines.telling(asked.patient.of(MEDICINE))
        uses = self.medicines.used(facts)
        passed = {self.at_least.after(start.day) for start in self.medicines.starts(uses)}
        return sampled(passed | edges(facts), lambda day: self._sample(facts, uses, day))

    def _sample(self, facts: Sequence[Fact], uses: Sequence[Fact], day: date) -> Sample:
        if not any(use.day <= day <= use.until for use in uses):
            return absent(facts, day)
        start = self.medicines.starts([use for use in uses if use.day <= day])[-1]
        values = (("code", start.code), ("on", start.day.isoformat()))
        long = day >= self.at_least.after(start.day)
        return truth_of(long), (Ground("medicine-since", values, start.day),)


@dataclass(frozen=True, slots=True)
class MedicineInPregnancy(MedicineRule):
    """A medicine of the group was in use in the last pregnancy, from its first day to its last."""

    medicines: Medicines
    on_event = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each use and each status of pregnancy."""
        facts = self.medicines.telling(asked.patient.of(MEDICINE))
        statuses = asked.patient.of(PREGNANCY)
        days = edges(facts) | {status.day for status in statuses}
        return sampled(days, lambda day: self._sample(facts, statuses, day))

    def _sample(self, facts: Sequence[Fact], statuses: Sequence[Fact], day: date) -> Sample:
        period = last_pregnancy(statuses, day)
        if period is None:
            return Truth.UNKNOWN, not_known(PREGNANCY)
        first, last = period
        known = [fact for fact in facts if fact.day <= day]
        then = [use for use in known if use.day <= last and first <= use.until]
        used = self.medicines.used(then)
        if used:
            values = (("code", used[0].code), ("on", used[0].day.isoformat()))
            return Truth.TRUE, (Ground("medicine-since", values),)
        unmapped = any(use.code == UNMAPPED for use in then)
        if known and not unmapped:
            return Truth.FALSE, ()
        return Truth.UNKNOWN, not_known("medicine")


@dataclass(frozen=True, slots=True)
class DispenseCount(MedicineRule):
    """At least so many dispenses of the group within so long."""

    medicines: Medicines
    at_least: int
    within: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each dispense and when one falls out of the window."""
        facts = {fact.source: fact for fact in asked.patient.of(DISPENSE)}.values()
        gone = {next_day(self.within.after(fact.day)) for fact in facts}
        return sampled(gone | {f.day for f in facts}, lambda day: self._sample(facts, day))

    def _sample(self, facts: Collection[Fact], day: date) -> Sample:
        recent = [fact for fact in facts if fact.day <= day <= self.within.after(fact.day)]
        counted = self.medicines.used(recent)
        if len(counted) >= self.at_least:
            values = (("code", counted[-1].code), ("count", float(len(counted))))
            return Truth.TRUE, (Ground("dispensed", values, counted[self.at_least - 1].day),)
        unmapped = any(fact.code == UNMAPPED for fact in recent)
        recorded = any(fact.day <= day for fact in facts)
        if recorded and not unmapped:
            return Truth.FALSE, ()
        return Truth.UNKNOWN, not_known("medicine")


def edges(uses: Iterable[Fact]) -> set[date]:
    """The days on which a use begins or has just ended."""
    return {day for use in uses for day in (use.day, next_day(use.until))}


def absent(uses: Iterable[Fact], day: date) -> Sample:
    """Not in use, or unknown: nothing recorded yet, or something in use without an ATC code."""
    recorded = [use for use in uses if use.day <= day]
    unmapped = any(use.code == UNMAPPED and day <= use.until for use in recorded)
    if recorded and not unmapped:
        return Truth.FALSE, ()
    return Truth.UNKNOWN, not_known("medicine")
