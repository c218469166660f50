"""The date one protocol sets for one activity, over all days, and dates once reached.

Source: `what-is-due` 4.4 and 4.6. It is a walk over clinical days from the protocol's start, with
the facts known at one instant.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from service.domain.choosing import (
    NOW,
    Choice,
    Chosen,
    Lines,
    Question,
    Today,
    anchor_of,
    chosen,
    formula_days,
    lines_of,
    with_window,
)
from service.domain.closing import Doing, last_doing
from service.domain.interval import Interval
from service.domain.season import Slot, scheduled_slots
from service.domain.truth import Ground, Truth
from service.domain.window import spread, window_around

__all__ = ["Asking", "Question", "askings"]

YEAR = Interval(months=12)


class Asking(NamedTuple):
    """From `start` on the protocol asks for this date; without a choice it does not ask."""

    start: date
    choice: Choice | None
    grounds: tuple[Ground, ...] = ()


class Handover(NamedTuple):
    """What another version of the protocol asked, and would go on asking, as this one takes its place."""

    question: Question
    asking: Asking


def askings(
    question: Question,
    horizon: date,
    *,
    since: date = date.min,
    handover: Handover | None = None,
) -> tuple[Asking, ...]:
    """What the protocol asks for on each day from its start; the last entry ends at `question.ends_on`.

    Slots on the calendar are laid out to `horizon`. A version that takes another's place asks from
    `since` on, and begins with the `handover`, where the other asked for the same.
    """
    done = question.asked.patient.doings(question.activity.closing)
    if question.activity.slotted:
        return _from(since, tuple(_changes(_slotted(question, done, horizon))))
    return tuple(_changes(_walked(question, done, since, handover)))


def asking_on(question: Question, day: date, handover: Handover | None) -> Asking:
    """What the protocol begins to ask on a day, going on from another version of it where one asked."""
    done = question.asked.patient.doings(question.activity.closing)
    today = Today(question, lines_of(question), day, last_doing(done, day))
    return _handed_over(today, handover) if handover else _asking(today, chosen(today))


def _from(since: date, found: tuple[Asking, ...]) -> tuple[Asking, ...]:
    """What is asked for from a day on."""
    before = [asking for asking in found if asking.start <= since][-1:]
    after = (asking for asking in found if asking.start > since)
    return (*(one._replace(start=max(one.start, since)) for one in before), *after)


def _changes(found: Iterator[Asking]) -> Iterator[Asking]:
    last: Asking | None = None
    for asking in found:
        if last is None or asking[1:] != last[1:]:
            yield asking
        last = asking


def _walked(
    question: Question, done: Sequence[Doing], since: date, handover: Handover | None
) -> Iterator[Asking]:
    """The date that stands on each day: one once reached gives way only to new facts (4.4)."""
    held: Asking | None = None
    last: Doing | None = None
    lines = lines_of(question)
    for day in _days(question, lines, done, since):
        today = Today(question, lines, day, last_doing(done, day))
        if held is None and handover:
            held = _handed_over(today, handover)
        elif held is None or today.done != last or not _is_reached(held, day):
            held = _asking(today, chosen(today))
        elif question.asked.patient.has_news_on(day):
            held = _eased(today, held) or held
        last = today.done
        yield Asking(day, held.choice, held.grounds)


def _is_reached(held: Asking, day: date) -> bool:
    return held.choice is not None and held.choice.window.due_on <= day


def _days(
    question: Question, lines: Lines, done: Sequence[Doing], since: date = date.min
) -> list[date]:
    """The days on which anything may change; the grounds of what stays false change nothing."""
    start, end = max(question.starts_on, since), question.ends_on
    timelines = [lines.applies, *(line for _, line in lines.variants)]
    days = {
        span.start
        for line in timelines
        for before, span in pairwise(line)
        if before.truth is not Truth.FALSE or span.truth is not Truth.FALSE
    }
    days.update(doing.day for doing in done)
    days.update(formula_days(question))
    return [start, *sorted(day for day in days if start < day < end)]


def _eased(today: Today, held: Asking) -> Asking | None:
    """What is asked instead of a date once reached, where the facts of this very day ask less."""
    fresh, before = chosen(today), held.choice.interval if held.choice else None
    if not _asks_less(fresh.interval, before):
        return None
    by_calendar = chosen(today.eve)
    return _asking(today, fresh) if _asks_less(fresh.interval, by_calendar.interval) else None


def _handed_over(today: Today, handover: Handover) -> Asking:
    """What is asked on the day on which this version takes another's place.

    A date not yet reached is set anew. One once reached gives way only where this version, on this
    day, asks for less than the other or for an earlier date: that a protocol is renewed moves
    nothing by itself (4.4).
    """
    held, fresh = handover.asking, chosen(today)
    if held.choice is None or not _is_reached(held, today.day):
        return _asking(today, fresh)
    question = handover.question
    then = today._replace(question=question, lines=lines_of(question))
    stood = chosen(then)
    asks_less = all(
        _asks_less(fresh.interval, one) for one in (held.choice.interval, stood.interval)
    )
    if asks_less or fresh.due_on < min(held.choice.window.due_on, stood.due_on):
        return _asking(today, fresh)
    leeways = (_leeway(with_window(then, stood)), _leeway(with_window(today, fresh)))
    choice = held.choice
    if fresh.interval == stood.interval == choice.interval and leeways[0] != leeways[1]:
        choice = choice._replace(window=spread(choice.window.due_on, *leeways[1]))
    return Asking(today.day, choice, held.grounds)


def _leeway(choice: Choice | None) -> tuple[int, int]:
    """How many days before and after the due date its window lasts."""
    if choice is None:
        return 0, 0
    opens_on, due_on, closes_on = choice.window
    return (due_on - opens_on).days, (closes_on - due_on).days


def _asks_less(new: Interval | None, old: Interval | None) -> bool:
    """Whether it is no longer required, or at a longer interval."""
    if new is None or old is None:
        return old is not None
    return new.nominal_days > old.nominal_days


def _asking(today: Today, fresh: Chosen) -> Asking:
    return Asking(today.day, with_window(today, fresh), fresh.grounds)


def _slotted(question: Question, done: Sequence[Doing], horizon: date) -> Iterator[Asking]:
    """What is asked for in each slot on the calendar, as the rules change while it is open (4.6)."""
    opened = dict(_open_slots(question, done, horizon))
    if not opened:
        return
    last = min(question.ends_on, horizon)
    slot, lines = opened[question.starts_on], lines_of(question)
    for day in sorted({*opened, *_days(question, lines, done)}):
        if day < last:
            slot = opened.get(day, slot)
            yield _slot_asking(Today(question, lines, day, last_doing(done, day)), slot)


def _open_slots(
    question: Question, done: Sequence[Doing], horizon: date
) -> Iterator[tuple[date, Slot]]:
    """From which day each slot is the open one: evidence inside it closes it, else it ends as missed."""
    day = question.starts_on
    for slot in _slots(question):
        if day >= min(question.ends_on, horizon):
            return
        closed_on = _closed_on(slot, done)
        if closed_on is None or closed_on > day:
            yield day, slot
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


def _slot_asking(today: Today, slot: Slot) -> Asking:
    asking = _asking(today, chosen(today))
    if not asking.choice:
        return asking
    anchor_on, source = anchor_of(today)
    length = YEAR if today.activity.season else today.activity.interval or NOW
    choice = asking.choice._replace(
        window=slot.window, anchor_on=anchor_on, anchor_source=source, interval=length
    )
    return Asking(today.day, choice, choice.grounds or (Ground("season"),))
