"""How long a stretch holds, and was known, in steps of a few lengths: what indexes begin with.

What lasts at most a year and holds on a day began in the year before it; so of all that ever began,
an index in order of the beginning is read only for a year. What has no end is of the last step.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

STEPS: Final[Mapping[int, int]] = {1: 128, 2: 256, 3: 512, 4: 1024}
"""The days that what is of a step lasts at most."""
LONGER: Final = 5
"""The step of what lasts longer than any of them."""
_MICROSECONDS_A_DAY: Final = 86_400_000_000


def days_held(rows: Any) -> ColumnElement[int]:
    """The step of the days from `holds_from` to `holds_to`."""
    return _DaysHeld(rows.holds_from, rows.holds_to)


def days_known(rows: Any) -> ColumnElement[int]:
    """The step of the time from `known_from` to `known_to`."""
    return _TimeKnown(rows.known_from, rows.known_to)


class _DaysHeld(FunctionElement[int]):
    inherit_cache = True
    type = Integer()


class _TimeKnown(FunctionElement[int]):
    inherit_cache = True
    type = Integer()


@compiles(_DaysHeld)
def _days(element: _DaysHeld, compiler: SQLCompiler, **more: Any) -> str:
    return _step("{1} - {0}", 1, element, compiler, more)


@compiles(_DaysHeld, "sqlite")
def _julian_days(element: _DaysHeld, compiler: SQLCompiler, **more: Any) -> str:
    return _step("julianday({1}) - julianday({0})", 1, element, compiler, more)


@compiles(_TimeKnown)
def _time(element: _TimeKnown, compiler: SQLCompiler, **more: Any) -> str:
    return _step("{1} - {0}", _MICROSECONDS_A_DAY, element, compiler, more)


def _step(
    length: str, unit: int, element: Any, compiler: SQLCompiler, more: Mapping[str, Any]
) -> str:
    """Written out, not bound: an index is seen to fit only what is written as it was made."""
    lasts = length.format(*(compiler.process(one, **more) for one in element.clauses))
    found = (f"WHEN {lasts} <= {days * unit} THEN {step}" for step, days in STEPS.items())
    return f"(CASE {' '.join(found)} ELSE {LONGER} END)"
