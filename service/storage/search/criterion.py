"""One criterion of a query as a condition on the search index.

Source: R4 search.html 3.1.1.4. Dates are ranges, `low` included and `high` excluded: `eq` holds
when the value's range lies within the range asked for, `gt` and `lt` when some of it lies beyond,
`sa` and `eb` when all of it does, `ap` when both overlap. A number is a range too, of one point unless
it was reported with a comparator; only `eq`, `ne` and `ap` use the implied range of what is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Table,
    and_,
    exists,
    false,
    not_,
    or_,
    true,
    type_coerce,
)

from service.domain.search import (
    BelowUri,
    Criterion,
    DateValue,
    QuantityValue,
    ReferenceValue,
    SearchKind,
    StringValue,
    TokenValue,
)
from service.storage.search.follow_up_state import TODAYS, met_today
from service.storage.tables.record import resources
from service.storage.tables.search import (
    search_dates,
    search_quantities,
    search_references,
    search_strings,
    search_tokens,
    search_uris,
)

Condition: TypeAlias = ColumnElement[bool]

INDEX_OF: Final[Mapping[SearchKind, Table]] = {
    SearchKind.TOKEN: search_tokens,
    SearchKind.DATE: search_dates,
    SearchKind.REFERENCE: search_references,
    SearchKind.STRING: search_strings,
    SearchKind.URI: search_uris,
    SearchKind.QUANTITY: search_quantities,
}

# The last character there is: every text that begins with `x` lies below `x` and this.
LAST_CHARACTER: Final = "\U0010ffff"


def met(
    criterion: Criterion, patient: ColumnElement[int], resource: ColumnElement[int]
) -> Condition:
    """The condition that a resource meets the criterion."""
    if criterion.kind in TODAYS:
        return _met_today_or_else(criterion, patient, resource)
    if criterion.kind not in INDEX_OF:
        directory = resources.alias()
        return exists().where(directory.c.resource == resource, has_value(criterion, directory))
    rows = INDEX_OF[criterion.kind].alias()
    of_resource = rows_of(
        rows, patient=patient, resource=resource, parameters=parameters(criterion)
    )
    counting = [of_resource]
    if criterion.values or criterion.missing is None:
        counting.append(has_value(criterion, rows))
    found = exists().where(*counting)
    return not_(found) if criterion.negated or criterion.missing else found


def _met_today_or_else(
    criterion: Criterion, patient: ColumnElement[int], resource: ColumnElement[int]
) -> Condition:
    there = met_today(criterion, patient, resource)
    if criterion.alternative is not None:
        there = or_(there, met(criterion.alternative, patient, resource))
    return not_(there) if criterion.negated or criterion.missing else there


def rows_of(
    rows: FromClause,
    *,
    patient: ColumnElement[int],
    resource: ColumnElement[int],
    parameters: Sequence[int],
) -> Condition:
    """The rows of one resource that parameters have in a search index."""
    of_resource = and_(rows.c.patient == patient, rows.c.resource == resource)
    return and_(of_resource, of_parameters(rows, parameters))


def of_parameters(rows: FromClause, parameters: Sequence[int]) -> Condition:
    """The rows of one parameter, or of several that count as one."""
    return rows.c.param == parameters[0] if len(parameters) == 1 else rows.c.param.in_(parameters)


def parameters(criterion: Criterion) -> Sequence[int]:
    """The parameters whose rows count for a criterion."""
    return (criterion.parameter, *criterion.also)


def has_value(criterion: Criterion, rows: FromClause) -> Condition:
    """The condition that a row holds one of the criterion's values."""
    return _ANY_OF[criterion.kind](criterion.values, rows)


def _each(
    holds: Callable[[Any, FromClause], Condition],
) -> Callable[[Sequence[Any], FromClause], Condition]:
    return lambda values, rows: or_(false(), *(holds(value, rows) for value in values))


def _tokens(values: Sequence[TokenValue], rows: FromClause) -> Condition:
    """Codes of one system are asked for together: a value set has hundreds."""
    beginnings = [_token_begins(value, rows) for value in values if value.begins]
    codes: dict[str | None, list[str | None]] = {}
    for value in values:
        if not value.begins:
            codes.setdefault(value.system, []).append(value.code)
    exact = [_tokens_of(system, listed, rows) for system, listed in codes.items()]
    return or_(false(), *exact, *beginnings)


def _tokens_of(system: str | None, codes: Sequence[str | None], rows: FromClause) -> Condition:
    of_system = [] if system is None else [rows.c.system == system]
    of_code = [] if None in codes else [one_of(rows.c.code, codes)]
    return and_(*of_code, *of_system)


def _token_begins(value: TokenValue, rows: FromClause) -> Condition:
    return and_(*_begins(rows.c.code, value.code or ""), rows.c.system == value.system)


def _references(values: Sequence[ReferenceValue], rows: FromClause) -> Condition:
    ids: dict[str | None, list[str]] = {}
    for value in values:
        ids.setdefault(value.type, []).append(value.id)
    return or_(false(), *(_references_to(type_, listed, rows) for type_, listed in ids.items()))


