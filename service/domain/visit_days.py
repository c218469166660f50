"""On which of their days occasions are best held, each with its samples so many days before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from service.domain.visit_search import Bounds, Lead, Pair, tightened

# So many days are tried for occasions that depend on each other; more than a year's plan has needed.
TRIED_AT_MOST: Final = 5_000


def best_days(
    bounds: Sequence[Bounds],
    costs: Sequence[Sequence[int]],
    pairs: frozenset[Pair],
    lead: Lead,
) -> tuple[int, ...]:
    """The day of each occasion, so that the costs are least in all.

    `costs` of an occasion are those of its days from the first to the last of its bounds. `pairs`
    are of samples and visits, and can be kept within the bounds.
    """
    left = tightened(bounds, pairs, lead)
    if left is None:
        message = "the samples cannot be taken in time before their visits"
        raise ValueError(message)
    found: dict[int, int] = {}
    for together in _depending(len(bounds), pairs):
        if len(together) == 1:
            [one] = together
            found[one] = bounds[one][0] + costs[one].index(min(costs[one]))
            continue
        theirs = frozenset(pair for pair in pairs if pair[0] in together)
        held = _Held(bounds, costs, theirs, lead)
        held.go_on({}, left, together)
        found |= held.best
    return tuple(found[one] for one in range(len(bounds)))


def _depending(count: int, pairs: frozenset[Pair]) -> Iterator[tuple[int, ...]]:
    """Occasions that depend on each other through samples, group by group, neighbours in a row."""
    seen: set[int] = set()
    for start in range(count):
        if start in seen:
            continue
        group = [start]
        for one in group:
            beside = {other for pair in pairs if one in pair for other in pair}
            group += sorted(beside - set(group))
        seen |= set(group)
        yield tuple(group)


@dataclass(slots=True)
class _Held:
    bounds: Sequence[Bounds]
    costs: Sequence[Sequence[int]]
    pairs: frozenset[Pair]
    lead: Lead
    best: dict[int, int] = field(default_factory=dict)
    least: int | None = None
    tried: int = 0

    def go_on(self, held: dict[int, int], left: Sequence[Bounds], rest: tuple[int, ...]) -> None:
        """Hold the rest on the days that are left, the best first."""
        spent = sum(self._cost(one, day) for one, day in held.items())
        if not rest:
            if self.least is None or spent < self.least:
                self.best, self.least = held, spent
            return
        one, others = rest[0], rest[1:]
        first, last = left[one]
        for day in sorted(range(first, last + 1), key=lambda each: (self._cost(one, each), each)):
            self.tried += 1
            if self.least is not None and self.tried > TRIED_AT_MOST:
                return
            narrowed = tightened([*left[:one], (day, day), *left[one + 1 :]], self.pairs, self.lead)
            if narrowed is None:
                continue
            at_least = spent + self._cost(one, day) + self._least_of(others, narrowed)
            if self.least is None or at_least < self.least:
                self.go_on({**held, one: day}, narrowed, others)

    def _cost(self, one: int, day: int) -> int:
        return self.costs[one][day - self.bounds[one][0]]

    def _least_of(self, rest: Sequence[int], left: Sequence[Bounds]) -> int:
        return sum(
            min(self._cost(one, day) for day in range(left[one][0], left[one][1] + 1))
            for one in rest
        )
