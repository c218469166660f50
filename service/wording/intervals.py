"""How often: an interval as people say it (`3 kuukauden välein`, `kerran vuodessa`, `heti`)."""

from typing import Final

from service.domain.interval import Interval
from service.wording.sentences import Sentences

_MONTHS_IN_YEAR: Final = 12
_DAYS_IN_WEEK: Final = 7


def how_often(interval: Interval, sentences: Sentences) -> str:
    """The phrase of an interval: whole years, months, weeks or days, or both months and days."""
    if interval.is_now:
        return sentences.template("interval.now")
    if interval.months and interval.days:
        mixed = sentences.template("interval.mixed")
        return mixed.format(months=interval.months, days=interval.days)
    if interval.months:
        return _every(interval.months, "months", _MONTHS_IN_YEAR, "years", sentences)
    return _every(interval.days, "days", _DAYS_IN_WEEK, "weeks", sentences)


def _every(count: int, small: str, size: int, large: str, sentences: Sentences) -> str:
    """In the large unit where the count makes whole ones, else in the small one."""
    whole, rest = divmod(count, size)
    n, name = (count, small) if rest else (whole, large)
    return sentences.plural_template(f"interval.{name}", n).format(n=n)
