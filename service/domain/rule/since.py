"""Rules about the time since a condition began or went into remission, and what was done since (shape 9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.closing import Closing, Doing, last_doing
from service.domain.codes import CodeSet
from service.domain.fact import CONDITION, REMISSION, Fact
from service.domain.interval import Interval, next_day
from service.domain.rule.asked import Asked, Rule, timeline_of
from service.domain.truth import Ground, Sample, Timeline, Truth, sampled, span_on, truth_of


@dataclass(frozen=True, slots=True)
class SinceOnset:
    """Less than (or at least) so long has passed since a condition of the set last began.

    That it has ended since makes no difference: an infarction has happened.
    """

    codes: CodeSet
    span: Interval
    less: bool
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each onset and when `span` has passed since it."""
        begun = [fact for fact in asked.patient.of(CONDITION) if fact.code in self.codes]

        def sample(day: date) -> Sample:
            last = _last_begun(begun, day)
            if last is None:
                return Truth.FALSE, ()
            values = (("code", last.code), ("on", last.day.isoformat()))
            early = day < self.span.after(last.day)
            return truth_of(early == self.less), (Ground("condition", values, last.day),)

        return sampled(_days(begun, self.span), sample)


@dataclass(frozen=True, slots=True)
class InRemission:
    """A condition of the set is in remission, for less than (or at least) so long."""

    codes: CodeSet
    span: Interval
    less: bool
    on_event = True
    from_start = False

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each remission, when `span` has passed since it, and when it is over."""
        begun = [fact for fact in asked.patient.of(REMISSION) if fact.code in self.codes]
        days = _days(begun, self.span) | {next_day(fact.until) for fact in begun}

        def sample(day: date) -> Sample:
            last = _last_begun([fact for fact in begun if day <= fact.until], day)
            if last is None:
                return Truth.FALSE, ()
            early = day < self.span.after(last.day)
            values = (("on", last.day.isoformat()),)
            return truth_of(early == self.less), (Ground("remission", values, last.day),)

        return sampled(days, sample)


def _days(begun: Iterable[Fact], span: Interval) -> set[date]:
    return {day for fact in begun for day in (fact.day, span.after(fact.day))}


def _last_begun(begun: Sequence[Fact], day: date) -> Fact | None:
    return next((fact for fact in reversed(begun) if fact.day <= day), None)


@dataclass(frozen=True, slots=True)
class NotDoneSince:
    """The event of a rule has happened, and the activity has not been done on or after its day.

    So a first control after an event is asked for once: `rule` is about events and says which.
    """

    closing: Closing
    rule: Rule
    on_event = True

    @property
    def from_start(self) -> bool:
        """As its rule."""
        return self.rule.from_start

    def timeline(self, asked: Asked) -> Timeline:
        """Changes as its rule does, and with the first doing after each event."""
        line = timeline_of(self.rule, asked)
        done = asked.patient.doings(self.closing)
        days = {span.start for span in line} | {doing.day for doing in done}
        return sampled(days, lambda day: self._sample(line, done, day))

    def _sample(self, line: Timeline, done: Sequence[Doing], day: date) -> Sample:
        span = span_on(line, day)
        event = max((ground.event for ground in span.grounds if ground.event), default=None)
        last = last_doing(done, day)
        if event and last and last.done_on >= event:
            return Truth.FALSE, ()
        return span.truth, span.grounds
