"""A rule asked on one day: true, false or unknown, and the events that make it true.

Each rule shape registers its own answer (`values_on_a_day.py`, `events_on_a_day.py`); here are
Kleene's all, any and not.
"""

from collections.abc import Iterable
from datetime import date
from functools import singledispatch
from typing import NamedTuple

from service.domain.rule import All, AnyOf, Not
from service.domain.truth import Truth
from tests.reference.known import Known

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


class Answer(NamedTuple):
    """The truth of a rule on a day, and the days of the events that make it true."""

    truth: Truth
    events: tuple[date, ...] = ()


@singledispatch
def answer(rule: object, known: Known, starts_on: date | None) -> Answer:
    """Ask any rule; `starts_on` is the first day of the protocol for the patient."""
    raise TypeError(type(rule).__name__)


def said(holds: bool, events: Iterable[date] = ()) -> Answer:
    """A plain yes or no."""
    return Answer(TRUE, tuple(events)) if holds else Answer(FALSE)


@answer.register
def _(rule: All, known: Known, starts_on: date | None) -> Answer:
    answers = [answer(one, known, starts_on) for one in rule.rules]
    return Answer(min(a.truth for a in answers), _events(answers))


@answer.register
def _(rule: AnyOf, known: Known, starts_on: date | None) -> Answer:
    answers = [answer(one, known, starts_on) for one in rule.rules]
    return Answer(max(a.truth for a in answers), _events(answers))


def _events(answers: list[Answer]) -> tuple[date, ...]:
    return tuple(day for a in answers if a.truth is TRUE for day in a.events)


@answer.register
def _(rule: Not, known: Known, starts_on: date | None) -> Answer:
    return Answer(answer(rule.rule, known, starts_on).truth.negated())