def _references_to(type_: str | None, ids: Sequence[str], rows: FromClause) -> Condition:
    of_type = [] if type_ is None else [rows.c.target_type == type_]
    of_id = [] if "" in ids else [one_of(rows.c.target_id, ids)]
    return and_(true(), *of_type, *of_id)


def one_of(column: ColumnElement[Any], values: Sequence[Any]) -> Condition:
    """The condition that a column has one of some values."""
    return column == values[0] if len(values) == 1 else column.in_(values)


def _begins(column: ColumnElement[str], text: str) -> tuple[Condition, Condition]:
    return column >= text, column < text + LAST_CHARACTER


def _string(value: StringValue, rows: FromClause) -> Condition:
    if value.match == "exact":
        return rows.c.exact == value.text
    folded: ColumnElement[str] = rows.c.folded
    if value.match == "contains":
        return folded.contains(value.text, autoescape=True)
    return and_(*_begins(folded, value.text))


def _uris(values: Sequence[str | BelowUri], rows: FromClause) -> Condition:
    exact = [value for value in values if isinstance(value, str)]
    below = (_below(value.uri, rows) for value in values if isinstance(value, BelowUri))
    return or_(false(), *([one_of(rows.c.uri, exact)] if exact else []), *below)


def _below(uri: str, rows: FromClause) -> Condition:
    path = uri.rstrip("/")
    return or_(rows.c.uri == path, and_(*_begins(rows.c.uri, f"{path}/")))


def _ids(values: Sequence[str], rows: FromClause) -> Condition:
    return one_of(rows.c.id, values) if values else false()


def _date(value: DateValue, rows: FromClause) -> Condition:
    return _RANGES[value.prefix](rows.c.low, rows.c.high, value)


def _last_updated(value: DateValue, rows: FromClause) -> Condition:
    return _INSTANTS[value.prefix](type_coerce(rows.c.updated_at, BigInteger), value)


def _quantity(value: QuantityValue, rows: FromClause) -> Condition:
    if value.canonical:
        bounds = rows.c.canonical_low, rows.c.canonical_high
        return and_(rows.c.canonical == value.unit, _NUMBERS[value.prefix](*bounds, value))
    compared = _NUMBERS[value.prefix](rows.c.low, rows.c.high, value)
    return compared if value.unit is None else and_(rows.c.unit == value.unit, compared)


_Bound: TypeAlias = ColumnElement[Any]


# `low < value.high` and the like follow from the other comparisons: with them an index that begins
# with `low` is read no further than it must be. `gt` and `ge` have no such bound.
_RANGES: Final[Mapping[str, Callable[[_Bound, _Bound, DateValue], Condition]]] = {
    "eq": lambda low, high, value: and_(low >= value.low, low < value.high, high <= value.high),
    "ne": lambda low, high, value: or_(low < value.low, high > value.high),
    "gt": lambda _low, high, value: high > value.high,
    "lt": lambda low, _high, value: low < value.low,
    "ge": lambda low, high, value: or_(high > value.high, low >= value.low),
    "le": lambda low, high, value: and_(low < value.high, or_(low < value.low, high <= value.high)),
    "sa": lambda low, _high, value: low >= value.high,
    "eb": lambda low, high, value: and_(low < value.low, high <= value.low),
    "ap": lambda low, high, value: and_(low < value.high, high > value.low),
}
_INSTANTS: Final[Mapping[str, Callable[[_Bound, DateValue], Condition]]] = {
    "eq": lambda at, value: and_(at >= value.low, at < value.high),
    "ne": lambda at, value: or_(at < value.low, at >= value.high),
    "gt": lambda at, value: at >= value.high,
    "lt": lambda at, value: at < value.low,
    "ge": lambda at, value: at >= value.low,
    "le": lambda at, value: at < value.high,
    "sa": lambda at, value: at >= value.high,
    "eb": lambda at, value: at < value.low,
    "ap": lambda at, value: and_(at >= value.low, at < value.high),
}
_NUMBERS: Final[Mapping[str, Callable[[_Bound, _Bound, QuantityValue], Condition]]] = {
    "eq": lambda low, high, value: and_(low >= value.low, high < value.high),
    "ne": lambda low, high, value: or_(low < value.low, high >= value.high),
    "gt": lambda _low, high, value: high > value.value,
    "lt": lambda low, _high, value: low < value.value,
    "ge": lambda _low, high, value: high >= value.value,
    "le": lambda low, _high, value: low <= value.value,
    "sa": lambda low, _high, value: low > value.value,
    "eb": lambda _low, high, value: high < value.value,
    "ap": lambda low, high, value: and_(low < value.high, high >= value.low),
}
_ANY_OF: Final[Mapping[SearchKind, Callable[[Sequence[Any], FromClause], Condition]]] = {
    SearchKind.TOKEN: _tokens,
    SearchKind.DATE: _each(_date),
    SearchKind.REFERENCE: _references,
    SearchKind.STRING: _each(_string),
    SearchKind.URI: _uris,
    SearchKind.QUANTITY: _each(_quantity),
    SearchKind.ID: _ids,
    SearchKind.LAST_UPDATED: _each(_last_updated),
}
