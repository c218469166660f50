"""What became of a load: counts by type, everything refused with its place, what does not count."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from service.domain.errors import Issue
from service.domain.record import SenderCount
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
    `skipped` are files of a folder that are of no kind that is loaded. `not_counted` are the
    results in the database that can close nothing, by sender.
    """

    counts: defaultdict[str, Counter[Fate]] = field(default_factory=lambda: defaultdict(Counter))
    refused: list[Refusal] = field(default_factory=list)
    refusals: int = 0
    skipped: list[str] = field(default_factory=list)
    not_counted: Sequence[SenderCount] = ()
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
    def loaded(self) -> int:
        """How many resources stand as they were sent."""
        return sum(self.total(fate) for fate in (Fate.NEW, Fate.SAME, Fate.CHANGED))


def refusals_of(spot: Spot, issues: Iterable[Issue]) -> list[Refusal]:
    """The refusals that some issues tell."""
    return [Refusal(spot, issue.expression, issue.words) for issue in issues]
