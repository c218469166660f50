"""Numbers, shares and measured quantities as people write them.

A no-break space stands between a number and its unit. Units come as UCUM codes and go out as
Finnish laboratories print them (`unit.*` of the catalogues).
"""

from functools import lru_cache
from typing import Final, NamedTuple

from babel import Locale
from babel.numbers import format_decimal, format_percent

from service.wording.sentences import Sentences

_NO_BREAK_SPACE: Final = "\u00a0"
_PER_CENT: Final = "%"
_SCORE: Final = "{score}"
# Thousands are grouped from five digits on, so that a year is written as a year.
_GROUPED_FROM: Final = 10_000


class Quantity(NamedTuple):
    """A measured value with its UCUM unit; with a comparator (`<`, `>=`) a bound of a range."""

    value: float
    unit: str = ""
    comparator: str = ""


class Share(NamedTuple):
    """A part of a whole, from 0 to 1."""

    of_one: float


def number(value: float, sentences: Sentences) -> str:
    """2,4 or 2.4; at most two decimals, three where the value is below one."""
    return _decimal(value, sentences.locale)


def share(value: Share, sentences: Sentences) -> str:
    """74 % or 74%, whole per cents."""
    return format_percent(value.of_one, locale=sentences.locale)


def quantity(measured: Quantity, sentences: Sentences) -> str:
    """61 mmol/mol; < 3 mg/mmol; 17 pistettä."""
    told = _with_unit(measured, sentences)
    return f"{measured.comparator}{_NO_BREAK_SPACE}{told}" if measured.comparator else told


def _with_unit(measured: Quantity, sentences: Sentences) -> str:
    written = number(measured.value, sentences)
    if measured.unit == _PER_CENT:
        return sentences.template("unit.percent").format(number=written)
    unit = _unit(measured, sentences)
    return f"{written}{_NO_BREAK_SPACE}{unit}" if unit else written


def _unit(measured: Quantity, sentences: Sentences) -> str:
    """The unit in words; UCUM annotations that no sentence names (`{INR}`) are not said."""
    code = measured.unit
    if code == _SCORE:
        return sentences.plural_template(f"unit.{code}", round(measured.value))
    if f"unit.{code}" in sentences:
        return sentences.template(f"unit.{code}")
    return "" if code.startswith("{") else code


@lru_cache(maxsize=4096)
def _decimal(value: float, locale: Locale) -> str:
    if abs(value) >= _GROUPED_FROM:
        return format_decimal(value, "#,##0.##", locale=locale)
    return format_decimal(value, "0.##" if abs(value) >= 1 else "0.###", locale=locale)
