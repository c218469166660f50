"""What drives a search: the one index whose rows are walked, while the others are only asked."""

from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import ColumnElement, FromClause, exists, not_, tuple_

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.search import Criterion, Query, ReferenceValue, SearchKind, SortKey, TokenValue
from service.storage.access import visible
from service.storage.search.criterion import (
    INDEX_OF,
    Condition,
    has_value,
    met,
    of_parameters,
    parameters,
    rows_of,
)
from service.storage.search.order import ALWAYS_THERE, sorted_value
from service.storage.tables.record import resources


class Walk(IntEnum):
    """By what the resources can be walked, the one that leaves fewest first."""

    ID = 0
    PATIENT = 1
    CODE = 2
    REFERENCE = 3
    URI = 4
    STRING = 5
    SEVERAL = 6
    DATE = 7
    TYPE = 8


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


def driver_of(query: Query, viewer: Viewer) -> Driver:
    """The rows to walk for a query, with every criterion and the viewer's condition on them."""
    chosen = min(query.criteria, key=walk_by, default=None)
    last = Walk.PATIENT if walks_own(query, viewer) else Walk.DATE
    if chosen is None or chosen.kind not in INDEX_OF or walk_by(chosen) > last:
        return over_resources(query, viewer)
    return over_index(query, chosen, viewer)


def walks_own(query: Query, viewer: Viewer) -> bool:
    """Whether a patient's own resources are walked: they are few, and the condition names the key."""
    return viewer.role is Role.PATIENT and query.type not in PUBLIC_TYPES


def is_selective(query: Query) -> bool:
    """Whether a criterion names what is sought; a date only bounds it."""
    return any(walk_by(criterion) < Walk.DATE for criterion in query.criteria)


def walk_by(criterion: Criterion) -> Walk:
    """How the resources that meet a criterion can be walked."""
    if criterion.negated or criterion.missing is not None or not criterion.values:
        return Walk.TYPE
    alone = _WALKS.get(criterion.kind, Walk.TYPE)
    if criterion.kind in {SearchKind.TOKEN, SearchKind.REFERENCE}:
        return _walk_by_name(criterion, alone)
    return alone


def _walk_by_name(criterion: Criterion, alone: Walk) -> Walk:
    if len(criterion.values) > 1 or criterion.also:
        return Walk.SEVERAL
    value = criterion.values[0]
    if isinstance(value, ReferenceValue) and value.type == "Patient":
        return Walk.PATIENT
    no_code = isinstance(value, TokenValue) and value.code is None
    return Walk.TYPE if no_code else alone  # a system alone is no beginning of the index


_WALKS = {
    SearchKind.ID: Walk.ID,
    SearchKind.TOKEN: Walk.CODE,
    SearchKind.REFERENCE: Walk.REFERENCE,
    SearchKind.URI: Walk.URI,
    SearchKind.STRING: Walk.STRING,
    SearchKind.DATE: Walk.DATE,
}


def over_resources(query: Query, viewer: Viewer) -> Driver:
    """All resources of the type, or those of the patient who asks."""
    rows = resources.alias("driver")
    conditions = [rows.c.type == query.type, not_(rows.c.deleted)]
    for criterion in query.criteria:
        if criterion.kind not in ALWAYS_THERE:
            conditions.append(met(criterion, rows.c.patient, rows.c.resource))
        else:
            conditions.append(has_value(criterion, rows))
    conditions.append(_visible(query, rows, viewer))
    return Driver(rows, tuple(conditions), repeats=False)


def over_index(query: Query, criterion: Criterion, viewer: Viewer) -> Driver:
    """The index rows of one criterion, which may be several a resource; the others are asked."""
    rows = INDEX_OF[criterion.kind].alias("driver")
    others = (one for one in query.criteria if one is not criterion)
    conditions = [rows.c.type == query.type, of_parameters(rows, parameters(criterion))]
    conditions.append(has_value(criterion, rows))
    conditions += [met(one, rows.c.patient, rows.c.resource) for one in others]
    conditions.append(_visible(query, rows, viewer))
    return Driver(rows, tuple(conditions), repeats=True)


def over_key(query: Query, key: SortKey, viewer: Viewer) -> Driver:
    """The index rows of a sort key, one a resource: its first in the order of the key."""
    rows = INDEX_OF[key.kind].alias("driver")
    conditions = [rows.c.type == query.type, of_parameters(rows, [key.parameter])]
    conditions.append(_is_first(rows, key))
    conditions += [met(one, rows.c.patient, rows.c.resource) for one in query.criteria]
    conditions.append(_visible(query, rows, viewer))
    return Driver(rows, tuple(conditions), repeats=False)


def _is_first(rows: FromClause, key: SortKey) -> Condition:
    other = INDEX_OF[key.kind].alias("earlier")
    place = tuple_(sorted_value(key.kind, rows), rows.c.place)
    before = tuple_(sorted_value(key.kind, other), other.c.place)
    same = rows_of(
        other, patient=rows.c.patient, resource=rows.c.resource, parameters=[key.parameter]
    )
    return not_(exists().where(same, before > place if key.descending else before < place))


def _visible(query: Query, rows: FromClause, viewer: Viewer) -> Condition:
    return visible(viewer.role, rows.c.patient, public=query.type in PUBLIC_TYPES)
