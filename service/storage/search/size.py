"""How many values one statement may hold: more than a client can mean, fewer than a database takes.

Source: SQLite takes 32,766 parameters a statement (sqlite.org/limits.html), PostgreSQL 65,535. What
is asked stands in a statement once for each type, again for the total, and again where an order is
walked in two parts.
"""

from typing import Final

from service.domain.errors import TooLarge
from service.domain.search import (
    Asked,
    Chain,
    Composite,
    Criterion,
    Either,
    Query,
    ReverseChain,
    SearchKind,
)

MOST_VALUES: Final = 14_000
_IN_A_LIST: Final = frozenset(
    {SearchKind.TOKEN, SearchKind.REFERENCE, SearchKind.URI, SearchKind.ID}
)
_OF_A_COMPARISON: Final = 5  # parameters of one value that is no member of a list


def expect_to_fit(query: Query) -> None:
    """Raise TooLarge where a statement could not hold what is asked."""
    parts = query.parts or (query,)
    size = sum(_size(one) for part in parts for one in part.criteria)
    if size * (1 + query.total) > MOST_VALUES:
        raise TooLarge("The search names more values than one search may: ask in several.")


def _size(asked: Asked) -> int:
    if isinstance(asked, Criterion):
        of_one = 1 if asked.kind in _IN_A_LIST else _OF_A_COMPARISON
        further = _size(asked.alternative) if asked.alternative else 0
        return of_one * len(asked.values) + further
    return sum(map(_size, _inner(asked)))


def _inner(asked: Chain | ReverseChain | Composite | Either) -> tuple[Asked, ...]:
    if isinstance(asked, Chain):
        return tuple(one for _, inner in asked.targets for one in inner)
    if isinstance(asked, ReverseChain):
        return asked.asked
    return asked.parts if isinstance(asked, Composite) else asked.alternatives
