"""Values of elements as search index rows: which rows a value of a type gives a parameter of a kind.

Source: R4 search.html, sections token, reference, date, string, uri, quantity (what each kind of
parameter matches in each datatype).
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, TypeAlias

from service.domain.record import SearchRows
from service.fhir.references import own_target
from service.fhir.search.text import clipped, folded, system_of
from service.fhir.timing import Range, range_of, range_of_period, range_of_timing
from service.fhir.ucum import Canonical, canonical

Write: TypeAlias = Callable[[SearchRows, int, Any, int], None]

UCUM: Final = "http://unitsofmeasure.org"
LOWEST: Final = -1e308
HIGHEST: Final = 1e308

# What a token says in words too (`:text`): in rows of strings, which no `:exact` asks for.
WITH_TEXT: Final = frozenset({"CodeableConcept", "Coding", "Identifier"})
_NOTHING: Final[dict[str, Any]] = {}
_NAME_PARTS: Final = ("text", "family", "given", "prefix", "suffix")
_ADDRESS_PARTS: Final = ("text", "line", "city", "district", "state", "postalCode", "country")


def _coding(rows: SearchRows, number: int, coding: Any, part: int) -> None:
    code, system = coding.get("code"), coding.get("system")
    if code is not None or system is not None:
        row = (number, system_of(system or ""), clipped(code or ""), part)
        rows.tokens.append(row)
    if (display := coding.get("display")) is not None:
        rows.strings.append((number, folded(display), "", part))


def _concept(rows: SearchRows, number: int, concept: Any, part: int) -> None:
    for coding in concept.get("coding", ()):
        _coding(rows, number, coding, part)
    if (text := concept.get("text")) is not None:
        rows.strings.append((number, folded(text), "", part))


def _identifier(rows: SearchRows, number: int, identifier: Any, part: int) -> None:
    value = identifier.get("value")
    if value is not None:
        system = system_of(identifier.get("system") or "")
        rows.tokens.append((number, system, clipped(value), part))
    if (text := identifier.get("type", _NOTHING).get("text")) is not None:
        rows.strings.append((number, folded(text), "", part))


def _contact(rows: SearchRows, number: int, contact: Any, part: int) -> None:
    if (value := contact.get("value")) is not None:
        rows.tokens.append((number, "", clipped(value), part))


def _plain_token(rows: SearchRows, number: int, value: Any, part: int) -> None:
    rows.tokens.append((number, "", clipped(value), part))


def _truth(rows: SearchRows, number: int, value: Any, part: int) -> None:
    rows.tokens.append((number, "", "true" if value else "false", part))


def _dated(
    range_of_value: Callable[[Any], Range | None],
    rows: SearchRows,
    number: int,
    value: Any,
    part: int,
) -> None:
    if (read := range_of_value(value)) is not None:
        rows.dates.append((number, read.low, read.high, part))


def _text(rows: SearchRows, number: int, value: Any, part: int) -> None:
    rows.strings.append((number, folded(value), clipped(value), part))


def _texts(members: tuple[str, ...], rows: SearchRows, number: int, value: Any, part: int) -> None:
    for name in members:
        found = value.get(name)
        for text in found if isinstance(found, list) else (found,):
            if text is not None:
                _text(rows, number, text, part)


def _address(rows: SearchRows, number: int, value: Any, part: int) -> None:
    rows.uris.append((number, clipped(value), part))


def _canonical(rows: SearchRows, number: int, value: Any, part: int) -> None:
    """A canonical is found with its version and without; a contained resource is not found."""
    if value.startswith("#"):
        return
    _address(rows, number, value, part)
    url, _, version = value.partition("|")
    if version:
        _address(rows, number, url, part)


def _reference(base_url: str, rows: SearchRows, number: int, value: Any, part: int) -> None:
    """A resource of ours by type and id, another server's by its address, any by its identifier.

    What cannot be sought, a contained resource or a name alone, is there still: it is not `:missing`.
    """
    pointer, identifier = value.get("reference"), value.get("identifier")
    is_sought = pointer is not None and not pointer.startswith(("#", "urn:"))
    if not is_sought and identifier is None:
        rows.strings.append((number, folded(value.get("display") or ""), "", part))
    if is_sought:
        target = own_target(pointer, base_url)
        if target is not None:
            rows.references.append((number, target.type, target.id, part))
        else:
            _address(rows, number, pointer, part)
    if identifier is not None:
        _identifier(rows, number, identifier, part)


def _inner_resource(rows: SearchRows, number: int, value: Any, part: int) -> None:
    if (identity := value.get("id")) is not None:
        rows.references.append((number, value["resourceType"], identity, part))


def _quantity(rows: SearchRows, number: int, quantity: Any, part: int) -> None:
    value = quantity.get("value")
    if value is not None:
        low, high = _compared(float(value), quantity.get("comparator", ""))
        _measured(rows, number, float(value), (low, high), quantity, part)


def _measured(
    rows: SearchRows,
    number: int,
    value: float,
    bounds: tuple[float, float],
    quantity: dict[str, Any],
    part: int,
) -> None:
    """Rows of a value by each way in which its unit may be asked for."""
    for unit, converted in _units(quantity):
        name, turned = (converted.unit, _turned(bounds, converted)) if converted else ("", bounds)
        rows.quantities.append((number, value, unit, *bounds, part, name, *turned))


def _turned(bounds: tuple[float, float], converted: Canonical) -> tuple[float, float]:
    low, high = bounds
    if low == high:
        return (both := converted.of(low)), both
    return (
        low if low == LOWEST else converted.of(low),
        high if high == HIGHEST else converted.of(high),
    )


def _compared(value: float, comparator: str) -> tuple[float, float]:
    """The bounds of what was measured: `<5` may be anything below five."""
    if comparator.startswith("<"):
        return LOWEST, value
    return (value, HIGHEST) if comparator.startswith(">") else (value, value)


def _units(quantity: dict[str, Any]) -> Iterator[tuple[str, Canonical | None]]:
    """How a unit stands in rows: a UCUM code as it is, another system's with it, a text after `|`."""
    code, text = quantity.get("code"), quantity.get("unit")
    is_ucum = quantity.get("system") == UCUM
    if code is not None:
        unit = coded_unit(quantity.get("system", ""), code)
        yield unit, canonical(code) if is_ucum else None
    if text is not None and not (is_ucum and text == code):
        yield clipped(f"|{text}"), None
    if code is not None and not is_ucum and code != text:
        yield clipped(f"|{code}"), None
    if code is None and text is None:
        yield "", None


