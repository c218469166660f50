"""Three-valued truth over days: a rule about a patient is a timeline of true, false and unknown.

Kleene's logic, `semantics.md` 3.1: only true matches; unknown relaxes nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple, TypeAlias


class Truth(IntEnum):
    """False below unknown below true, so that `all` is the minimum and `any` the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def negated(self) -> "Truth":
        """Kleene's not: unknown stays unknown."""
        return Truth(2 - self)


def truth_of(holds: bool) -> Truth:
    """A plain yes or no as a Truth."""
    return Truth.TRUE if holds else Truth.FALSE


class Ground(NamedTuple):
    """Why a rule is true or unknown: a kind of reason, the values in it, and the event's day.

    `kind` names a sentence of the catalogue; `values` fill it, as (name, value) pairs whose values
    are strings, numbers or ISO days. `event` is the day an event rule counts from.
    """

    kind: str
    values: tuple[tuple[str, str | float], ...] = ()
    event: date | None = None


class Span(NamedTuple):
    """From `start` until the next span: one truth with its grounds.

    `by_fact` says that a fact of that day began the span; otherwise the calendar alone did.
    """

    start: date
    truth: Truth
    grounds: tuple[Ground, ...] = ()
    by_fact: bool = True


Timeline: TypeAlias = tuple[Span, ...]
"""Spans in order of day; the first starts at `date.min`, so every day has a truth."""


def always(truth: Truth, *grounds: Ground) -> Timeline:
    """The same truth on every day."""
    return (Span(date.min, truth, grounds),)


def span_on(timeline: Timeline, day: date) -> Span:
    """The span that holds on `day`."""
    return timeline[_position(timeline, day)]


def true_since(timeline: Timeline, day: date) -> date | None:
    """First day of the unbroken true stretch that holds on `day`; None if it is not true then."""
    position = _position(timeline, day)
    if timeline[position].truth is not Truth.TRUE:
        return None
    while position and timeline[position - 1].truth is Truth.TRUE:
        position -= 1
    return timeline[position].start


def negation(timeline: Timeline) -> Timeline:
    """The timeline of `not`; its grounds stay, they say what was looked at."""
    return tuple(span._replace(truth=span.truth.negated()) for span in timeline)


def all_of(timelines: Sequence[Timeline]) -> Timeline:
    """True where all are true; the grounds are those of all that share the deciding truth."""
    return _merged(timelines, _all)


def any_of(timelines: Sequence[Timeline]) -> Timeline:
    """True where one is true; the grounds are those of the first that decides."""
    return _merged(timelines, _any)


def from_spans(spans: Iterable[Span]) -> Timeline:
    """Put spans in order of their day, the last one given for a day winning; the first must be at `date.min`."""
    by_day = {span.start: span for span in spans}
    return tuple(by_day[day] for day in sorted(by_day))


def _position(timeline: Timeline, day: date) -> int:
    return bisect_right(timeline, day, key=_start) - 1


def _start(span: Span) -> date:
    return span.start


_Decision: TypeAlias = Callable[[list[Span]], tuple[Truth, Sequence[Span]]]


def _all(spans: list[Span]) -> tuple[Truth, Sequence[Span]]:
    truth = min(span.truth for span in spans)
    return truth, [span for span in spans if span.truth is truth]


def _any(spans: list[Span]) -> tuple[Truth, Sequence[Span]]:
    truth = max(span.truth for span in spans)
    return truth, [next(span for span in spans if span.truth is truth)]


def _merged(timelines: Sequence[Timeline], decide: _Decision) -> Timeline:
    if len(timelines) == 1:
        return timelines[0]
    days = sorted({span.start for timeline in timelines for span in timeline})
    return tuple(_merged_span(timelines, day, decide) for day in days)


def _merged_span(timelines: Sequence[Timeline], day: date, decide: _Decision) -> Span:
    spans = [span_on(timeline, day) for timeline in timelines]
    truth, deciding = decide(spans)
    grounds = tuple(ground for span in deciding for ground in span.grounds)
    return Span(day, truth, grounds, any(span.by_fact for span in spans if span.start == day))


_Sample: TypeAlias = tuple[Truth, tuple[Ground, ...]]


def sampled(days: Mapping[date, bool], sample: Callable[[date], _Sample]) -> Timeline:
    """A timeline that changes on `days` only: True there for a fact of the day, False for the calendar."""
    truth, grounds = sample(date.min)
    spans = [Span(date.min, truth, grounds)]
    for day in sorted(days):
        truth, grounds = sample(day)
        spans.append(Span(day, truth, grounds, days[day]))
    return tuple(spans)
