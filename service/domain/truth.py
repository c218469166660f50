"""Three-valued truth over days: a rule about a patient is a timeline of true, false and unknown.

Kleene's logic, `what-is-due` 3.1: only true matches; unknown relaxes nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias


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
    """From `start` until the next span: one truth with its grounds."""

    start: date
    truth: Truth
    grounds: tuple[Ground, ...] = ()


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
    return _since(timeline, day, true=True)


def untrue_since(timeline: Timeline, day: date) -> date | None:
    """First day of the unbroken stretch without a true day; None if it is true on `day`."""
    return _since(timeline, day, true=False)


def _since(timeline: Timeline, day: date, *, true: bool) -> date | None:
    position = _position(timeline, day)
    if (timeline[position].truth is Truth.TRUE) is not true:
        return None
    while position and (timeline[position - 1].truth is Truth.TRUE) is true:
        position -= 1
    return timeline[position].start


def negation(timeline: Timeline) -> Timeline:
    """The timeline of `not`; its grounds say what was looked at, but what is not so is no event."""
    return tuple(
        Span(span.start, span.truth.negated(), tuple(map(_without_event, span.grounds)))
        for span in timeline
    )


def all_of(timelines: Sequence[Timeline]) -> Timeline:
    """True where all are true; the grounds are those of all that share the deciding truth."""
    return _merged(timelines, min)


def any_of(timelines: Sequence[Timeline]) -> Timeline:
    """True where one is true; the grounds are those of all that share the deciding truth."""
    return _merged(timelines, max)


def from_spans(spans: Iterable[Span]) -> Timeline:
    """Put spans in order of their day, the last one given for a day winning; the first must be at `date.min`."""
    by_day = {span.start: span for span in spans}
    return _changes(by_day[day] for day in sorted(by_day))


Sample: TypeAlias = tuple[Truth, tuple[Ground, ...]]
"""The truth of a rule on one day, with its grounds."""


def sampled(days: Iterable[date], sample: Callable[[date], Sample]) -> Timeline:
    """A timeline that can change on `days` only."""
    return _changes(Span(day, *sample(day)) for day in sorted({date.min, *days}))


def _changes(spans: Iterable[Span]) -> Timeline:
    found: list[Span] = []
    for span in spans:
        if found:
            last = found[-1]
            if span.truth == last.truth and span.grounds == last.grounds:
                continue
        found.append(span)
    return tuple(found)


_LAST: Final = len(Truth)  # sorts after every span of the same day


def _position(timeline: Timeline, day: date) -> int:
    return bisect_right(timeline, (day, _LAST)) - 1


def _without_event(ground: Ground) -> Ground:
    return ground._replace(event=None)


def _merged(timelines: Sequence[Timeline], decide: Callable[[Iterable[Truth]], Truth]) -> Timeline:
    if len(timelines) == 1:
        return timelines[0]
    days = sorted({span.start for timeline in timelines for span in timeline})
    holding = zip(*(_on_each(timeline, days) for timeline in timelines), strict=True)
    return _changes(
        Span(day, *_decided(spans, decide)) for day, spans in zip(days, holding, strict=True)
    )


def _on_each(timeline: Timeline, days: Sequence[date]) -> Iterator[Span]:
    """The span that holds on each of some days in order; a timeline begins before all of them."""
    place, last = 0, len(timeline) - 1
    for day in days:
        while place < last and timeline[place + 1].start <= day:
            place += 1
        yield timeline[place]


def _decided(spans: Sequence[Span], decide: Callable[[Iterable[Truth]], Truth]) -> Sample:
    """The deciding truth of several spans, with the grounds of all that share it, each once."""
    truth = decide([span.truth for span in spans])
    grounds = [ground for span in spans if span.truth is truth for ground in span.grounds]
    return truth, tuple(dict.fromkeys(grounds) if len(grounds) > 1 else grounds)
