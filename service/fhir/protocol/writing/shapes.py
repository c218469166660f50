"""Every shape of rule with the writer of its FHIRPath; here are all, any and not."""

from collections.abc import Iterator
from typing import Any, Final

from service.fhir.protocol.writing.event_shapes import EVENT_SHAPES
from service.fhir.protocol.writing.expressions import Expressions, Shape
from service.fhir.protocol.writing.names import Json
from service.fhir.protocol.writing.value_shapes import VALUE_SHAPES


def _joined(word: str) -> Shape:
    def write(said: Expressions, rule: Json, row: Json) -> str:
        return f" {word} ".join(f"({said.of(one, row)})" for one in rule["rules"])

    return write


def _not(said: Expressions, rule: Json, row: Json) -> str:
    """What is not in use must be known: no data about medicines is no absence."""
    inner = said.of(rule["rule"], row)
    if "atc" not in _names_in(rule["rule"]):
        return f"({inner}).not()"
    return f"{said.inputs.all_uses()}.exists() and ({inner}).not()"


def _names_in(value: Any) -> Iterator[str]:
    """The names of all parts of a rule, at any depth."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _names_in(one)


SHAPES: Final[dict[str, Shape]] = {
    "all": _joined("and"),
    "any": _joined("or"),
    "not": _not,
    **VALUE_SHAPES,
    **EVENT_SHAPES,
}
