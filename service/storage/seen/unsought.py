"""Columns that only tell rows apart, and by which no index is to be sought.

SQLite without statistics takes the index of which most columns are compared, though it then sorts
all of a unit; a column with a plus before it is no index's. PostgreSQL knows how many rows there
are, and gets the column as it is.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Unsought:
    """The columns of rows, some of them such that no index is sought by them."""

    def __init__(self, columns: Any, *names: str) -> None:
        self._columns = columns
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __getitem__(self, name: str) -> Any:
        column = self._columns[name]
        return _Unsought(column) if name in self._names else column


class _Unsought(FunctionElement[Any]):
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(_Unsought)
def _as_it_is(element: _Unsought, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(element.clauses.clauses[0], **more)


@compiles(_Unsought, "sqlite")
def _with_a_plus(element: _Unsought, compiler: SQLCompiler, **more: Any) -> str:
    return f"+{_as_it_is(element, compiler, **more)}"
