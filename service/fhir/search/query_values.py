"""One value of a search parameter as a query writes it, by the kind of the parameter.

Source: R4 search.html, prefixes, escaping and the sections of each kind. A ValueError says in words
what is wrong with a value; the values themselves stand in no message.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from service.domain.search import (
    DateValue,
    QuantityValue,
    ReferenceValue,
    SearchKind,
    StringValue,
    TokenValue,
    Value,
)
from service.fhir.primitives import ID_PATTERN
from service.fhir.references import own_target, target_of
from service.fhir.search.registry import SearchParameter
from service.fhir.search.text import clipped, folded, system_of
from service.fhir.search.values import UCUM, coded_unit
from service.fhir.timing import Range, microseconds_of, range_of
from service.fhir.ucum import Canonical, canonical

_PREFIXED: Final = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)", re.DOTALL)
_SPACE_FOR_PLUS: Final = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:\d\d)$")
_ID: Final = re.compile(ID_PATTERN)
_APPROXIMATE: Final = 10  # `ap` widens by a tenth
_ESCAPE: Final = re.compile(r"\\([\\,|$])")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^/\s]+)(/\S*)?")
_MOST_PARTS: Final = 3
_NUMBER: Final = re.compile(
    r"-?[0-9]{1,30}(?:\.(?P<fraction>[0-9]{1,30}))?(?:[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)


def split_unescaped(text: str, sign: str, most: int = -1) -> list[str]:
    """The parts of a text between signs that no backslash escapes, still escaped themselves."""
    if sign not in text:
        return [text]
    parts, escaped = [""], False
    for letter in text:
        if letter == sign and not escaped and len(parts) != most:
            parts.append("")
        else:
            parts[-1] += letter
        escaped = letter == "\\" and not escaped
    return parts


def unescaped(text: str) -> str:
    r"""A text with `\,`, `\|`, `\$` and `\\` as the signs they stand for."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def token_value(text: str, parameter: SearchParameter) -> TokenValue:
    """`code`, `system|code`, `|code` or `system|`.

    A plain code's own system may be named, but stands in no row: `gender=...|male` is `male`.
    """
    parts = [unescaped(part) for part in split_unescaped(text, "|", most=2)]
    if len(parts) == 1:
        return TokenValue(None, clipped(parts[0]))
    system, code = system_of(parts[0]), clipped(parts[1])
    if not (system or code):
        raise ValueError("neither a system nor a code stands beside the `|`")
    if system in parameter.systems:
        system = ""
    return TokenValue(system, code or None)


def string_value(text: str, match: str) -> StringValue:
    """A text to begin with or to be within, folded; or to be exactly."""
    plain = unescaped(text)
    return StringValue(clipped(plain) if match == "exact" else folded(plain), match)


def reference_value(
    text: str, parameter: SearchParameter, *, base_url: str, target: str
) -> ReferenceValue | str:
    """A resource of ours by id or by type and id; another server's, or a canonical, by its address.

    `target` is the type that a modifier names. A type that the parameter never points at finds
    nothing, and so does an id that no resource can have.
    """
    plain = unescaped(text)
    if parameter.is_canonical:
        return clipped(plain)
    if (own := own_target(plain, base_url)) is not None:
        fits = not target or own.type == target
        return ReferenceValue(own.type if fits else "", own.id)
    if target_of(plain) is not None or ":" in plain:
        return clipped(plain)
    if not _ID.fullmatch(plain):
        raise ValueError("not an id, `Type/id` or an absolute address")
    only = parameter.targets[0] if len(parameter.targets) == 1 else None
    return ReferenceValue(target or parameter.target or only, plain)


def above(text: str) -> tuple[str, ...]:
    """An address and all that its path goes on from: `http://a/b/c`, `http://a/b`, `http://a`."""
    scheme, host, path = _address(text)
    parts = [part for part in path.split("/") if part]
    paths = ("/".join((host, *parts[:length])) for length in range(len(parts), -1, -1))
    found = dict.fromkeys(clipped(f"{scheme}://{one}{end}") for one in paths for end in ("", "/"))
    return tuple(found)


def below(text: str) -> str:
    """An address that others go on from."""
    _address(text)
    return clipped(unescaped(text))


