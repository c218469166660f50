"""From a canonical address to the definitions that it names: with a version one, without any of that url.

Source: R4 references.html#canonical, search.html#uri. An address with a version stands in the index
with it and without: by the latter rows are met, and the former says which version is meant.
"""

from collections.abc import Sequence

from sqlalchemy import FromClause, Select, and_, exists, not_, or_, select, tuple_

from service.domain.search import Definition, Inclusion
from service.storage.search.criterion import LAST_CHARACTER, Condition
from service.storage.tables.search import search_tokens, search_uris


def names(links: FromClause, defined: FromClause, definition: Definition) -> Condition:
    """The condition that a row of addresses names the definition whose own address another row is."""
    versioned, versions = search_uris.alias(), search_tokens.alias()
    beside = and_(
        versioned.c.patient == links.c.patient,
        versioned.c.resource == links.c.resource,
        versioned.c.param == links.c.param,
    )
    with_any = and_(
        beside,
        versioned.c.uri >= links.c.uri + "|",
        versioned.c.uri < links.c.uri + f"|{LAST_CHARACTER}",
    )
    with_its_own = and_(
        beside,
        versioned.c.uri == links.c.uri + "|" + versions.c.code,
        versions.c.patient == defined.c.patient,
        versions.c.resource == defined.c.resource,
        versions.c.param == definition.version,
    )
    of_any = exists().where(with_any).correlate_except(versioned)
    of_its_own = exists().where(with_its_own).correlate_except(versioned, versions)
    return and_(links.c.uri == defined.c.uri, or_(not_(of_any), of_its_own))


def addresses(defined: FromClause, type_: str, definition: Definition) -> Condition:
    """The rows that are the own addresses of the definitions of a type."""
    return and_(defined.c.type == type_, defined.c.param == definition.url)


def named_by(
    one: Inclusion, definition: Definition, sources: Sequence[tuple[int, int]]
) -> Select[int]:
    """The numbers of the definitions that some resources name, these by patient and number."""
    links, defined = search_uris.alias(), search_uris.alias()
    return (
        select(defined.c.resource)
        .join_from(links, defined, names(links, defined, definition))
        .where(tuple_(links.c.patient, links.c.resource).in_(sources))
        .where(links.c.param == one.parameter)
        .where(addresses(defined, one.target_type or "", definition))
    )


def naming(
    one: Inclusion, definition: Definition, targets: Sequence[tuple[int, int]]
) -> Select[int]:
    """The numbers of the resources that name some definitions, these by patient and number."""
    links, defined = search_uris.alias(), search_uris.alias()
    return (
        select(links.c.resource)
        .join_from(defined, links, names(links, defined, definition))
        .where(tuple_(defined.c.patient, defined.c.resource).in_(targets))
        .where(defined.c.param == definition.url)
        .where(links.c.type == one.source_type, links.c.param == one.parameter)
    )
