"""Whether a column holds one of many values that are given as one: the statement stays the same.

With a value each, a statement would be written, and planned by PostgreSQL, anew for every number of them.
"""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine
from typing_extensions import override


def any_of(column: ColumnElement[Any], name: str) -> "AnyOf":
    """Whether a column of keys or texts holds one of those given under a name."""
    is_text = isinstance(column.type, Text)
    return AnyOf(column, bindparam(name, type_=_Listed(Text() if is_text else BigInteger())))


class _Listed(TypeDecorator[Collection[Any]]):
    """Many keys or texts as one value."""

    impl = Text
    cache_ok = True

    def __init__(self, each: TypeEngine[Any]) -> None:
        super().__init__()
        self.each = each

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        is_array = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(self.each) if is_array else Text())

    @override
    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        listed = list(value or ())
        return orjson.dumps(listed).decode() if dialect.name == "sqlite" else listed


class AnyOf(FunctionElement[Any]):
    """The condition that `any_of` makes.

    Without a type: SQLite would get `= 1` behind a Boolean, and then sees no index.
    """

    inherit_cache = True


@compiles(AnyOf)
def _in_an_array(element: AnyOf, compiler: SQLCompiler, **more: Any) -> str:
    key, keys = (compiler.process(one, **more) for one in element.clauses)
    return f"{key} = ANY ({keys})"


@compiles(AnyOf, "sqlite")
def _in_a_list(element: AnyOf, compiler: SQLCompiler, **more: Any) -> str:
    key, keys = (compiler.process(one, **more) for one in element.clauses)
    return f"{key} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 - no value of anybody
