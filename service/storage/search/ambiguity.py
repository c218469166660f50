"""An id without its type, where resources of several types bear it: the client has to say which.

Source: R4 search.html 3.1.1.4.12. Only what the viewer sees counts, so that a refusal tells nothing.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, select

from service.domain.access import Viewer
from service.domain.errors import Invalid
from service.domain.search import Criterion, Query, ReferenceValue, SearchKind
from service.storage.access import bound
from service.storage.search.criterion import of_parameters, parameters
from service.storage.search.linked import seen
from service.storage.tables.search import search_references


def expect_no_ambiguity(connection: Connection, query: Query, viewer: Viewer) -> None:
    """Raise Invalid where an id without a type is that of resources of several types."""
    for part in query.parts or (query,):
        for criterion, id_ in _without_type(part):
            types = connection.execute(_types(part, criterion, id_, viewer), bound(viewer)).all()
            if len(types) > 1:
                raise Invalid(
                    "Resources of several types bear an id that is sought: say `Type/id`."
                )


def may_be_ambiguous(query: Query) -> bool:
    """Whether an id is sought without a type."""
    return any(True for part in query.parts or (query,) for _ in _without_type(part))


def _without_type(query: Query) -> Iterator[tuple[Criterion, str]]:
    for one in query.criteria:
        if isinstance(one, Criterion) and one.kind is SearchKind.REFERENCE:
            for value in one.values:
                if isinstance(value, ReferenceValue) and value.type is None and value.id:
                    yield one, value.id


def _types(query: Query, criterion: Criterion, id_: str, viewer: Viewer) -> Select[Any]:
    rows = search_references.c
    named = select(rows.target_type).where(rows.target_id == id_, rows.type == query.type)
    of_criterion = of_parameters(search_references, parameters(criterion))
    visible = seen(query.type, rows.patient, viewer.role)
    return named.where(of_criterion, visible).distinct().limit(2)
