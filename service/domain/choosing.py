"""What the rules of one day choose for an activity: a variant or the base, its date and its window.

Source: `what-is-due` 4.1, 4.2, 4.7 and 5.1. What was asked for before that day plays no part here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from service.domain.closing import Doing
from service.domain.figures import Figures
from service.domain.formula import Formula
from service.domain.interval import Interval
from service.domain.protocol import Activity, Protocol, Variant
from service.domain.rule.asked import Asked, timeline_of
from service.domain.rule.target import result_on
from service.domain.truth import (
    Ground,
    Timeline,
    Truth,
    always,
    span_on,
    true_since,
    untrue_since,
)
from service.domain.window import Window, spread, window_around

NOW = Interval()


@dataclass(frozen=True, slots=True)
class Question:
    """One activity of one protocol, asked for one patient from `starts_on` until `ends_on` (excluded)."""

    protocol: Protocol
    activity: Activity
    asked: Asked
    ends_on: date
    figures: Figures

    @property
    def starts_on(self) -> date:
        """The protocol's first day for the patient."""
        return self.asked.starts_on


class Lines(NamedTuple):
    """The timelines of an activity's rules: whether it applies, and each variant's that sets dates."""

    applies: Timeline
    variants: tuple[tuple[Variant, Timeline], ...]


def lines_of(question: Question) -> Lines:
    activity, asked = question.activity, question.asked
    applies = activity.applies_when
    return Lines(
        timeline_of(applies, asked) if applies else always(Truth.TRUE),
        tuple(
            (variant, timeline_of(variant.rule, asked))
            for variant in activity.variants
            if not variant.set_aside
        ),
    )


class Today(NamedTuple):
    """The question on one day, with the last time it was done."""

    question: Question
    lines: Lines
    day: date
    done: Doing | None

    @property
    def activity(self) -> Activity:
        """The activity that is asked about."""
        return self.question.activity

    @property
    def eve(self) -> "Today":
        """The same day, had nothing happened on it."""
        asked = self.question.asked
        before = replace(asked, patient=asked.patient.eve_of(self.day))
        question = replace(self.question, asked=before)
        return Today(question, lines_of(question), self.day, self.done)


class Chosen(NamedTuple):
    """What the rules of a day choose: a variant or the base (None), its interval and its grounds.

    Without an interval it is not required.
    """

    interval: Interval | None
    variant: Variant | None = None
    anchor: tuple[date, str] = (date.min, "")
    due_on: date = date.max
    grounds: tuple[Ground, ...] = ()


def chosen(today: Today) -> Chosen:
    """A true "not required", else the earliest of the true variants, else the base (4.2)."""
    if span_on(today.lines.applies, today.day).truth is not Truth.TRUE:
        return Chosen(None, grounds=(Ground("does-not-apply"),))
    true: list[Chosen] = []
    unknown: list[Ground] = []
    for variant, line in today.lines.variants:
        span = span_on(line, today.day)
        if span.truth is Truth.UNKNOWN:
            unknown += span.grounds
        elif span.truth is Truth.TRUE:
            if variant.interval is None:
                return Chosen(None, variant, grounds=span.grounds)
            true += _candidate(today, variant, line, span.grounds)
    return min(true, key=_due_on) if true else _base(today, tuple(dict.fromkeys(unknown)))


def _due_on(chosen: Chosen) -> date:
    return chosen.due_on


def _candidate(
    today: Today, variant: Variant, line: Timeline, grounds: tuple[Ground, ...]
) -> Iterator[Chosen]:
    """Anchor + interval, never before the first day of the stretch in which the rule is true (4.1).

    `P0D` is due on that day, and rests once done on or after it (4.7).
    """
    interval, done = interval_on(today.question, variant, today.day), today.done
    start = today.question.starts_on
    if interval is None:
        return
    if not interval.is_now:
        anchor = anchor_of(today, grounds if variant.on_event else ())
        due_on = max(interval.after(anchor[0]), start)
        if due_on < today.day:
            due_on = max(due_on, _since(today, line))
        yield Chosen(interval, variant, anchor, due_on, grounds)
    elif done is None or done.done_on < _since(today, line):
        due_on = max(_since(today, line), start)
        yield Chosen(interval, variant, (due_on, ""), due_on, grounds)


