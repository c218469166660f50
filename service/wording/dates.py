"""Days, ranges of days and months, and appointments as people write them.

The patterns stand in the catalogues (`date.*`, `month.*`) in the pattern language of Unicode CLDR
(UTS 35, date format patterns), so that a further language needs no code.
"""

from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_datetime, format_time

from service.wording.sentences import Sentences


class Days(NamedTuple):
    """From a day to a day, both included."""

    first: date
    last: date


class Months(NamedTuple):
    """The months from a day to a day; the year is said where it is not that of `seen_on`."""

    first: date
    last: date
    seen_on: date


def day(on: date, sentences: Sentences) -> str:
    """12.6.2027; 12 June 2027."""
    return _written(on, sentences, "date.day")


def days(range_: Days, sentences: Sentences) -> str:
    """A range that says month and year once; one day alone; a ValueError if it runs backwards."""
    first, last = range_
    _in_order(first, last)
    if first == last:
        return day(last, sentences)
    begins = _written(first, sentences, _first_pattern(first, last))
    return _range(begins, day(last, sentences), sentences)


def months(range_: Months, sentences: Sentences) -> str:
    """The months by name: one alone, or two; with years where they differ or are not this one."""
    first, last, seen_on = range_
    _in_order(first, last)
    one_year = first.year == last.year
    ending = "month.last" if one_year and last.year == seen_on.year else "month.with_year"
    until = _written(last, sentences, ending)
    if one_year and first.month == last.month:
        return until
    begins = _written(first, sentences, "month.first" if one_year else "month.with_year")
    return _range(begins, until, sentences)


def appointment(at: datetime, sentences: Sentences) -> str:
    """Weekday, day and time (`tiistai 22.6.2027 klo 9.30`); `at` is the clinic's time."""
    return _written(at, sentences, "date.appointment")


def clock_time(at: time, sentences: Sentences) -> str:
    """9.30; 9:30."""
    return format_time(at, sentences.template("date.time"), locale=sentences.locale)


def _first_pattern(first: date, last: date) -> str:
    if first.year != last.year:
        return "date.day"
    return "date.range.same_month" if first.month == last.month else "date.range.same_year"


def _in_order(first: date, last: date) -> None:
    if first > last:
        message = f"a range runs from its first day to its last: {first} is after {last}"
        raise ValueError(message)


def _range(first: str, last: str, sentences: Sentences) -> str:
    return sentences.template("date.range").format(first=first, last=last)


def _written(on: date, sentences: Sentences, pattern_key: str) -> str:
    return _formatted(on, sentences.template(pattern_key), sentences.locale)


@lru_cache(maxsize=8192)  # a page of the worklist names the same few hundred days again and again
def _formatted(on: date, pattern: str, locale: Locale) -> str:
    return format_datetime(on, pattern, tzinfo=None, locale=locale)
