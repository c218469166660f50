"""Rules about conditions, findings and what has happened (shapes 9, 10, 11 and 18)."""

from dataclasses import dataclass
from datetime import date

from service.domain.closing import Closing
from service.domain.codes import NO_CODES, CodeSet
from service.domain.fact import CONDITION, ENCOUNTER, MEDICINE, Fact
from service.domain.interval import FOREVER, Interval, next_day
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.medicine import Medicines, absent, edges
from service.domain.rule.target import result_on
from service.domain.truth import (
    Ground,
    Sample,
    Span,
    Timeline,
    Truth,
    from_spans,
    sampled,
    truth_of,
)


@dataclass(frozen=True, slots=True)
class HasCondition:
    """A condition of the set is active on the day."""

    codes: CodeSet
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Begins with the onset, ends with the abatement."""
        held = [fact for fact in asked.patient.of(CONDITION) if fact.code in self.codes]
        days = {day for fact in held for day in (fact.day, next_day(fact.until))}

        def sample(day: date) -> Sample:
            now = [fact for fact in held if fact.day <= day <= fact.until]
            if not now:
                return Truth.FALSE, ()
            values = (("code", now[0].code), ("on", now[0].day.isoformat()))
            return Truth.TRUE, (Ground("condition", values, now[0].day),)

        return sampled(days, sample)


@dataclass(frozen=True, slots=True)
class LastFinding:
    """The last finding of an item is one of `values`; also a professional's yes or no in the plan.

    A finding with an end holds until its last day, then it is unknown again (`what-is-due` 3.3).
    """

    item: str
    values: frozenset[str]
    on_event = False
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each finding; unknown before the first and after the last has ended."""
        found = [fact for fact in asked.patient.results(self.item) if fact.code]
        days = {day for fact in found for day in (fact.day, next_day(fact.until))}

        def sample(day: date) -> Sample:
            fact = result_on(found, day)
            if fact is None or fact.until < day:
                return Truth.UNKNOWN, not_known(self.item)
            values = (("item", self.item), ("finding", fact.code), ("on", fact.day.isoformat()))
            return truth_of(fact.code in self.values), (Ground("finding", values),)

        return sampled(days, sample)


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
            [before, Span(diagnosed, early, (ground,)), Span(passed, late, (ground,))]
        )


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happens on a day: an Encounter of a class for a reason, a fact, a medicine's start.

    Without `reasons` any reason will do.
    """

    name: str
    item: str = ENCOUNTER
    classes: frozenset[str] = frozenset()
    reasons: CodeSet = NO_CODES
    medicines: Medicines | None = None

    def facts(self, asked: Asked) -> list[Fact]:
        """The events, in order of time."""
        if self.medicines:
            return self.medicines.starts(self.medicines.used(asked.patient.of(MEDICINE)))
        of_item = asked.patient.of(self.item)
        if self.item != ENCOUNTER:
            return of_item
        of_class = [fact for fact in of_item if fact.code in self.classes]
        if self.reasons == NO_CODES:
            return of_class
        return [fact for fact in of_class if fact.detail in self.reasons]


@dataclass(frozen=True, slots=True)
class EventCount:
    """At least so many events within so long; an event counts from its day to its day + `within`.

    Without `within` it counts for ever (surgery). What happened on one day happened once: an
    emergency visit and the steroid course it began.
    """

    events: tuple[Happened, ...]
    at_least: int
    within: Interval | None = None
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each event and when one falls out of the window."""
        named = {f.day: e.name for e in self.events for f in e.facts(asked)}
        days = {day for on in named for day in (on, next_day(self._counts_to(on)))}
        uses = asked.patient.of(MEDICINE) if self._depends_on_medicines else []

        def sample(day: date) -> Sample:
            recent = sorted(on for on in named if on <= day <= self._counts_to(on))
            if len(recent) < self.at_least:
                return absent(uses, day) if self._depends_on_medicines else (Truth.FALSE, ())
            values = (("event", named[recent[-1]]), ("on", recent[-1].isoformat()))
            return Truth.TRUE, (Ground("event", values, recent[-1]),)

        return sampled(days | edges(uses), sample)

    def _counts_to(self, on: date) -> date:
        return self.within.after(on) if self.within else FOREVER

    @property
    def _depends_on_medicines(self) -> bool:
        return any(event.medicines for event in self.events)


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
