"""By what the resources that meet a criterion can be walked, and so which criterion drives a search."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from service.domain.search import (
    Asked,
    Chain,
    Criterion,
    ReferenceValue,
    ReverseChain,
    SearchKind,
    TokenValue,
)


class Walk(IntEnum):
    """The ways there are, the one that leaves fewest first.

    LINK: from the few targets or sources of a chain to what they are linked with; DISTANT: the same
    from what may be many. COMMON: a code that many resources share.
    """

    ID = 0
    PATIENT = 1
    LINK = 2
    CODE = 3
    REFERENCE = 4
    URI = 5
    STRING = 6
    SEVERAL = 7
    DISTANT = 8
    DATE = 9
    COMMON = 10
    TYPE = 11


_WALKS: Final = {
    SearchKind.ID: Walk.ID,
    SearchKind.TOKEN: Walk.CODE,
    SearchKind.REFERENCE: Walk.REFERENCE,
    SearchKind.URI: Walk.URI,
    SearchKind.STRING: Walk.STRING,
    SearchKind.DATE: Walk.DATE,
}


def best_walk(asked: Sequence[Asked]) -> Asked | None:
    """What leaves fewest to look at; None where nothing is asked."""
    return min(asked, key=walk_by, default=None)


def walk_by(asked: Asked) -> Walk:
    """How the resources that meet what is asked can be walked."""
    if isinstance(asked, Criterion):
        return _own_walk(asked)
    if isinstance(asked, Chain):
        return max((_linked(of_target) for _, of_target in asked.targets), default=Walk.TYPE)
    return _linked(asked.asked) if isinstance(asked, ReverseChain) else Walk.TYPE


def _linked(asked: Sequence[Asked]) -> Walk:
    inner = min(map(walk_by, asked), default=Walk.TYPE)
    if inner < Walk.STRING:
        return Walk.LINK
    return Walk.DISTANT if inner < Walk.DATE else Walk.TYPE


def _own_walk(criterion: Criterion) -> Walk:
    if criterion.negated or criterion.missing is not None or not criterion.values:
        return Walk.TYPE
    alone = _WALKS.get(criterion.kind, Walk.TYPE)
    if criterion.kind in {SearchKind.TOKEN, SearchKind.REFERENCE}:
        return _walk_by_name(criterion, alone)
    return alone


def _walk_by_name(criterion: Criterion, alone: Walk) -> Walk:
    """A part of the name alone (a system, a type) is no beginning of the index."""
    if any(_is_open(value) for value in criterion.values):
        return Walk.TYPE
    if criterion.common:
        return Walk.COMMON
    value = criterion.values[0]
    if len(criterion.values) == 1 and _is_person(value):
        return Walk.PATIENT
    begins = isinstance(value, TokenValue) and value.begins
    several = len(criterion.values) > 1 or bool(criterion.also) or begins
    return Walk.SEVERAL if several else alone


def _is_person(value: object) -> bool:
    return isinstance(value, ReferenceValue) and value.type == "Patient"


def _is_open(value: object) -> bool:
    if isinstance(value, ReferenceValue):
        return not value.id
    return isinstance(value, TokenValue) and value.code is None
