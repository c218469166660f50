"""Of several variants one: expressions that exclude each other, so that exactly one of them is true.

The plan's own entry comes first, then `not required`, then the shortest interval, then the first
listed; the base where none holds. Source: `what-is-due` 4.2; R4 action-selection-behavior.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.fhir.protocol.writing.expressions import Expressions
from service.fhir.protocol.writing.names import Json

DAYS: Final = {"D": 1, "W": 7, "M": 30.436875, "Y": 365.2425}
OWN_ENTRY: Final = (0, 0.0)
NOT_REQUIRED: Final = (1, 0.0)
TIMED: Final = 2
NONE: Final = "none"
# A rule that is set aside holds nowhere, and is there to be read.
NEVER: Final = "true"


@dataclass(frozen=True)
class Contender:
    """A variant by what its own rule says (`own`) and its interval; without one, the plan's own entry.

    `interval` is an ISO 8601 duration of one unit or `none`; `formula` (item, divisor, at_least)
    computes it. A variant that is set aside never holds.
    """

    own: str
    interval: str | None
    formula: Json | None = None
    set_aside: bool = False

    @property
    def months(self) -> int:
        """The whole months of its interval; none of one in days or weeks."""
        timed = self.interval is not None and self.rank[0] == TIMED
        return (
            int(self.interval[1:-1])
            if timed and self.interval and self.interval.endswith("M")
            else 0
        )

    @property
    def rank(self) -> tuple[int, float]:
        """Its place among the variants that hold, before the order of listing."""
        if self.interval is None:
            return OWN_ENTRY
        if self.interval == NONE:
            return NOT_REQUIRED
        if self.formula:
            return TIMED, 0.0
        return TIMED, int(self.interval[1:-1]) * DAYS[self.interval[-1]]


def chosen(said: Expressions, contenders: Sequence[Contender]) -> list[str]:
    """The expressions of the variants in their order, and last that of the base."""
    holding = [place for place, one in enumerate(contenders) if not one.set_aside]
    found = []
    for place, one in enumerate(contenders):
        beating = [_beating(said, contenders, other, place) for other in holding]
        expression = _exclusive(one.own, [won for won in beating if won])
        found.append(_exclusive(one.own, [NEVER]) if one.set_aside else expression)
    return [*found, _exclusive("true", [contenders[place].own for place in holding])]


def _exclusive(own: str, winning: list[str]) -> str:
    """An expression that holds only where none of the winning ones does."""
    if not winning:
        return own
    return f"iif({' or '.join(f'({one})' for one in winning)}, false, {own})"


def _beating(said: Expressions, contenders: Sequence[Contender], other: int, place: int) -> str:
    """When the other variant holds in place of this one; empty where it never does."""
    if other == place:
        return ""
    one, this = contenders[other], contenders[place]
    if one.formula and this.rank[0] == TIMED:
        limit = _beats_below(one, this.months, first=other < place)
        return f"({one.own}) and {said.last(one.formula['item'])} < {limit:g}" if limit else ""
    if this.formula and one.rank[0] == TIMED:
        limit = _beats_below(this, one.months, first=place < other)
        value = said.last(this.formula["item"])
        return f"({one.own}) and {value} >= {limit:g}" if limit else one.own
    return one.own if (one.rank, other) < (this.rank, place) else ""


def _beats_below(variant: Contender, months: int, *, first: bool) -> float:
    """The value below which an interval by a formula wins over so many months: equal ones, if first."""
    formula = variant.formula or {}
    longest = months if first else months - 1
    return formula["divisor"] * (longest + 1) if longest >= formula["at_least"] else 0
