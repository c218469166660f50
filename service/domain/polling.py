"""Searches that ask by when something was stored, as who polls for news does.

Such a client goes on from the newest instant that it was shown: what could still be preceded by a
change under way is held back from it, in every place of the search where the instant counts.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from service.domain.search import (
    Asked,
    Chain,
    Criterion,
    DateValue,
    Query,
    ReverseChain,
    SearchKind,
)

_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MILLISECOND: Final = timedelta(milliseconds=1)


def asks_by_instant(query: Query) -> bool:
    """Whether a search compares instants of storing, or puts its matches in their order."""
    return any(_is_sorted_so(part) or _compares(part.criteria) for part in (query, *query.parts))


def held_back(query: Query, instant: datetime) -> Query:
    """The search without what was stored in the millisecond of an instant or later, where it asks so.

    A client is told milliseconds and asks for what comes after one of them: none may be shown in part.
    """
    if query.parts:
        return replace(query, parts=tuple(held_back(part, instant) for part in query.parts))
    moment = (instant - _EPOCH) // _MILLISECOND * 1000
    before = Criterion(0, SearchKind.LAST_UPDATED, (DateValue("lt", low=moment, high=moment),))
    criteria = _held_back(query.criteria, before)
    if _is_sorted_so(query) and before not in criteria:
        criteria = (*criteria, before)
    return replace(query, criteria=criteria)


def _is_sorted_so(query: Query) -> bool:
    return any(key.kind is SearchKind.LAST_UPDATED for key in query.sort)


def _compares(criteria: tuple[Asked, ...]) -> bool:
    return any(
        _is_by_instant(one) or any(_compares(inner) for inner in _inner(one)) for one in criteria
    )


def _is_by_instant(one: Asked) -> bool:
    return isinstance(one, Criterion) and one.kind is SearchKind.LAST_UPDATED


def _inner(one: Asked) -> list[tuple[Asked, ...]]:
    """What is asked of the resources that a chain goes to."""
    if isinstance(one, Chain):
        return [asked for _, asked in one.targets]
    return [one.asked] if isinstance(one, ReverseChain) else []


def _held_back(criteria: tuple[Asked, ...], before: Criterion) -> tuple[Asked, ...]:
    found = tuple(_linked_held_back(one, before) for one in criteria)
    return (*found, before) if any(map(_is_by_instant, found)) else found


def _linked_held_back(one: Asked, before: Criterion) -> Asked:
    if isinstance(one, Chain):
        targets = tuple((type_, _held_back(asked, before)) for type_, asked in one.targets)
        return replace(one, targets=targets)
    if isinstance(one, ReverseChain):
        return replace(one, asked=_held_back(one.asked, before))
    return one
