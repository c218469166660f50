"""Statements of searches, made once a shape: to build one costs more than the database's own work.

The shape of a query is the query with its codes, ids, dates and place taken out. What is built for
a shape is kept with the names under which those values are bound; a shape whose values do not all
come through as they are is built anew each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Dialect, Select

from service.domain.search import (
    Criterion,
    DateValue,
    Query,
    ReferenceValue,
    SearchKind,
    TokenValue,
    Value,
)
from service.storage.compiled import Compiled

_KINDS: Final = frozenset(
    {
        SearchKind.TOKEN,
        SearchKind.REFERENCE,
        SearchKind.DATE,
        SearchKind.ID,
        SearchKind.LAST_UPDATED,
    }
)
_BY_LOW: Final = frozenset({"lt", "eb"})
_BY_HIGH: Final = frozenset({"gt", "sa"})
REMEMBERED: Final = 500
_MARK: Final = "\ue000"  # for private use: stands in no value
_FIRST_NUMBER: Final = 4 * 10**18  # later than any instant


class _Text(str):
    """The place of a text in a shape."""

    __slots__ = ()


class _Number(int):
    """The place of a number in a shape."""

    __slots__ = ()


class Prepared(NamedTuple):
    """A statement, as the driver takes it too, and which value of the query each parameter takes."""

    statement: Select[Any]
    compiled: Compiled
    takes: Mapping[str, int]

    def values(self, taken: Sequence[Any]) -> dict[str, Any]:
        """The parameters of the statement, of the values that were taken out of a query."""
        return {name: taken[number] for name, number in self.takes.items()}


class Shape(NamedTuple):
    """A query without its values, and these in the order in which they were taken out."""

    query: Query
    values: tuple[Any, ...]


def shape_of(query: Query) -> Shape | None:
    """The shape of a query; None where it asks for what has none."""
    asked = [one for one in query.criteria if isinstance(one, Criterion)]
    plain = all(one.kind in _KINDS and one.alternative is None for one in asked)
    if query.parts or not plain or len(asked) < len(query.criteria):
        return None
    if any(not _can_be_opened(value) for one in asked for value in one.values):
        return None
    taken: list[Any] = []
    criteria = [
        replace(one, values=tuple(_opened(value, taken) for value in one.values)) for one in asked
    ]
    after = None if query.after is None else tuple(_slot(one, taken) for one in query.after)
    shape = replace(query, criteria=tuple(criteria), after=after, includes=(), includable=None)
    return Shape(replace(shape, as_of=None), tuple(taken))


def _can_be_opened(value: Value) -> bool:
    if isinstance(value, TokenValue):
        return not value.begins
    return isinstance(value, ReferenceValue | DateValue | str)


def _opened(value: Value, taken: list[Any]) -> Value:
    """A value with its parts taken out; what says how it is compared stays."""
    if isinstance(value, TokenValue):
        return value._replace(system=_slot(value.system, taken), code=_slot(value.code, taken))
    if isinstance(value, ReferenceValue):
        return value._replace(id=_slot(value.id, taken))
    if isinstance(value, DateValue):
        low = 0 if value.prefix in _BY_HIGH else _slot(value.low, taken)
        high = 0 if value.prefix in _BY_LOW else _slot(value.high, taken)
        return value._replace(low=low, high=high)
    opened: Value = _slot(value, taken)
    return opened


def _slot(value: Any, taken: list[Any]) -> Any:
    """The place of a value; an empty one stays, for it may say something by being empty."""
    if isinstance(value, str) and value:
        taken.append(value)
        return _Text(f"{_MARK}{len(taken)}")
    if isinstance(value, int):
        taken.append(value)
        return _Number(_FIRST_NUMBER + len(taken))
    return value


def takes_of(statement: Select[Any], dialect: Dialect, count: int) -> Mapping[str, int] | None:
    """Which value each parameter of a shape's statement takes; None where one is not as it was."""
    takes: dict[str, int] = {}
    for name, bind in statement.compile(dialect=dialect).binds.items():
        value = bind.value
        if isinstance(value, _Text):
            takes[name] = int(value.removeprefix(_MARK)) - 1
        elif isinstance(value, _Number):
            takes[name] = int(value) - _FIRST_NUMBER - 1
        elif _is_derived(value):
            return None
    return takes if set(takes.values()) == set(range(count)) else None


def _is_derived(value: Any) -> bool:
    """Whether a parameter was made of the place of a value."""
    if isinstance(value, list | tuple):
        return any(map(_is_derived, value)) or any(
            isinstance(one, _Text | _Number) for one in value
        )
    if isinstance(value, str):
        return _MARK in value
    return isinstance(value, int | float) and abs(value) > _FIRST_NUMBER // 2
