"""Rules about measured values: the last one, a range, several at target, a change, a loop to confirm.

Rule shapes 2, 3, 16, 17 and 20 of `protocols.md` 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from service.domain.fact import Fact, compare
from service.domain.interval import Interval
from service.domain.rule.asked import Asked, not_known
from service.domain.rule.target import Bound, Target, at_target, meets, result_on
from service.domain.truth import (
    Ground,
    Sample,
    Span,
    Timeline,
    Truth,
    from_spans,
    sampled,
    truth_of,
)


class ValueRule:
    """A rule about values counts from the latest evidence and is the same in every protocol."""

    __slots__ = ()
    on_event = False
    from_start = False


def value_ground(kind: str, fact: Fact, limit: float | None = None) -> Ground:
    """The ground of a rule about one result: item, value, unit and day, and what it was held against."""
    values: list[tuple[str, str | float]] = [("item", fact.item), ("on", fact.day.isoformat())]
    if fact.value is not None:
        values += [("value", fact.value), ("unit", fact.unit), ("comparator", fact.comparator)]
    if limit is not None:
        values.append(("limit", limit))
    return Ground(kind, tuple(values))


@dataclass(frozen=True, slots=True)
class LastValue(ValueRule):
    """The last value compared with a bound: a number or the laboratory's own limit."""

    item: str
    bound: Bound

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result; unknown before the first."""
        spans = [Span(date.min, Truth.UNKNOWN, not_known(self.item))]
        kind = "above" if self.bound.operator in {">", ">="} else "below"
        for fact in asked.patient.results(self.item):
            ground = value_ground(kind, fact, self.bound.limit_for(fact))
            spans.append(Span(fact.day, meets(self.bound, fact), (ground,)))
        return from_spans(spans)


@dataclass(frozen=True, slots=True)
class BeyondTarget(ValueRule):
    """The last value is outside its target, where the target depends on the patient (`risk-target`)."""

    target: Target

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result and each change of the bound in force."""
        results = asked.patient.results(self.target.item)
        days = self.target.change_days(asked) | {fact.day for fact in results}

        def sample(day: date) -> Sample:
            fact, bound = result_on(results, day), self.target.bound_on(asked, day)
            if fact is None or bound is None:
                return Truth.UNKNOWN, not_known(self.target.item if fact is None else "risk-class")
            ground = value_ground("above", fact, bound.limit_for(fact))
            return meets(bound, fact).negated(), (ground,)

        return sampled(days, sample)


@dataclass(frozen=True, slots=True)
class ValueRange(ValueRule):
    """The last value lies in a half-open range: `at_least` included, `below` not."""

    item: str
    at_least: float | None = None
    below: float | None = None

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result; unknown before the first."""
        spans = [Span(date.min, Truth.UNKNOWN, not_known(self.item))]
        spans += [
            Span(fact.day, self._holds(fact), (value_ground("range", fact),))
            for fact in asked.patient.results(self.item)
        ]
        return from_spans(spans)

    def _holds(self, fact: Fact) -> Truth:
        low = Truth.TRUE if self.at_least is None else compare(fact, ">=", self.at_least)
        high = Truth.TRUE if self.below is None else compare(fact, "<", self.below)
        return min(low, high)


@dataclass(frozen=True, slots=True)
class CountAtTarget(ValueRule):
    """The last `count` results of every item are at target, and so far apart where that is asked for."""

    targets: tuple[Target, ...]
    count: int
    apart: Interval | None = None

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result and each change of a bound."""
        days = {f.day for t in self.targets for f in asked.patient.results(t.item)}
        days.update(*(target.change_days(asked) for target in self.targets))
        return sampled(days, lambda day: self._sample(asked, day))

    def _sample(self, asked: Asked, day: date) -> Sample:
        answers = [self._all_at_target(target, asked, day) for target in self.targets]
        return min(answers), (Ground("at-target", (("count", float(self.count)),)),)

    def _all_at_target(self, target: Target, asked: Asked, day: date) -> Truth:
        results = [fact for fact in asked.patient.results(target.item) if fact.day <= day]
        latest = self._latest(results)
        if len(latest) < self.count:
            return Truth.FALSE
        bound = target.bound_on(asked, day)
        return Truth.UNKNOWN if bound is None else min(meets(bound, fact) for fact in latest)

    def _latest(self, results: Sequence[Fact]) -> Sequence[Fact]:
        """The results that must be at target: the last ones, back to one that is far enough apart."""
        if self.apart is None:
            return results[-self.count :]
        last = results[-1].day if results else date.min
        early = [n for n, fact in enumerate(results) if self.apart.after(fact.day) <= last]
        return results[min(early[-1], len(results) - self.count) :] if early else ()


