"""Criteria that look beyond a resource's own rows: chains, reverse chains, composites.

Source: R4 search.html 3.1.1.4.15 to 17. Each step of a chain is asked under the viewer's own
condition: what they may not see meets nothing, so that no answer tells of it.
"""

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, not_, or_

from service.domain.access import PUBLIC_TYPES, Role
from service.domain.search import Asked, Chain, Composite, Criterion, Definition, ReverseChain
from service.storage.access import visible
from service.storage.search.canonical import addresses, names
from service.storage.search.criterion import (
    INDEX_OF,
    Condition,
    has_value,
    met,
    of_parameters,
    parameters,
    rows_of,
)
from service.storage.tables.record import resources
from service.storage.tables.search import search_references, search_uris


def meets(
    asked: Asked, patient: ColumnElement[int], resource: ColumnElement[int], role: Role
) -> Condition:
    """The condition that a resource meets what is asked, of itself or of what it is linked with."""
    if isinstance(asked, Criterion):
        return met(asked, patient, resource)
    if isinstance(asked, Chain):
        return _chained(asked, patient, resource, role)
    if isinstance(asked, ReverseChain):
        return _pointed_at(asked, patient, resource, role)
    if isinstance(asked, Composite):
        return _together(asked, patient, resource)
    return or_(false(), *(meets(one, patient, resource, role) for one in asked.alternatives))


def seen(type_: str, patient: ColumnElement[int], role: Role) -> Condition:
    """The condition that a viewer sees a resource of a type about a person."""
    return visible(role, patient, public=type_ in PUBLIC_TYPES)


def _chained(
    chain: Chain, patient: ColumnElement[int], resource: ColumnElement[int], role: Role
) -> Condition:
    links = (search_uris if chain.definitions else search_references).alias()
    of_resource = rows_of(links, patient=patient, resource=resource, parameters=chain.parameters)
    reached = [
        _defined(target, definition, links, role)
        for target, definition in zip(chain.targets, chain.definitions, strict=False)
    ] or [_reached(type_, asked, links, role) for type_, asked in chain.targets]
    return exists().where(of_resource, or_(false(), *reached))


def _reached(type_: str, asked: tuple[Asked, ...], links: FromClause, role: Role) -> Condition:
    target = resources.alias()
    named = and_(target.c.type == type_, target.c.id == links.c.target_id, not_(target.c.deleted))
    return and_(
        links.c.target_type == type_,
        exists().where(
            named,
            seen(type_, target.c.patient, role),
            *(meets(one, target.c.patient, target.c.resource, role) for one in asked),
        ),
    )


def _defined(
    target: tuple[str, tuple[Asked, ...]], definition: Definition, links: FromClause, role: Role
) -> Condition:
    """The condition that an address names a definition that meets what is asked of it."""
    type_, asked = target
    defined = search_uris.alias()
    return exists().where(
        addresses(defined, type_, definition),
        names(links, defined, definition),
        seen(type_, defined.c.patient, role),
        *(meets(one, defined.c.patient, defined.c.resource, role) for one in asked),
    )


def _pointed_at(
    chain: ReverseChain, patient: ColumnElement[int], resource: ColumnElement[int], role: Role
) -> Condition:
    if chain.definition is not None:
        return _named(chain, chain.definition, (patient, resource), role)
    directory, links = resources.alias(), search_references.alias()
    return exists().where(
        directory.c.resource == resource,
        directory.c.type == chain.target_type,
        links.c.target_id == directory.c.id,
        *pointing(chain, links, role),
        *(meets(one, links.c.patient, links.c.resource, role) for one in chain.asked),
    )


def _named(
    chain: ReverseChain,
    definition: Definition,
    place: tuple[ColumnElement[int], ColumnElement[int]],
    role: Role,
) -> Condition:
    """The condition that an address of a source names the definition at a place."""
    patient, resource = place
    links, defined = search_uris.alias(), search_uris.alias()
    own = rows_of(defined, patient=patient, resource=resource, parameters=[definition.url])
    return exists().where(
        own,
        defined.c.type == chain.target_type,
        names(links, defined, definition),
        *pointing(chain, links, role),
        *(meets(one, links.c.patient, links.c.resource, role) for one in chain.asked),
    )


def pointing(chain: ReverseChain, links: FromClause, role: Role) -> tuple[Condition, ...]:
    """What must hold of the rows that a reverse chain goes along, but for what they name."""
    to_type = [links.c.target_type == chain.target_type] if chain.definition is None else []
    return (
        *to_type,
        links.c.type == chain.source_type,
        of_parameters(links, chain.parameters),
        seen(chain.source_type, links.c.patient, role),
    )


def _together(
    composite: Composite, patient: ColumnElement[int], resource: ColumnElement[int]
) -> Condition:
    tables = [INDEX_OF[part.kind].alias() for part in composite.parts]
    first, *others = tables
    whole = [
        and_(
            rows_of(rows, patient=patient, resource=resource, parameters=parameters(part)),
            has_value(part, rows),
        )
        for rows, part in zip(tables, composite.parts, strict=True)
    ]
    return exists().where(*whole, *(other.c.part == first.c.part for other in others))
