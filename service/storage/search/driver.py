"""What drives a search: the one index whose rows are walked, while the others are only asked."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, not_, or_, select, tuple_

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.search import (
    Asked,
    Chain,
    Criterion,
    Definition,
    Query,
    ReverseChain,
    SortKey,
)
from service.storage.search.canonical import addresses
from service.storage.search.criterion import (
    INDEX_OF,
    Condition,
    has_value,
    of_parameters,
    parameters,
    rows_of,
)
from service.storage.search.linked import meets, pointing, seen
from service.storage.search.order import ALWAYS_THERE, sorted_value
from service.storage.search.walks import Walk, best_walk, walk_by
from service.storage.tables.record import resources
from service.storage.tables.search import search_references, search_uris


@dataclass(frozen=True)
class Driver:
    """Rows to walk and what must hold of each; `repeats` where a resource may have several."""

    rows: FromClause
    conditions: tuple[Condition, ...]
    repeats: bool

    @property
    def is_directory(self) -> bool:
        """Whether the rows are the resources themselves."""
        return "updated_at" in self.rows.c

    @property
    def resource(self) -> ColumnElement[int]:
        """The resource that a row is about."""
        return self.rows.c.resource

    @property
    def patient(self) -> ColumnElement[int]:
        """The person that the resource is about."""
        return self.rows.c.patient


def driver_of(query: Query, viewer: Viewer, *, named: str = "driver") -> Driver:
    """The rows to walk for a query, with every criterion and the viewer's condition on them."""
    chosen = best_walk(query.criteria)
    last = Walk.PATIENT if walks_own(query, viewer) else Walk.COMMON
    if chosen is None or walk_by(chosen) > last:
        return over_resources(query, viewer, named=named)
    if isinstance(chosen, Chain):
        return _over_links(query, chosen, viewer, named)
    if isinstance(chosen, ReverseChain):
        return _over_targets(query, chosen, viewer, named)
    if isinstance(chosen, Criterion) and chosen.kind in INDEX_OF:
        return over_index(query, chosen, viewer, named=named)
    return over_resources(query, viewer, named=named)


def walks_own(query: Query, viewer: Viewer) -> bool:
    """Whether a patient's own resources are walked: they are few, and the condition names the key."""
    return viewer.role is Role.PATIENT and query.type not in PUBLIC_TYPES


def is_selective(query: Query) -> bool:
    """Whether a criterion names what is sought; a date only bounds it, a status is widespread."""
    return any(walk_by(criterion) < Walk.DATE for criterion in query.criteria)


def over_resources(query: Query, viewer: Viewer, *, named: str = "driver") -> Driver:
    """All resources of the type, or those of the patient who asks."""
    rows = resources.alias(named)
    conditions = [rows.c.type == query.type, not_(rows.c.deleted)]
    for one in query.criteria:
        if isinstance(one, Criterion) and one.kind in ALWAYS_THERE:
            conditions.append(has_value(one, rows))
        else:
            conditions.append(meets(one, rows.c.patient, rows.c.resource, viewer.role))
    conditions.append(seen(query.type, rows.c.patient, viewer.role))
    return Driver(rows, tuple(conditions), repeats=False)


def over_index(
    query: Query, criterion: Criterion, viewer: Viewer, *, named: str = "driver"
) -> Driver:
    """The index rows of one criterion, which may be several a resource; the others are asked."""
    rows = INDEX_OF[criterion.kind].alias(named)
    conditions = [rows.c.type == query.type, of_parameters(rows, parameters(criterion))]
    conditions.append(has_value(criterion, rows))
    conditions += _others(query, criterion, rows, viewer)
    return Driver(rows, tuple(conditions), repeats=True)


def _over_links(query: Query, chain: Chain, viewer: Viewer, named: str) -> Driver:
    """The references to the few targets that meet what a chain asks of them."""
    if chain.definitions:
        return _over_addresses(query, chain, viewer, named)
    rows = search_references.alias(named)
    reached = [
        and_(rows.c.target_type == type_, rows.c.target_id.in_(_ids(type_, asked, viewer, named)))
        for type_, asked in chain.targets
    ]
    conditions = [rows.c.type == query.type, of_parameters(rows, chain.parameters), or_(*reached)]
    conditions += _others(query, chain, rows, viewer)
    return Driver(rows, tuple(conditions), repeats=True)


