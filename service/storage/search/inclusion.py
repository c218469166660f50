"""What a page's matches refer to and what refers to them: `_include` and `_revinclude`.

Source: R4 search.html 3.1.1.5.4. A missing target is passed over in silence, and so is one that the
viewer may not see; a match is not included again.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, not_, select, tuple_, union_all

from service.domain.access import Viewer
from service.domain.errors import TooLarge
from service.domain.record import Stored
from service.domain.search import Inclusion, Query
from service.storage.access import bound, visible_of_any_type
from service.storage.stored import CURRENT_VERSION, stored
from service.storage.tables.record import resources
from service.storage.tables.search import search_references

INCLUDED_AT_MOST: Final = 2000


def include(
    connection: Connection, query: Query, *, matches: Sequence[Row[Any]], viewer: Viewer
) -> tuple[Stored, ...]:
    """What the matches include, each once; TooLarge rather than a part of it in silence."""
    wanted = [one for one in query.includes if one.reverse or one.source_type == query.type]
    if not wanted or not matches:
        return ()
    statement = _included(query, wanted, matches, viewer)
    rows = connection.execute(statement, bound(viewer)).all()
    if len(rows) > INCLUDED_AT_MOST:
        words = f"The page includes more than {INCLUDED_AT_MOST} resources: ask for a lower _count."
        raise TooLarge(words, "_include")
    return tuple(map(stored, rows))


def _included(
    query: Query, wanted: Sequence[Inclusion], matches: Sequence[Row[Any]], viewer: Viewer
) -> Select[Any]:
    found = union_all(*(_numbers(query, one, matches) for one in wanted))
    return (
        CURRENT_VERSION.where(
            resources.c.resource.in_(found),
            not_(resources.c.deleted),
            resources.c.resource.not_in([row.resource for row in matches]),
            visible_of_any_type(viewer.role, resources.c.patient, resources.c.type),
        )
        .order_by(resources.c.resource)
        .limit(INCLUDED_AT_MOST + 1)
    )


def _numbers(query: Query, one: Inclusion, matches: Sequence[Row[Any]]) -> Select[int]:
    return _referring(query, one, matches) if one.reverse else _referred_to(one, matches)


def _referred_to(one: Inclusion, matches: Sequence[Row[Any]]) -> Select[int]:
    rows, target = search_references.alias(), resources.alias()
    named = and_(target.c.type == rows.c.target_type, target.c.id == rows.c.target_id)
    places = [(row.patient, row.resource) for row in matches]
    from_matches = tuple_(rows.c.patient, rows.c.resource).in_(places)
    found = select(target.c.resource).join_from(rows, target, named)
    chosen = found.where(from_matches, rows.c.param == one.parameter)
    return (
        chosen if one.target_type is None else chosen.where(rows.c.target_type == one.target_type)
    )


def _referring(query: Query, one: Inclusion, matches: Sequence[Row[Any]]) -> Select[int]:
    rows = search_references.alias()
    return select(rows.c.resource).where(
        rows.c.target_type == query.type,
        rows.c.target_id.in_([row.id for row in matches]),
        rows.c.type == one.source_type,
        rows.c.param == one.parameter,
    )
