"""Options that several commands share: day and instant asked about, form of the answer, reason."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

import click
from typing_extensions import override

from service.domain.errors import Invalid
from service.settings import LANGUAGES
from service.workflows.ports import View

F = TypeVar("F", bound=Callable[..., Any])
FORMATS: Final = ("table", "json", "csv")
_YESTERDAY: Final = "yesterday"
_MONTH_END: Final = "month-end"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ONE_DAY: Final = timedelta(days=1)
# The same as for the APIs.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


class ClinicDay(click.ParamType[date | str]):
    """A day as it is given on the command line; which one it is depends on the clinic's today."""

    name = "day"

    @override
    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What stands for it in the help."""
        del param, ctx
        return "YYYY-MM-DD|yesterday|month-end"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | str:
        """A day, or one of the two words."""
        text = str(value)
        if text in {_YESTERDAY, _MONTH_END}:
            return text
        try:
            if _DAY.fullmatch(text):
                return self._kept(date.fromisoformat(text), param, ctx)
        except ValueError:
            pass
        return self.fail(f"{text!r} is no day: YYYY-MM-DD, yesterday or month-end", param, ctx)

    def _kept(self, day: date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(f"{day} is not from {FIRST_DAY} to {LAST_DAY}", param, ctx)
        return day


class KnownInstant(click.ParamType[datetime]):
    """An instant as it is given on the command line, with its offset from UTC."""

    name = "instant"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The instant, in UTC."""
        try:
            found = datetime.fromisoformat(str(value))
            if found.tzinfo:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        words = "is no instant with its offset, such as 2027-06-07T08:02:00Z"
        return self.fail(f"{value!r} {words}", param, ctx)


def day_meant(given: date | str | None, today: date) -> date:
    """The day that is meant: today where none is given; month-end is that of the last whole month."""
    if isinstance(given, date):
        return given
    days = {_YESTERDAY: today - _ONE_DAY, _MONTH_END: today.replace(day=1) - _ONE_DAY}
    return days[given] if given else today


def expect_known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Invalid, naming what there is, where a name that is given is none of the known ones."""
    named = sorted(known)
    for one in given:
        if one not in named:
            there_is = f"there are {', '.join(named)}" if named else "there is none"
            raise Invalid(f"{one!r} is no {what}; {there_is}.")


def expect_units(view: View, given: Iterable[str]) -> None:
    """Invalid, naming the units that are known, where a unit that is asked about is none of them."""
    expect_known("unit", given, view.directory.units())


def as_of_option(command: F) -> F:
    """`--as-of`: the clinic's day that is asked about."""
    words = "the clinic's day asked about; month-end is that of the last whole month [today]"
    return click.option("--as-of", type=ClinicDay(), help=words)(command)


def known_at_option(command: F) -> F:
    """`--known-at`: the instant of what was known."""
    words = "the instant of what was known, such as 2027-06-07T08:02:00Z [now]"
    return click.option("--known-at", type=KnownInstant(), metavar="INSTANT", help=words)(command)


def format_option(command: F) -> F:
    """`--format`: how the answer is printed."""
    words = "how to print it"
    choice = click.Choice(FORMATS)
    return click.option("--format", "form", type=choice, default="table", help=words)(command)


def reason_option(command: F) -> F:
    """`--reason`: why people's data are shown or changed."""
    words = "why; it stands in the access log, which says too when none was given"
    return click.option("--reason", default="", metavar="TEXT", help=words)(command)


def language_option(command: F) -> F:
    """`--language`: in which language reasons are told."""
    words = "of the words [SEURANTA_LANGUAGE]"
    return click.option("--language", type=click.Choice(LANGUAGES), help=words)(command)
