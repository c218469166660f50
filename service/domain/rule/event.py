"""Rules about conditions, findings and what has happened (shapes 9, 10, 11 and 18)."""

from dataclasses import dataclass
from datetime import date

from service.domain.closing import Closing
from service.domain.codes import NO_CODES, CodeSet
from service.domain.fact import CONDITION, ENCOUNTER, Fact
from service.domain.interval import Interval, next_day
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.medicine import Medicines
from service.domain.truth import Ground, Span, Timeline, Truth, from_spans, sampled, truth_of


@dataclass(frozen=True, slots=True)
class HasCondition:
    """A condition of the set is active on the day."""

    codes: CodeSet
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Begins with the onset, ends with the abatement."""
        held = [fact for fact in asked.patient.of(CONDITION) if fact.code in self.codes]
        days = {next_day(fact.until): True for fact in held} | {fact.day: True for fact in held}

        def sample(day: date) -> tuple[Truth, tuple[Ground, ...]]:
            now = [fact for fact in held if fact.day <= day <= fact.until]
            if not now:
                return Truth.FALSE, ()
            values = (("code", now[0].code), ("on", now[0].day.isoformat()))
            return Truth.TRUE, (Ground("condition", values, now[0].day),)

        return sampled(days, sample)


@dataclass(frozen=True, slots=True)
class LastFinding:
    """The last finding of an item is one of `values`; also a professional's yes or no in the plan.

    A finding with an end holds until its last day, then it is unknown again (`semantics.md` 3.3).
    """

    item: str
    values: frozenset[str]
    on_event = False
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each finding; unknown before the first and after the last has ended."""
        spans = [Span(date.min, Truth.UNKNOWN, not_known(self.item))]
        found = [fact for fact in asked.patient.results(self.item) if fact.code]
        spans += [Span(next_day(f.until), Truth.UNKNOWN, not_known(self.item)) for f in found]
        for fact in found:
            values = (("item", self.item), ("finding", fact.code), ("on", fact.day.isoformat()))
            ground = Ground("finding", values)
            spans.append(Span(fact.day, truth_of(fact.code in self.values), (ground,)))
        return from_spans(spans)


@dataclass(frozen=True, slots=True)
class SinceDiagnosis:
    """Less than (or at least) so long has passed since the protocol's first day for the patient."""

    span: Interval
    less: bool
    on_event = True
    from_start = True

    def timeline(self, asked: Asked) -> Timeline:
        """Changes once, by the calendar."""
        diagnosed, passed = asked.starts_on, self.span.after(asked.starts_on)
        ground = Ground("diagnosed", (("on", diagnosed.isoformat()),), diagnosed)
        early, late = truth_of(self.less), truth_of(not self.less)
        before = Span(date.min, Truth.FALSE)
        return from_spans(
            [
                before,
                Span(diagnosed, early, (ground,)),
                Span(passed, late, (ground,), by_fact=False),
            ]
        )


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happens on a day: an Encounter of a class for a reason, a fact, a medicine's start."""

    name: str
    item: str = ENCOUNTER
    classes: frozenset[str] = frozenset()
    reasons: CodeSet = NO_CODES
    medicines: Medicines | None = None

    def facts(self, asked: Asked) -> list[Fact]:
        """The events, in order of time."""
        of_item = asked.patient.of(self.item)
        if self.medicines:
            return self.medicines.starts(self.medicines.used(of_item))
        if self.item != ENCOUNTER:
            return list(of_item)
        return [f for f in of_item if f.code in self.classes and f.detail in self.reasons]


@dataclass(frozen=True, slots=True)
class EventCount:
    """At least so many events within so long; an event counts from its day to its day + `within`."""

    events: tuple[Happened, ...]
    at_least: int
    within: Interval
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each event and when one falls out of the window."""
        named = {f.day: e.name for e in self.events for f in e.facts(asked)}
        gone = {next_day(self.within.after(day)): False for day in named}

        def sample(day: date) -> tuple[Truth, tuple[Ground, ...]]:
            recent = sorted(on for on in named if on <= day <= self.within.after(on))
            if len(recent) < self.at_least:
                return Truth.FALSE, ()
            values = (("event", named[recent[-1]]), ("on", recent[-1].isoformat()))
            return Truth.TRUE, (Ground("event", values, recent[-1]),)

        return sampled(gone | dict.fromkeys(named, True), sample)


@dataclass(frozen=True, slots=True)
class NeverDone:
    """The activity has never been done."""

    closing: Closing
    on_event = False
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """True until the first doing."""
        done = asked.patient.doings(self.closing)
        spans = [Span(date.min, Truth.TRUE, (Ground("never-done"),))]
        if done:
            spans.append(Span(done[0].day, Truth.FALSE))
        return from_spans(spans)