def _address(text: str) -> tuple[str, str, str]:
    match = _URL.fullmatch(unescaped(text))
    if match is None:
        raise ValueError("`:above` and `:below` ask of an address with a path: `scheme://...`")
    return match[1], match[2], match[3] or ""


def date_value(text: str, at: datetime) -> DateValue:
    """A comparison with a date of any precision; `ap` reaches a tenth of the way to `at`."""
    prefix, written = _prefixed(unescaped(text))
    read = range_of(_SPACE_FOR_PLUS.sub(r"\1+\2", written))
    if read is None:
        raise ValueError(
            "not a date: YYYY, YYYY-MM, YYYY-MM-DD or with a time YYYY-MM-DDThh:mm[:ss][zone]"
        )
    if prefix == "ap":
        read = _widened(read, abs(microseconds_of(at) - read.low) // _APPROXIMATE)
    return DateValue(prefix, read.low, read.high)


def quantity_values(text: str, parameter: SearchParameter) -> tuple[QuantityValue, ...]:
    """A comparison with a number and, of a quantity, its unit; a bare unit may be code or text."""
    parts = [unescaped(part) for part in split_unescaped(text, "|", most=_MOST_PARTS)]
    prefix, written = _prefixed(parts[0])
    value, half = _number(written)
    if prefix == "ap":
        half = max(half, abs(value) / _APPROXIMATE)
    numbers = (float(value), float(value - half), float(value + half))
    return tuple(_compared(prefix, numbers, *unit) for unit in _units(parts, parameter))


def _compared(
    prefix: str, numbers: tuple[float, float, float], unit: str | None, converted: Canonical | None
) -> QuantityValue:
    if converted is None:
        return QuantityValue(prefix, *numbers, unit)
    value, low, high = map(converted.of, numbers)
    return QuantityValue(prefix, value, low, high, converted.unit, canonical=True)


_Unit: TypeAlias = tuple[str | None, Canonical | None]


def _units(parts: list[str], parameter: SearchParameter) -> tuple[_Unit, ...]:
    """The units that may be meant, each with what it is turned to; a code of UCUM in any multiple."""
    if len(parts) == 1:
        return ((None, None),)
    if parameter.is_number or len(parts) != _MOST_PARTS:
        raise ValueError("a number, or for a quantity also `number|system|code`")
    system, code = parts[1], parts[2]
    if system and code:
        return ((coded_unit(system, code), canonical(code) if system == UCUM else None),)
    if not code:
        raise ValueError("a unit has a code: `number|system|code` or `number||code`")
    return ((clipped(code), canonical(code)), (clipped(f"|{code}"), None))


def _number(text: str) -> tuple[Decimal, Decimal]:
    """A number and half of its last written digit: 5.4 is anything from 5.35 to 5.45.

    Before a positive exponent the standard counts a digit more: 1e2 is anything from 95 to 105.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("not a number: digits with a full stop, and an exponent of two digits")
    value = Decimal(text)
    written = int(match["exponent"] or 0)
    digits = len(match["fraction"] or "") + (written > 0)
    return value, Decimal(5).scaleb(written - digits - 1)


def _prefixed(text: str) -> tuple[str, str]:
    match = _PREFIXED.fullmatch(text)
    prefix, written = match.groups() if match else (None, text)
    return prefix or "eq", written or ""


def _widened(read: Range, by: int) -> Range:
    return Range(read.low - by, read.high + by)


ValuesOf: TypeAlias = Callable[[str], tuple[Value, ...]]


def plain_values(parameter: SearchParameter, at: datetime) -> Mapping[SearchKind, ValuesOf]:
    """What reads a value without a modifier, by the kind of the parameter; references apart."""
    return {
        SearchKind.TOKEN: lambda text: (token_value(text, parameter),),
        SearchKind.STRING: lambda text: (string_value(text, "begins"),),
        SearchKind.DATE: lambda text: (date_value(text, at),),
        SearchKind.LAST_UPDATED: lambda text: (date_value(text, at),),
        SearchKind.QUANTITY: lambda text: quantity_values(text, parameter),
        SearchKind.URI: lambda text: (clipped(unescaped(text)),),
        SearchKind.ID: lambda text: (unescaped(text),),
    }
