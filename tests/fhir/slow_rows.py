"""Search rows the slow way: each parameter's expression by a FHIRPath engine, each value by itself.

Written to be obviously right rather than fast; the tests hold the fast rows against it.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from fhirpathpy import compile as compile_expression
from fhirpathpy.models import models

from service.fhir.definitions import Parameter
from service.fhir.search.text import folded, system_of
from service.fhir.timing import range_of, range_of_period, range_of_timing

Row = tuple[str, ...]

_RESOLVED = re.compile(r"\.where\(resolve\(\) is (\w+)\)")
_UCUM = "http://unitsofmeasure.org"


@cache
def engine(expression: str) -> Callable[[Any, Any], list[Any]]:
    compiled: Callable[[Any, Any], list[Any]] = compile_expression(expression, models["r4"])
    return compiled


def slow_rows(parameter: Parameter, resource: dict[str, Any]) -> set[Row]:
    """What a parameter finds in a resource, without the numbers of parts."""
    expression = _RESOLVED.sub("", parameter.expression)
    expression = re.sub(r"\bResource\.", f"{resource['resourceType']}.", expression)
    # The engine allows `as` for one value only; the standard means each value of that type.
    expression = re.sub(r" as (\w+)|\.as\((\w+)\)", r".ofType(\1\2)", expression)
    expression = re.sub(r"hasExtension\(('[^']*')\)", r"extension(\1).exists()", expression)
    if parameter.code == "activity-date":  # `scheduledString` may look like a date and is none
        expression = f"({expression}).where(($this is string).not())"
    values = engine(expression)(resource, {})
    rows = {row for value in values for row in READ[parameter.kind](_inside(value))}
    if wanted := _RESOLVED.search(parameter.expression):
        return {row for row in rows if row[0] == wanted[1]}
    if parameter.code in {"composition", "message"}:
        return {row for row in rows if row[0] in parameter.targets}
    return rows


def _inside(value: Any) -> Any:
    """Of an extension, its value."""
    if isinstance(value, dict) and "url" in value and "resourceType" not in value:
        return next((inner for key, inner in value.items() if key.startswith("value")), None)
    return value


def _tokens(value: Any) -> Iterator[Row]:
    if isinstance(value, bool):
        yield "", str(value).lower()
    elif isinstance(value, str):
        yield "", value
    elif isinstance(value, dict) and "coding" in value:
        for coding in value["coding"]:
            yield from _tokens(coding)
    elif isinstance(value, dict) and ("code" in value or "value" in value):
        is_contact = "rank" in value or value.get("system") in {"phone", "email", "fax", "url"}
        system = "" if is_contact else system_of(value.get("system", ""))
        yield system, str(value.get("code", value.get("value")))


def _dates(value: Any) -> Iterator[Row]:
    read = None
    if isinstance(value, str):
        read = range_of(value)
    elif isinstance(value, dict) and {"start", "end"} & set(value):
        read = range_of_period(value)
    elif isinstance(value, dict) and {"repeat", "event"} & set(value):
        read = range_of_timing(value)
    if read is not None:
        yield str(read.low), str(read.high)


def _references(value: Any) -> Iterator[Row]:
    """Of our own resources; canonical addresses and other servers' are uris."""
    pointer = value.get("reference", "") if isinstance(value, dict) else ""
    match = re.fullmatch(r"([A-Z]\w+)/([\w.\-]+)(/_history/.*)?", pointer)
    if match:
        yield match[1], match[2]
    if isinstance(value, dict) and "resourceType" in value and "id" in value:
        yield value["resourceType"], value["id"]


def _strings(value: Any) -> Iterator[Row]:
    parts = ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state")
    if isinstance(value, str):
        yield (folded(value),)
    elif isinstance(value, dict) and "coding" not in value:
        for part in (*parts, "postalCode", "country"):
            found = value.get(part, [])
            for text in found if isinstance(found, list) else [found]:
                yield (folded(text),)


def _uris(value: Any) -> Iterator[Row]:
    """Without the version of a canonical, which only its type would tell."""
    if isinstance(value, str):
        yield (value.partition("|")[0][:255],)


def _quantities(value: Any) -> Iterator[Row]:
    if isinstance(value, int | float | Decimal):
        yield str(float(value)), ""
    elif isinstance(value, dict) and "value" in value:
        code, unit, system = value.get("code"), value.get("unit"), value.get("system", "")
        coded = code if system == _UCUM else f"{system}|{code}"
        units = {coded} if code else set()
        units |= {f"|{unit}"} if unit and unit != code else set()
        for name in units or {""}:
            yield str(float(value["value"])), str(name)
    elif isinstance(value, dict) and {"low", "high"} & set(value):
        (found,) = _quantities(value.get("low") or value["high"])
        yield found


READ: dict[str, Callable[[Any], Iterator[Row]]] = {
    "token": _tokens,
    "date": _dates,
    "reference": _references,
    "string": _strings,
    "uri": _uris,
    "quantity": _quantities,
    "number": _quantities,
}
