"""How the database would carry a search out: the statement, and the steps of its plan.

Neither holds anything that was found or sought: values stand in the statement as placeholders, and
are taken out of the steps, where PostgreSQL repeats them.
"""

import re
from typing import Any, Final

from sqlalchemy import ClauseElement, Connection, Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from service.domain.access import Viewer
from service.domain.search import Query
from service.storage.search.page import chosen

_VALUE: Final = re.compile(r"'(?:[^']|'')*'")
_SPACE: Final = re.compile(r"\s+")


def explain(connection: Connection, query: Query, viewer: Viewer) -> tuple[str, ...]:
    """The statement of a page of the search, then the steps of its plan, one a line."""
    statement, values = chosen(connection, query, viewer)
    written = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    steps = connection.execute(_Explained(statement), values).all()
    told = (_VALUE.sub("?", str(step[-1])).rstrip() for step in steps)
    return (_SPACE.sub(" ", str(written)), *told)


class _Explained(Executable, ClauseElement):
    """A statement that is explained rather than carried out."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _on_postgresql(element: _Explained, compiler: SQLCompiler, **more: Any) -> str:
    return f"EXPLAIN {compiler.process(element.statement, **more)}"


@compiles(_Explained, "sqlite")
def _on_sqlite(element: _Explained, compiler: SQLCompiler, **more: Any) -> str:
    return f"EXPLAIN QUERY PLAN {compiler.process(element.statement, **more)}"
