"""What a unit's senders feed us with: the kinds of results that came, and of which days.

A source that has been silent since could not have told us that something was done (what-is-due 5.3).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

from service.domain.catalogue import Catalogue
from service.domain.fact import UNDATED, Fact
from service.domain.protocol import ProtocolStatus

_REMEMBERED: Final = 16
Kinds: TypeAlias = Mapping[str, frozenset[str]]
"""The kinds of activity that an item can close, by the item."""


@lru_cache(maxsize=_REMEMBERED)
def kinds_of(catalogue: Catalogue) -> Kinds:
    """Which kinds of activity each item closes in the protocols that are or were active."""
    found: dict[str, set[str]] = defaultdict(set)
    for protocol in catalogue.versions.values():
        if protocol.status is ProtocolStatus.DRAFT:
            continue
        for activity in protocol.activities:
            for item in activity.closing.items - {""}:
                found[item].add(activity.kind.value)
    return {item: frozenset(kinds) for item, kinds in found.items()}


def fed_by(facts: Iterable[Fact], kinds: Kinds) -> Iterator[tuple[str, date]]:
    """The kinds that came with these facts, each with the day that it tells of."""
    for fact in (one for one in facts if one.quality != UNDATED):
        for kind in kinds.get(fact.item, ()):
            yield kind, fact.day