def coded_unit(system: str, code: str) -> str:
    """A coded unit as it stands in rows."""
    return clipped(code if system == UCUM else f"{system}|{code}")


def _range(rows: SearchRows, number: int, value: Any, part: int) -> None:
    low, high = value.get("low", {}), value.get("high", {})
    lowest, highest = low.get("value"), high.get("value")
    if lowest is None and highest is None:
        return
    middle = float(lowest if lowest is not None else highest)
    bounds = (
        LOWEST if lowest is None else float(lowest),
        HIGHEST if highest is None else float(highest),
    )
    _measured(rows, number, middle, bounds, low or high, part)


def _number(rows: SearchRows, number: int, value: Any, part: int) -> None:
    alone = float(value)
    rows.quantities.append((number, alone, "", alone, alone, part, "", alone, alone))


_TOKENS: Final[dict[str, Write]] = {
    "CodeableConcept": _concept,
    "Coding": _coding,
    "ContactPoint": _contact,
    "Identifier": _identifier,
    "boolean": _truth,
    **dict.fromkeys(
        ("canonical", "code", "id", "oid", "string", "uri", "url", "uuid"), _plain_token
    ),
}
_DATES: Final[dict[str, Write]] = {
    "Period": partial(_dated, range_of_period),
    "Timing": partial(_dated, range_of_timing),
    **dict.fromkeys(("date", "dateTime", "instant"), partial(_dated, range_of)),
}
_STRINGS: Final[dict[str, Write]] = {
    "Address": partial(_texts, _ADDRESS_PARTS),
    "HumanName": partial(_texts, _NAME_PARTS),
    **dict.fromkeys(("code", "markdown", "string"), _text),
}
_URIS: Final[dict[str, Write]] = {
    "canonical": _canonical,
    **dict.fromkeys(("oid", "uri", "url", "uuid"), _address),
}
_QUANTITIES: Final[dict[str, Write]] = {
    "Range": _range,
    **dict.fromkeys(("Age", "Count", "Distance", "Duration", "Quantity"), _quantity),
    **dict.fromkeys(("MoneyQuantity", "SimpleQuantity"), _quantity),
    **dict.fromkeys(("decimal", "integer", "positiveInt", "unsignedInt"), _number),
}


def writer_for(kind: str, type_name: str, base_url: str) -> Write | None:
    """What writes the rows of a value of a type for a kind of parameter; None where none are due."""
    if kind == "reference":
        references: dict[str, Write] = {
            "Reference": partial(_reference, base_url),
            "Resource": _inner_resource,
            **_URIS,
        }
        return references.get(type_name)
    writers = {
        "token": _TOKENS,
        "date": _DATES,
        "string": _STRINGS,
        "uri": _URIS,
        "quantity": _QUANTITIES,
        "number": _QUANTITIES,
    }
    return writers.get(kind, {}).get(type_name)
