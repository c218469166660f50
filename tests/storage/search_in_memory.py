"""Search as the standard describes it, over readings in a list: the database must agree."""

from collections.abc import Callable, Iterable, Sequence
from functools import cmp_to_key
from typing import Any

from service.domain.record import Reading
from service.domain.search import (
    Asked,
    BelowUri,
    Chain,
    Composite,
    Criterion,
    DateValue,
    Either,
    Query,
    ReverseChain,
    SearchKind,
    SortKey,
)

_ROWS = {
    SearchKind.TOKEN: "tokens",
    SearchKind.DATE: "dates",
    SearchKind.REFERENCE: "references",
    SearchKind.STRING: "strings",
    SearchKind.URI: "uris",
    SearchKind.QUANTITY: "quantities",
}


def search_in_memory(readings: Sequence[Reading], query: Query) -> list[str]:
    """The ids of all matches in order; the readings stand in the order of storing."""
    of_type = (one for one in readings if one.type == query.type)
    found = [one for one in of_type if all(meets(one, each, readings) for each in query.criteria)]
    if query.sort and query.sort[-1].descending:
        found.reverse()
    return [one.id for one in sorted(found, key=cmp_to_key(_by(query.sort)))]


def meets(reading: Reading, asked: Asked, readings: Sequence[Reading] = ()) -> bool:
    """Whether a reading meets what is asked of it, or of others among `readings`."""
    if isinstance(asked, Chain):
        return any(
            _reaches(reading, asked.parameters, *target, readings) for target in asked.targets
        )
    if isinstance(asked, ReverseChain):
        back = (asked.target_type, (Criterion(0, SearchKind.ID, (reading.id,)),))
        sources = [one for one in readings if one.type == asked.source_type]
        return reading.type == asked.target_type and any(
            _reaches(one, asked.parameters, *back, readings)
            and all(meets(one, each, readings) for each in asked.asked)
            for one in sources
        )
    if isinstance(asked, Composite):
        return any(
            all(any(row[-1] == part for row in _holding(reading, each)) for each in asked.parts)
            for part in range(4)
        )
    if isinstance(asked, Either):
        return any(meets(reading, one, readings) for one in asked.alternatives)
    return _meets_itself(reading, asked)


def _reaches(
    reading: Reading,
    parameters: Sequence[int],
    type_: str,
    asked: Sequence[Asked],
    readings: Sequence[Reading],
) -> bool:
    """Whether a reference of a reading is to one of a type that meets all that is asked."""
    named = {(row[1], row[2]) for row in reading.rows.references if row[0] in parameters}
    return any(
        one.type == type_
        and (type_, one.id) in named
        and all(meets(one, each, readings) for each in asked)
        for one in readings
    )


def _holding(reading: Reading, criterion: Criterion) -> list[tuple[Any, ...]]:
    """The rows that hold one of the values."""
    rows = [
        row
        for one in (criterion.parameter, *criterion.also)
        for row in _rows(reading, criterion.kind, one)
    ]
    holds = _HOLDS[criterion.kind]
    return [row for row in rows if any(holds(row, value) for value in criterion.values)]


def _meets_itself(reading: Reading, criterion: Criterion) -> bool:
    if criterion.kind is SearchKind.ID:
        return reading.id in criterion.values
    counting = (criterion.parameter, *criterion.also)
    rows = [row for one in counting for row in _rows(reading, criterion.kind, one)]
    if criterion.missing is not None:
        there = _holding(reading, criterion) if criterion.values else rows
        return (not there) is criterion.missing
    return bool(_holding(reading, criterion)) is not criterion.negated


def _rows(reading: Reading, kind: SearchKind, parameter: int) -> Iterable[tuple[Any, ...]]:
    rows = [row[1:] for row in getattr(reading.rows, _ROWS[kind]) if row[0] == parameter]
    of_reference = kind is SearchKind.REFERENCE
    return [(f"{row[0]}/{row[1]}", *row) for row in rows] if of_reference else rows


def _token(row: Any, value: Any) -> bool:
    if value.begins:
        return bool(row[0] == value.system and row[1].startswith(value.code))
    pairs = zip(row, value[:2], strict=False)
    return all(asked is None or asked == had for had, asked in pairs)


def _reference(row: Any, value: Any) -> bool:
    _, type_, id_, _ = row
    return bool(value.id in {"", id_} and value.type in {None, type_})


def _string(row: Any, value: Any) -> bool:
    folded, exact, _ = row
    if value.match == "exact":
        return bool(exact == value.text)
    return bool(
        value.text in folded if value.match == "contains" else folded.startswith(value.text)
    )


def _uri(uri: str, value: str | BelowUri) -> bool:
    if isinstance(value, str):
        return uri == value
    return uri == value.uri.rstrip("/") or uri.startswith(value.uri.rstrip("/") + "/")


def _date(row: Any, value: DateValue) -> bool:
    low, high, _ = row
    within = value.low <= low and high <= value.high
    after, before = high > value.high, low < value.low
    holds: dict[str, bool] = {
        "eq": within,
        "ne": not within,
        "gt": after,
        "lt": before,
        "ge": after or within,
        "le": before or within,
        "sa": low >= value.high,
        "eb": high <= value.low,
        "ap": low < value.high and high > value.low,
    }
    return holds[value.prefix]


def _quantity(row: Any, value: Any) -> bool:
    _, unit, low, high, _, *converted = row
    if value.canonical:
        unit, low, high = converted
    within = value.low <= low and high < value.high
    compared = {
        "eq": within,
        "ne": not within,
        "gt": high > value.value,
        "lt": low < value.value,
        "ge": high >= value.value,
        "le": low <= value.value,
        "sa": low > value.value,
        "eb": high < value.value,
        "ap": low < value.high and high >= value.low,
    }[value.prefix]
    return bool(compared and value.unit in {None, unit})


_HOLDS: dict[SearchKind, Callable[[Any, Any], bool]] = {
    SearchKind.TOKEN: _token,
    SearchKind.REFERENCE: _reference,
    SearchKind.STRING: _string,
    SearchKind.URI: lambda row, value: _uri(row[0], value),
    SearchKind.DATE: _date,
    SearchKind.QUANTITY: _quantity,
}


def _by(sort: Sequence[SortKey]) -> Callable[[Reading, Reading], int]:
    def compare(one: Reading, other: Reading) -> int:
        compared = (_compare(sort_value(one, key), sort_value(other, key), key) for key in sort)
        return next((result for result in compared if result), 0)

    return compare


def sort_value(reading: Reading, key: SortKey) -> Any:
    """What a reading is sorted by: its first value in the direction of sorting, or None."""
    if key.kind is SearchKind.ID:
        return reading.id
    rows = _rows(reading, key.kind, key.parameter)
    if key.kind is SearchKind.QUANTITY:
        values = [low if unit else value for value, *_, unit, low, _ in rows]
    else:
        place = {SearchKind.TOKEN: 1}.get(key.kind, 0)
        values = [row[place] for row in rows]
    first = max if key.descending else min
    return first(values) if values else None


def _compare(one: Any, other: Any, key: SortKey) -> int:
    if one is None or other is None:
        return (one is None) - (other is None)
    later, earlier = bool(one > other), bool(one < other)
    return (earlier - later) if key.descending else (later - earlier)
