"""The reads that machines ask for most, over the driver itself: one statement, compiled once.

The statement is the same as everywhere, with the viewer's condition in it; what is saved is the
work around it, which costs more than the database's own (measured: `benchmarks/read.py`, `benchmarks/search.py`).
"""

from collections.abc import Callable, Mapping
from threading import Lock, local
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import Dialect, Engine, Select

from service.storage.compiled import Compiled

T = TypeVar("T")

_LOST: Final = (psycopg.OperationalError, psycopg.InterfaceError)


class QuickReads:
    """Reads of one process; each thread keeps a connection of the engine that only reads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._compiled: dict[Select[Any], Compiled] = {}
        self._thread = local()
        self._opened: list[Any] = []
        self._lock = Lock()

    def first(self, statement: Select[Any], given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row; the statement is one of few."""
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = Compiled(statement, self.dialect)
        return self._asked(compiled.first, given)

    def all(self, compiled: Compiled, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._asked(compiled.all, given)

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        return self._engine.dialect

    def close(self) -> None:
        """Let the connections of all threads go."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def _asked(self, read: Callable[[Any, Mapping[str, Any]], T], given: Mapping[str, Any]) -> T:
        """What a reading gives; a connection that was lost is opened again."""
        try:
            return read(self._connection(), given)
        except _LOST:
            self._thread.connection = None
            return read(self._connection(), given)

    def _connection(self) -> Any:
        found = getattr(self._thread, "connection", None)
        if found is None:
            pooled = self._engine.raw_connection()
            found = self._thread.connection = pooled.driver_connection
            pooled.detach()
            with self._lock:
                self._opened.append(found)
        return found
