"""An interval that is computed from a value: months = clearance / 10 (rule shape 6)."""

from dataclasses import dataclass
from math import floor

from service.domain.fact import Fact
from service.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class Formula:
    """Whole months: the last value of `item` divided by `divisor`, and never less than `at_least`."""

    item: str
    divisor: float
    at_least: int

    def interval(self, fact: Fact) -> Interval:
        """The interval of a result; of a range the shortest that it leaves open."""
        if fact.value is None or fact.comparator in {"<", "<="}:
            return Interval(months=self.at_least)
        return Interval(months=max(self.at_least, floor(fact.value / self.divisor)))
