"""What a page's matches refer to and what refers to them: `_include` and `_revinclude`.

Source: R4 search.html 3.1.1.5.4. A missing target is passed over in silence, and so is one that the
viewer may not see; a match is not included again. What is to iterate is asked of what was included
too, step by step: with more than is allowed the page is refused, never cut.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, Select, and_, not_, select, tuple_, union_all

from service.domain.access import Viewer
from service.domain.errors import TooLarge
from service.domain.record import Stored
from service.domain.search import Inclusion, Query
from service.storage.access import bound, visible_of_any_type
from service.storage.search.canonical import named_by, naming
from service.storage.stored import CURRENT_VERSION, stored
from service.storage.tables.record import resources
from service.storage.tables.search import search_references

INCLUDED_AT_MOST: Final = 2000
STEPS_AT_MOST: Final = 10

Rows: TypeAlias = Sequence[Row[Any]]


def include(
    connection: Connection, query: Query, *, matches: Rows, viewer: Viewer
) -> tuple[Stored, ...]:
    """What the matches include, each once; TooLarge rather than a part of it in silence."""
    found: list[Row[Any]] = []
    newest, asked = matches, query.includes
    for step in range(STEPS_AT_MOST + 1):
        statement = _included(query, asked, newest, known=[*matches, *found], viewer=viewer)
        if statement is None:
            break
        newest = connection.execute(statement, bound(viewer)).all()
        found += newest
        _refuse_too_much(found, too_deep=bool(newest) and step == STEPS_AT_MOST)
        asked = tuple(one for one in query.includes if one.iterate)
    return tuple(map(stored, found))


def _refuse_too_much(found: Rows, *, too_deep: bool) -> None:
    if len(found) > INCLUDED_AT_MOST:
        words = f"The page includes more than {INCLUDED_AT_MOST} resources: ask for a lower _count."
        raise TooLarge(words, "_include")
    if too_deep:
        words = f"What is included goes on after {STEPS_AT_MOST} steps of `:iterate`: ask for less."
        raise TooLarge(words, "_include")


def _included(
    query: Query, asked: Sequence[Inclusion], newest: Rows, *, known: Rows, viewer: Viewer
) -> Select[Any] | None:
    """The statement for one step; None where nothing can be included any more."""
    walks = [walk for one in asked for walk in _walks(one, newest)]
    if not walks:
        return None
    conditions = [
        resources.c.resource.in_(union_all(*walks)),
        not_(resources.c.deleted),
        resources.c.resource.not_in([row.resource for row in known]),
        visible_of_any_type(viewer.role, resources.c.patient, resources.c.type),
    ]
    if query.includable is not None:
        conditions.append(resources.c.type.in_(sorted(query.includable)))
    found = CURRENT_VERSION.add_columns(resources.c.resource).where(*conditions)
    return found.order_by(resources.c.resource).limit(INCLUDED_AT_MOST + 1)


def _walks(one: Inclusion, newest: Rows) -> Iterator[Select[int]]:
    """The numbers of what the newest refer to, or of what refers to them."""
    if not one.reverse:
        sources = [row for row in newest if one.source_type in {"", row.type}]
        if sources:
            yield _referred_to(one, sources)
        return
    if one.definition is not None:
        targets = [row for row in newest if row.type == one.target_type]
        if targets:
            yield naming(one, one.definition, _places(targets))
        return
    for type_, ids in _by_type(newest).items():
        if one.target_type in {None, type_}:
            yield _referring(one, type_, ids)


def _by_type(rows: Rows) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.type].append(row.id)
    return found


def _places(rows: Rows) -> list[tuple[int, int]]:
    return [(row.patient, row.resource) for row in rows]


def _referred_to(one: Inclusion, sources: Rows) -> Select[int]:
    if one.definition is not None:
        return named_by(one, one.definition, _places(sources))
    rows, target = search_references.alias(), resources.alias()
    named = and_(target.c.type == rows.c.target_type, target.c.id == rows.c.target_id)
    found = select(target.c.resource).join_from(rows, target, named)
    chosen = found.where(tuple_(rows.c.patient, rows.c.resource).in_(_places(sources)))
    if one.parameter is not None:
        chosen = chosen.where(rows.c.param == one.parameter)
    return (
        chosen if one.target_type is None else chosen.where(rows.c.target_type == one.target_type)
    )


def _referring(one: Inclusion, type_: str, ids: Sequence[str]) -> Select[int]:
    rows = search_references.alias()
    found = select(rows.c.resource).where(rows.c.target_type == type_, rows.c.target_id.in_(ids))
    if one.source_type:
        found = found.where(rows.c.type == one.source_type)
    return found if one.parameter is None else found.where(rows.c.param == one.parameter)
