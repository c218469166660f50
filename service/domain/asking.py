"""The date one protocol sets for one activity, over all days: rules, anchors, and dates once reached.

Source: `semantics.md` 4.1, 4.2, 4.4, 4.5 and 4.7. It is a walk over clinical days from the
protocol's start, with the facts known at one instant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from service.domain.closing import Doing, last_doing
from service.domain.figures import Figures
from service.domain.interval import Interval
from service.domain.protocol import Activity, Protocol, Recurrence, Variant
from service.domain.rule.asked import Asked, timeline_of
from service.domain.season import Slot, scheduled_slots
from service.domain.truth import Ground, Span, Timeline, Truth, span_on, true_since
from service.domain.window import Window, spread, window_around

NOW = Interval()
YEAR = Interval(months=12)


class Choice(NamedTuple):
    """A due date with all that led to it: the variant (empty: the base), anchor, window and grounds."""

    window: Window
    interval: Interval
    variant: str
    confirmed: bool
    anchor_on: date
    anchor_source: str
    grounds: tuple[Ground, ...] = ()

    @property
    def order_on(self) -> date:
        """The day a whole interval will have been missed."""
        return self.interval.after(self.window.due_on)


class Asking(NamedTuple):
    """From `start` on the protocol asks for this date; without a choice it does not ask."""

    start: date
    choice: Choice | None
    grounds: tuple[Ground, ...] = ()


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


def askings(question: Question, horizon: date) -> tuple[Asking, ...]:
    """What the protocol asks for on each day from its start; the last entry ends at `question.ends_on`.

    Slots on the calendar are laid out to `horizon`.
    """
    done = question.asked.patient.doings(question.activity.closing)
    if question.activity.season or question.activity.recurrence is Recurrence.SCHEDULED:
        found = _slotted(question, done, horizon)
    else:
        found = _walked(question, done)
    return tuple(_changes(found))


def _changes(found: Iterator[Asking]) -> Iterator[Asking]:
    last: Asking | None = None
    for asking in found:
        if last is None or asking[1:] != last[1:]:
            yield asking
        last = asking


class _Day(NamedTuple):
    """What is true on the first day of a stretch in which nothing changes."""

    day: date
    variants: tuple[tuple[Variant, Timeline, Span], ...]
    applies: bool
    done: Doing | None


def _walked(question: Question, done: Sequence[Doing]) -> Iterator[Asking]:
    held: Asking | None = None
    last: Doing | None = None
    for day, by_fact in _days(question, done):
        today = _on(question, done, day)
        fresh = _fresh(question, today)
        closed = today.done != last
        if held is None or closed or _may_move(held, fresh, day, by_fact=by_fact):
            held = fresh
        last = today.done
        yield Asking(day, held.choice, held.grounds)


def _may_move(held: Asking, fresh: Asking, day: date, *, by_fact: bool) -> bool:
    """Whether a date may give way: one once reached only to a new fact that asks less (4.4)."""
    if held.choice is None or day < held.choice.window.due_on:
        return True
    if not by_fact:
        return False
    return fresh.choice is None or _longer(fresh.choice.interval, held.choice.interval)


def _longer(new: Interval, old: Interval) -> bool:
    return new.nominal_days > old.nominal_days


def _days(question: Question, done: Sequence[Doing]) -> list[tuple[date, bool]]:
    """The days on which anything may change, and whether a fact is among the causes."""
    start, end = question.starts_on, question.ends_on
    days = {start: True}
    for timeline in _timelines(question):
        for span in timeline:
            if start < span.start < end:
                days[span.start] = days.get(span.start, False) or span.by_fact
    days |= {doing.day: True for doing in done if start < doing.day < end}
    return sorted(days.items())


def _timelines(question: Question) -> Iterator[Timeline]:
    activity = question.activity
    if activity.applies_when:
        yield timeline_of(activity.applies_when, question.asked)
    for variant in activity.variants:
        yield timeline_of(variant.rule, question.asked)


def _on(question: Question, done: Sequence[Doing], day: date) -> _Day:
    activity, asked = question.activity, question.asked
    applies = activity.applies_when
    holds = applies is None or span_on(timeline_of(applies, asked), day).truth is Truth.TRUE
    timelines = ((variant, timeline_of(variant.rule, asked)) for variant in activity.variants)
    spans = tuple((variant, line, span_on(line, day)) for variant, line in timelines)
    return _Day(day, spans, holds, last_doing(done, day))


def _fresh(question: Question, today: _Day) -> Asking:
    """The date as the rules of this day give it, whatever was asked before (4.1, 4.2)."""
    if not today.applies:
        return Asking(today.day, None, (Ground("does-not-apply"),))
    true = [entry for entry in today.variants if entry[2].truth is Truth.TRUE]
    silent = next((entry for entry in true if entry[0].interval is None), None)
    if silent:
        return Asking(today.day, None, silent[2].grounds)
    found = [_candidate(question, today, entry) for entry in true]
    candidates = [choice for choice in found if choice]
    best = min(candidates, key=_due_on) if candidates else _base(question, today)
    return Asking(today.day, best, best.grounds if best else ())


def _due_on(choice: Choice) -> date:
    return choice.window.due_on


def _candidate(
    question: Question, today: _Day, entry: tuple[Variant, Timeline, Span]
) -> Choice | None:
    variant, timeline, span = entry
    interval = variant.interval or NOW
    since = max(true_since(timeline, today.day) or date.min, question.starts_on)
    if interval.is_now:
        return _prompt(question, today, variant, since, span.grounds)
    anchor_on, source = _anchor(question, today, variant, span)
    due_on = max(interval.after(anchor_on), since)
    window = window_around(due_on, interval, question.figures, variant.leeway)
    window = _safety_window(question, today, window)
    return Choice(window, interval, variant.id, variant.confirmed, anchor_on, source, span.grounds)


def _prompt(
    question: Question, today: _Day, variant: Variant, since: date, grounds: tuple[Ground, ...]
) -> Choice | None:
    """`P0D`: due on the day its rule became true; rests once done on or after that day (4.7)."""
    if today.done and today.done.done_on >= since:
        return None
    figures = question.figures
    grace = figures.urgent_grace_days if variant.urgent else figures.prompt_grace_days
    own = variant.leeway.grace_days
    window = spread(since, 0, grace if own is None else own)
    return Choice(window, NOW, variant.id, variant.confirmed, since, "", grounds)


def _anchor(question: Question, today: _Day, variant: Variant, span: Span) -> tuple[date, str]:
    done = today.done
    if variant.on_event:
        events = [ground.event for ground in span.grounds if ground.event]
        event = max(events, default=question.starts_on)
        if done is None or done.done_on < event:
            return event, ""
    return (done.done_on, done.source) if done else (question.starts_on, "")


def _base(question: Question, today: _Day) -> Choice | None:
    activity = question.activity
    if activity.interval is None or (activity.interval.is_now and today.done):
        return None
    done = today.done
    anchor_on, source = (done.done_on, done.source) if done else (question.starts_on, "")
    due_on = max(activity.interval.after(anchor_on), question.starts_on)
    if activity.interval.is_now:
        window = spread(due_on, 0, question.figures.prompt_grace_days)
    else:
        window = window_around(due_on, activity.interval, question.figures, activity.leeway)
        window = _safety_window(question, today, window)
    unknown = _unknown(today)
    return Choice(window, activity.interval, "", activity.confirmed, anchor_on, source, unknown)


def _unknown(today: _Day) -> tuple[Ground, ...]:
    """What is not known that another interval would depend on."""
    spans = [span for _, _, span in today.variants if span.truth is Truth.UNKNOWN]
    return tuple(dict.fromkeys(ground for span in spans for ground in span.grounds))


def _safety_window(question: Question, today: _Day, window: Window) -> Window:
    """Three days of grace for a safety test within six weeks of a medicine's start (5.1)."""
    after_start = question.figures.safety_after_start
    starts = _medicine_days(today) if question.activity.safety else ()
    if not any(window.due_on <= after_start.after(start) for start in starts):
        return window
    lead_days = (window.due_on - window.opens_on).days
    return spread(window.due_on, lead_days, question.figures.safety_grace_days)