@dataclass(frozen=True, slots=True)
class BeyondTargetFor(ValueRule):
    """Results have been outside the target without a break for at least so long."""

    targets: tuple[Target, ...]
    at_least: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Begins `at_least` after the first result of the unbroken run, ends with one at target."""
        days = sorted({f.day for t in self.targets for f in asked.patient.results(t.item)})
        changes = set(days)
        runs: list[tuple[date, date | None]] = []
        since: date | None = None
        for day in days:
            beyond = at_target(self.targets, asked, day) is Truth.FALSE
            since = (since or day) if beyond else None
            runs.append((day, since))
            if since:
                changes.add(self.at_least.after(since))
        return sampled(changes, lambda day: self._sample(runs, day))

    def _sample(self, runs: list[tuple[date, date | None]], day: date) -> Sample:
        run = next((run for run in reversed(runs) if run[0] <= day), None)
        if run is None:
            return Truth.UNKNOWN, not_known(self.targets[0].item)
        since = run[1]
        if since is None:
            return Truth.FALSE, ()
        ground = Ground("above-since", (("on", since.isoformat()),))
        return truth_of(day >= self.at_least.after(since)), (ground,)


@dataclass(frozen=True, slots=True)
class Fall(ValueRule):
    """The last value is more than `percent` below the one before it, and in a lower class where given.

    `classes` are the lower limits of the classes, in falling order.
    """

    item: str
    percent: float
    classes: tuple[float, ...] = ()

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result; unknown until there are two."""
        results = asked.patient.results(self.item)
        spans = [Span(date.min, Truth.UNKNOWN, not_known(self.item))]
        for old, new in pairwise(results):
            ground = value_ground("fall", new)
            before = (("old", old.value or 0.0), ("old_on", old.day.isoformat()))
            spans.append(
                Span(new.day, self._fell(old, new), (Ground("fall", ground.values + before),))
            )
        return from_spans(spans)

    def _fell(self, old: Fact, new: Fact) -> Truth:
        if old.value is None or new.value is None or old.comparator or new.comparator:
            return Truth.UNKNOWN
        fell = new.value < old.value * (1 - self.percent / 100)
        return truth_of(
            fell and (not self.classes or self._class(new.value) > self._class(old.value))
        )

    def _class(self, value: float) -> int:
        return sum(value < limit for limit in self.classes)


@dataclass(frozen=True, slots=True)
class Loss(ValueRule):
    """The last value is at least `percent` below the highest of so long before it (weight)."""

    item: str
    percent: float
    within: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result; unknown until there are two within so long."""
        results = asked.patient.results(self.item)
        spans = [Span(date.min, Truth.UNKNOWN, not_known(self.item))]
        spans += [self._span(results[:number], fact) for number, fact in enumerate(results)]
        return from_spans(spans)

    def _span(self, earlier: Sequence[Fact], new: Fact) -> Span:
        since = self.within.before(new.day)
        known = [(f.value, f.day) for f in earlier if f.day >= since and f.value is not None]
        if not known or new.value is None:
            return Span(new.day, Truth.UNKNOWN, not_known(self.item))
        old, old_on = max(known)
        before = (("old", old), ("old_on", old_on.isoformat()))
        ground = Ground("fall", value_ground("fall", new).values + before)
        lost = new.value <= round(old * (1 - self.percent / 100), _DIGITS)
        return Span(new.day, truth_of(lost), (ground,))


_DIGITS: Final = 6  # 5 % off 80 is 76, which binary fractions miss


@dataclass(frozen=True, slots=True)
class Unconfirmed(ValueRule):
    """A finding not yet confirmed: fewer than `needed` of the latest `of` results within `within` meet the bound.

    Once confirmed it stays confirmed. Source: Käypä hoito hoi50060 (albuminuria in two of three
    samples within 3 to 6 months).
    """

    item: str
    bound: Bound
    needed: int
    of: int
    within: Interval

    def timeline(self, asked: Asked) -> Timeline:
        """Changes with each result; unknown before the first."""
        spans = [Span(date.min, Truth.UNKNOWN, not_known(self.item))]
        results = asked.patient.results(self.item)
        confirmed = False
        for position, fact in enumerate(results):
            found = self._found(results[: position + 1])
            confirmed = confirmed or found >= self.needed
            counts = (("found", float(found)), ("needed", float(self.needed)))
            ground = Ground("to-confirm", value_ground("to-confirm", fact).values + counts)
            spans.append(Span(fact.day, truth_of(not confirmed), (ground,)))
        return from_spans(spans)

    def _found(self, results: tuple[Fact, ...]) -> int:
        earliest = self.within.before(results[-1].day)
        recent = [fact for fact in results[-self.of :] if fact.day >= earliest]
        return sum(meets(self.bound, fact) is Truth.TRUE for fact in recent)