def interval_on(question: Question, variant: Variant, day: date) -> Interval | None:
    """The variant's interval; one by a formula is that of the value of the day, if there is one."""
    if not isinstance(variant.interval, Formula):
        return variant.interval
    results = question.asked.patient.results(variant.interval.item)
    fact = result_on(results, day)
    return variant.interval.interval(fact) if fact else None


def formula_days(question: Question) -> Iterator[date]:
    """The days on which an interval by a formula may become another."""
    for variant in question.activity.variants:
        if isinstance(variant.interval, Formula):
            yield from (f.day for f in question.asked.patient.results(variant.interval.item))


def _since(today: Today, line: Timeline) -> date:
    """Since when the activity applies and a rule that is true on the day has been so."""
    begun = (true_since(one, today.day) for one in (line, today.lines.applies))
    return max(since or today.day for since in begun)


def anchor_of(today: Today, grounds: Sequence[Ground] = ()) -> tuple[date, str]:
    """The latest event until it is done on or after that day, then the latest doing, else the start."""
    done = today.done
    event = max((ground.event for ground in grounds if ground.event), default=None)
    if event and (done is None or done.done_on < event):
        return event, ""
    return (done.done_on, done.source) if done else (today.question.starts_on, "")


def _base(today: Today, unknown: tuple[Ground, ...]) -> Chosen:
    """Anchor + interval too, and never before the day on which the last variant ceased to be true."""
    question, interval = today.question, today.activity.interval
    if interval is None or (interval.is_now and today.done):
        return Chosen(None)
    anchor = anchor_of(today)
    due_on = max(interval.after(anchor[0]), question.starts_on)
    if due_on < today.day:
        due_on = max(due_on, _base_since(today))
    return Chosen(interval, None, anchor, due_on, unknown)


def _base_since(today: Today) -> date:
    lines = (line for _, line in today.lines.variants)
    ceased = (untrue_since(line, today.day) or date.min for line in lines)
    return max(*ceased, true_since(today.lines.applies, today.day) or date.min, date.min)


class Choice(NamedTuple):
    """A due date with all that led to it: the variant (empty: the base), anchor, window and grounds."""

    window: Window
    interval: Interval
    variant: str
    confirmed: bool
    anchor_on: date
    anchor_source: str
    grounds: tuple[Ground, ...] = ()


def with_window(today: Today, chosen: Chosen) -> Choice | None:
    """What was chosen, with its window; None where nothing is required."""
    variant, interval = chosen.variant, chosen.interval
    if interval is None:
        return None
    return Choice(
        _window(today, chosen, interval),
        interval,
        variant.id if variant else "",
        variant.confirmed if variant else today.activity.confirmed,
        *chosen.anchor,
        chosen.grounds,
    )


def _window(today: Today, chosen: Chosen, interval: Interval) -> Window:
    variant, activity, figures = chosen.variant, today.activity, today.question.figures
    own = variant.leeway if variant else activity.leeway
    if interval.is_now:
        urgent = activity.safety or (variant is not None and variant.urgent)
        grace = figures.urgent_grace_days if urgent else figures.prompt_grace_days
        return spread(chosen.due_on, 0, grace if own.grace_days is None else own.grace_days)
    window = window_around(chosen.due_on, interval, figures, own)
    return _safety_window(today, window) if activity.safety else window


def _safety_window(today: Today, window: Window) -> Window:
    """Three days of grace for a safety test within six weeks of a medicine's start (5.1)."""
    figures = today.question.figures
    soon = figures.safety_after_start
    if not any(day <= window.due_on <= soon.after(day) for day in _medicine_days(today)):
        return window
    lead_days = (window.due_on - window.opens_on).days
    return spread(window.due_on, lead_days, figures.safety_grace_days)


def _medicine_days(today: Today) -> Iterator[date]:
    spans = (span_on(line, today.day) for _, line in today.lines.variants)
    for span in spans:
        for ground in span.grounds if span.truth is Truth.TRUE else ():
            if ground.kind == "medicine-changed" and ground.event:
                yield ground.event
