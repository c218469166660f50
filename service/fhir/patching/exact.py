"""JSON as Python values whose numbers are written back as they were read: 1.50 stays 1.50.

Source: R4 datatypes.html#decimal (the precision of a decimal is part of its value).
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson

from service.domain.errors import Malformed


class Number(Decimal):
    """A number with a point or an exponent, by its value, with the digits in which it was written."""

    def __new__(cls, digits: str) -> "Number":
        """The number that some digits write."""
        made = super().__new__(cls, digits)
        made.digits = digits
        return made

    digits: str


def read_exactly(body: bytes) -> Any:
    """The values of a JSON text."""
    try:
        return json.loads(body, parse_float=Number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("the patch is not JSON") from None


def write_exactly(value: Any) -> bytes:
    """The JSON text of values; what a patch left empty is left out, as FHIR has none.

    What stands beside primitives keeps its places: there null takes the place of what is empty.
    """
    return orjson.dumps(_without_empty(value), default=_digits)


def is_written_alike(one: Any, other: Any) -> bool:
    """Whether two values say the same with the same digits, whatever the order of their members."""
    if isinstance(one, dict) and isinstance(other, dict):
        alike = (name in other and is_written_alike(one[name], other[name]) for name in one)
        return len(one) == len(other) and all(alike)
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(is_written_alike(*pair) for pair in pairs)
    return type(one) is type(other) and _written(one) == _written(other)


def _written(value: Any) -> Any:
    return value.digits if isinstance(value, Number) else value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _digits(value: Any) -> orjson.Fragment:
    return orjson.Fragment(value.digits)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(_filled_members(value))
    if isinstance(value, list):
        return _unless_null([inner for inner in map(_without_empty, value) if not _is_empty(inner)])
    return value


def _filled_members(owner: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in owner.items():
        is_beside = name.startswith("_") and isinstance(value, list)
        inner = _in_place(value) if is_beside else _without_empty(value)
        if not _is_empty(inner):
            yield name, inner


def _in_place(beside: list[Any]) -> list[Any]:
    filled = map(_without_empty, beside)
    return _unless_null([None if _is_empty(inner) else inner for inner in filled])


def _unless_null(listed: list[Any]) -> list[Any]:
    return listed if any(item is not None for item in listed) else []


def _is_empty(value: Any) -> bool:
    return value in ({}, [])
