"""The compiled schemas: of all served types together, and of R4's other types when one is first seen.

Source: jsonschema-rs. Together because types share their datatypes: 0.1 s and 30 MiB for the 64 served
ones, where one schema each would take six times that. Patterns run in linear time on any text.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import jsonschema_rs

from service.fhir.definitions import resource_types
from service.fhir.nested import Resource
from service.fhir.primitives import JsonSchema
from service.fhir.schema import schema_of
from service.fhir.types import SERVED_TYPES

_SERVED = frozenset(SERVED_TYPES)


class Compiled(NamedTuple):
    """A schema and what judges by it."""

    schema: JsonSchema
    validator: jsonschema_rs.Draft202012Validator


class _Whole:
    """Our keyword `whole`: an integer is written without a point, unlike JSON Schema's 1.0."""

    def __init__(self, parent: JsonSchema, value: Any, path: list[str | int]) -> None:
        """Take what the library gives each keyword: this one needs none of it."""

    def validate(self, instance: Any) -> None:
        """Raise ValueError for a number with a point or an exponent."""
        if isinstance(instance, float):
            raise ValueError("written with a point or an exponent")  # noqa: TRY004 - the library's


def compiled_for(resource_type: str) -> Compiled:
    """The schema that judges a type."""
    return _served() if resource_type in _SERVED else _others()


def meets_schema(resource: Resource) -> bool:
    """Whether a resource meets the schema of its type."""
    kind = resource["resourceType"]
    return compiled_for(kind).validator.is_valid({kind: resource})


def errors_of(resource: Resource) -> Iterator[jsonschema_rs.ValidationError]:
    """What the schema of its type refuses; the paths begin with the type."""
    kind = resource["resourceType"]
    return compiled_for(kind).validator.iter_errors({kind: resource})


@cache
def _served() -> Compiled:
    return _compiled(_SERVED)


@cache
def _others() -> Compiled:
    return _compiled(resource_types() - _SERVED)


def _compiled(names: frozenset[str]) -> Compiled:
    schema = schema_of(sorted(names))
    validator = jsonschema_rs.Draft202012Validator(
        schema,
        keywords={"whole": _Whole},
        pattern_options=jsonschema_rs.RegexOptions(),
        validate_formats=False,
    )
    return Compiled(schema, validator)
