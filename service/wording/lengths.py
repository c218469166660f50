"""How long: a length of time as people say it (`3 kuukautta`, `8 viikkoa`)."""

from typing import Final

from service.domain.interval import Interval
from service.wording.sentences import Text
from service.wording.words import Words

_MONTHS_IN_YEAR: Final = 12
_DAYS_IN_WEEK: Final = 7


def length(words: Words, interval: Interval) -> Text:
    """In the largest unit that makes it whole; months and days one after the other."""
    if interval.months and interval.days:
        return words.joined(
            length(words, Interval(months=interval.months)),
            length(words, Interval(days=interval.days)),
        )
    if interval.months:
        return _counted(words, interval.months, "months", _MONTHS_IN_YEAR, "years")
    return _counted(words, interval.days, "days", _DAYS_IN_WEEK, "weeks")


def _counted(words: Words, count: int, small: str, size: int, large: str) -> Text:
    whole, rest = divmod(count, size)
    n, name = (count, small) if rest or not whole else (whole, large)
    return words.plural(f"length.{name}", n)
