"""Whom a search asks about by name, whatever it then finds: for the access log.

That nothing is found of somebody, or how much, tells something of them too.
"""

from collections.abc import Iterable, Iterator

from service.domain.search import (
    Asked,
    Chain,
    Criterion,
    Either,
    Query,
    ReferenceValue,
    SearchKind,
)

_PATIENT = "Patient"


def asked_about(query: Query) -> frozenset[str]:
    """The ids of the people whom the criteria name; not those whom they only describe."""
    parts = query.parts or (query,)
    return frozenset(id_ for part in parts for id_ in _in_all(part.type, part.criteria))


def _in_all(type_: str, asked: Iterable[Asked]) -> Iterator[str]:
    for one in asked:
        if isinstance(one, Criterion):
            yield from _in_criterion(type_, one)
        elif isinstance(one, Either):
            yield from _in_all(type_, one.alternatives)
        elif isinstance(one, Chain):
            for target, of_target in one.targets:
                yield from _in_all(target, of_target)


def _in_criterion(type_: str, one: Criterion) -> Iterator[str]:
    if one.negated or one.missing is not None:
        return
    for value in one.values:
        if isinstance(value, ReferenceValue) and value.type in {_PATIENT, None}:
            yield value.id
        elif one.kind is SearchKind.ID and type_ == _PATIENT:
            yield str(value)