def _over_addresses(query: Query, chain: Chain, viewer: Viewer, named: str) -> Driver:
    """The addresses of the few definitions that meet it; which version is meant is asked of each."""
    rows = search_uris.alias(named)
    urls = [
        rows.c.uri.in_(_urls(type_, asked, definition, viewer, named))
        for (type_, asked), definition in zip(chain.targets, chain.definitions, strict=True)
    ]
    conditions = [rows.c.type == query.type, of_parameters(rows, chain.parameters), or_(*urls)]
    asked = (meets(one, rows.c.patient, rows.c.resource, viewer.role) for one in query.criteria)
    conditions += [*asked, seen(query.type, rows.c.patient, viewer.role)]
    return Driver(rows, tuple(conditions), repeats=True)


def _urls(
    type_: str, asked: tuple[Asked, ...], definition: Definition, viewer: Viewer, named: str
) -> Select[str]:
    """The addresses of the definitions of a type that meet all that is asked."""
    driver = driver_of(Query(type_, asked), viewer, named=f"{named}_of")
    own = search_uris.alias()
    at_own = rows_of(
        own, patient=driver.patient, resource=driver.resource, parameters=[definition.url]
    )
    return select(own.c.uri).where(at_own, *driver.conditions)


def _over_targets(query: Query, chain: ReverseChain, viewer: Viewer, named: str) -> Driver:
    """The resources that the few sources of a reverse chain point at."""
    is_by_address = chain.definition is not None
    links = (search_uris if is_by_address else search_references).alias()
    sources = driver_of(Query(chain.source_type, chain.asked), viewer, named=f"{named}_of")
    of_source = (links.c.patient == sources.patient, links.c.resource == sources.resource)
    pointed = links.c.uri if chain.definition is not None else links.c.target_id
    found = select(pointed).where(
        *sources.conditions, *of_source, *pointing(chain, links, viewer.role)
    )
    numbers = _numbers_of(chain, found)
    # Which version an address means is asked of each.
    others = tuple(one for one in query.criteria if is_by_address or one is not chain)
    driver = over_resources(replace(query, criteria=others), viewer, named=named)
    return replace(driver, conditions=(*driver.conditions, driver.resource.in_(numbers)))


def _numbers_of(chain: ReverseChain, found: Select[str]) -> Select[int]:
    """The numbers of the targets with some ids or addresses.

    By their ids SQLite would rather walk the whole type in the order asked for.
    """
    if chain.definition is not None:
        own = search_uris.alias()
        at_own = addresses(own, chain.target_type, chain.definition)
        return select(own.c.resource).where(at_own, own.c.uri.in_(found))
    targets = resources.alias()
    return select(targets.c.resource).where(
        targets.c.type == chain.target_type, targets.c.id.in_(found)
    )


def _ids(type_: str, asked: tuple[Asked, ...], viewer: Viewer, named: str) -> Select[str]:
    """The ids of the resources of a type that meet all that is asked."""
    driver = driver_of(Query(type_, asked), viewer, named=f"{named}_of")
    if driver.is_directory:
        return select(driver.rows.c.id).where(*driver.conditions)
    target = resources.alias()
    return select(target.c.id).where(target.c.resource == driver.resource, *driver.conditions)


def _others(query: Query, chosen: Asked, rows: FromClause, viewer: Viewer) -> list[Condition]:
    """What else must hold of the rows that one criterion found: the other ones, and the viewer's."""
    others = (one for one in query.criteria if one is not chosen)
    asked = [meets(one, rows.c.patient, rows.c.resource, viewer.role) for one in others]
    return [*asked, seen(query.type, rows.c.patient, viewer.role)]


def over_key(query: Query, key: SortKey, viewer: Viewer) -> Driver:
    """The index rows of a sort key, one a resource: its first in the order of the key."""
    rows = INDEX_OF[key.kind].alias("driver")
    conditions = [rows.c.type == query.type, of_parameters(rows, [key.parameter])]
    conditions.append(_is_first(rows, key))
    conditions += [
        meets(one, rows.c.patient, rows.c.resource, viewer.role) for one in query.criteria
    ]
    conditions.append(seen(query.type, rows.c.patient, viewer.role))
    return Driver(rows, tuple(conditions), repeats=False)


def _is_first(rows: FromClause, key: SortKey) -> Condition:
    other = INDEX_OF[key.kind].alias("earlier")
    place = tuple_(sorted_value(key.kind, rows), rows.c.place)
    before = tuple_(sorted_value(key.kind, other), other.c.place)
    same = rows_of(
        other, patient=rows.c.patient, resource=rows.c.resource, parameters=[key.parameter]
    )
    return not_(exists().where(same, before > place if key.descending else before < place))