def _medicine_days(today: _Day) -> Iterator[date]:
    for _, _, span in today.variants:
        for ground in span.grounds if span.truth is Truth.TRUE else ():
            if ground.kind == "medicine-changed" and ground.event:
                yield ground.event


def _slotted(question: Question, done: Sequence[Doing], horizon: date) -> Iterator[Asking]:
    """Slots on the calendar: only evidence inside a slot closes it, an open one ends as missed (4.6)."""
    day = question.starts_on
    for slot in _slots(question):
        if day >= min(question.ends_on, horizon):
            return
        closed_on = _closed_on(slot, done)
        if closed_on is None or closed_on > day:
            yield _slot_asking(question, slot, day, last_doing(done, day))
        day = max(day, closed_on or slot.missed_from)


def _closed_on(slot: Slot, done: Sequence[Doing]) -> date | None:
    opens_on, missed_from = slot.window.opens_on, slot.missed_from
    return next((d.day for d in done if opens_on <= d.done_on < missed_from), None)


def _slots(question: Question) -> Iterator[Slot]:
    activity, figures = question.activity, question.figures
    if activity.season:
        return activity.season.slots(question.starts_on)
    interval = activity.interval or NOW
    return scheduled_slots(
        question.starts_on,
        interval,
        lambda due_on: window_around(due_on, interval, figures, activity.leeway),
    )


def _slot_asking(question: Question, slot: Slot, day: date, anchor: Doing | None) -> Asking:
    today = _on(question, (), day)
    fresh = _fresh(question, today)
    if not fresh.choice:
        return fresh
    anchor_on, source = (anchor.done_on, anchor.source) if anchor else (question.starts_on, "")
    choice = fresh.choice._replace(
        window=slot.window, anchor_on=anchor_on, anchor_source=source, interval=_round(question)
    )
    return Asking(day, choice, choice.grounds or (Ground("season"),))


def _round(question: Question) -> Interval:
    return YEAR if question.activity.season else question.activity.interval or NOW
