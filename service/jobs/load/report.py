"""What became of a load: counts by type, everything refused with its place, what does not count."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from service.domain.errors import Issue
from service.domain.record import NotCounted, SenderCount
from service.workflows.load_resources import Fate

MOST_REFUSALS: Final = 10_000


class Spot(NamedTuple):
    """Where a resource stands: its file, its line (0: the file is one resource), its entry if in a Bundle."""

    file: str
    line: int = 0
    entry: int | None = None


class Refusal(NamedTuple):
    """One fault for which something was not loaded: where, at which element, in words."""

    spot: Spot
    element: str
    words: str


@dataclass(slots=True)
class LoadReport:
    """What became of a load.

    `counts` are by type, then by fate. `refused` holds the first refusals, `refusals` counts all;
    `skipped` are files of a folder that are of no kind that is loaded. `uncounted` are the new and
    changed results that can close nothing.
    """

    counts: defaultdict[str, Counter[Fate]] = field(default_factory=lambda: defaultdict(Counter))
    refused: list[Refusal] = field(default_factory=list)
    refusals: int = 0
    skipped: list[str] = field(default_factory=list)
    uncounted: Counter[NotCounted] = field(default_factory=Counter)
    is_rehearsal: bool = False

    def add(self, counts: Mapping[str, Mapping[Fate, int]], refused: Iterable[Refusal]) -> None:
        """Add what became of a part."""
        for type_, fates in counts.items():
            self.counts[type_].update(fates)
        for one in refused:
            self.refusals += 1
            if len(self.refused) < MOST_REFUSALS:
                self.refused.append(one)

    def total(self, fate: Fate) -> int:
        """How many resources of all types had this fate."""
        return sum(fates[fate] for fates in self.counts.values())

    @property
    def not_counted(self) -> Sequence[SenderCount]:
        """What of this load can close nothing, by sender and code, most often first."""
        return [
            SenderCount(one.sender, one.code, one.reason, results)
            for one, results in sorted(self.uncounted.items(), key=_most_often_first)
        ]

    @property
    def loaded(self) -> int:
        """How many resources stand as they were sent."""
        return sum(self.total(fate) for fate in (Fate.NEW, Fate.SAME, Fate.CHANGED))


def _most_often_first(found: tuple[NotCounted, int]) -> tuple[int, str, str, str]:
    one, results = found
    return -results, one.sender, one.code, one.reason


def refusals_of(spot: Spot, issues: Iterable[Issue]) -> list[Refusal]:
    """The refusals that some issues tell."""
    return [Refusal(spot, issue.expression, issue.words) for issue in issues]
