"""Targets: the range that counts as reached, which may depend on the patient (rule shape 3)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final

from service.domain.fact import Fact, compare
from service.domain.interval import next_day
from service.domain.rule.asked import Asked, Rule, timeline_of
from service.domain.truth import Truth, span_on


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound of a target: `operator` and `limit` in the item's unit, where `when` is true.

    `reference` multiplies the laboratory's own reference limit instead: (`high`, 3.0) is three
    times the upper limit.
    """

    operator: str
    limit: float = 0.0
    when: Rule | None = None
    reference: tuple[str, float] | None = None

    def limit_for(self, fact: Fact) -> float | None:
        """The limit that a result is held against; None where the laboratory gave none."""
        if self.reference is None:
            return self.limit
        end, factor = self.reference
        limit = fact.ref_high if end == "high" else fact.ref_low
        return None if limit is None else limit * factor


@dataclass(frozen=True, slots=True)
class Target:
    """The target of one measured item: of the bounds in order, the first that applies to the patient.

    A target of the patient's own, which the plan sets, wins over all of them (`what-is-due` 6.5).
    """

    item: str
    unit: str
    bounds: tuple[Bound, ...]

    def bound_on(self, asked: Asked, day: date) -> Bound | None:
        """The bound in force; None when nothing known of the patient decides which."""
        if own := self._own_on(asked, day):
            return own
        for bound in self.bounds:
            if bound.when is None:
                return bound
            if span_on(timeline_of(bound.when, asked), day).truth is Truth.TRUE:
                return bound
        return None

    def change_days(self, asked: Asked) -> set[date]:
        """Days on which another bound may come into force."""
        timelines = [timeline_of(bound.when, asked) for bound in self.bounds if bound.when]
        own = asked.patient.own_targets(self.item)
        own_days = {day for fact in own for day in (fact.day, next_day(fact.until))}
        return own_days | {span.start for timeline in timelines for span in timeline}

    def _own_on(self, asked: Asked, day: date) -> Bound | None:
        """The patient's own bound; of several that hold, the one set last."""
        own = asked.patient.own_targets(self.item)
        holding = [fact for fact in own if fact.day <= day <= fact.until]
        return _bound_of(holding[-1]) if holding else None


def _bound_of(own: Fact) -> Bound | None:
    return None if own.value is None else Bound(own.comparator, own.value)


def meets(bound: Bound, fact: Fact) -> Truth:
    """Whether a result lies within the bound."""
    limit = bound.limit_for(fact)
    return Truth.UNKNOWN if limit is None else compare(fact, bound.operator, limit)


def result_on(results: Sequence[Fact], day: date) -> Fact | None:
    """The latest of the results, which are in order, on or before a day."""
    position = bisect_right(results, day, key=_day)
    return results[position - 1] if position else None


_day: Final = attrgetter("day")


def at_target(targets: Sequence[Target], asked: Asked, day: date) -> Truth:
    """Whether the latest results are at target, all items together; unknown without a result or a bound."""
    answers = [_at_target(target, asked, day) for target in targets]
    return min(answers, default=Truth.UNKNOWN)


def _at_target(target: Target, asked: Asked, day: date) -> Truth:
    fact = result_on(asked.patient.results(target.item), day)
    bound = target.bound_on(asked, day)
    return meets(bound, fact) if fact and bound else Truth.UNKNOWN
