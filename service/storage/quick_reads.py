"""The reads that machines ask for most, over the driver itself: one statement, compiled once.

The statement is the same as everywhere, with the viewer's condition in it; what is saved is the
work around it, which costs more than the database's own (measured: `benchmarks/read.py`, `benchmarks/search.py`).
"""

from collections.abc import Callable, Mapping
from threading import Lock, local
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from sqlalchemy import Dialect, Engine, Select

T = TypeVar("T")

_Turn: TypeAlias = Callable[[Any], Any]
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

    def all(self, compiled: "Compiled", given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
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


class Compiled:
    """A statement as the driver takes it, with what turns values into the driver's and back.

    `is_whole` unless its text is written only when its values are known, as that of `IN` is.
    """

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self.is_whole = not compiled.post_compile_params
        self._order: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._literals = dict(compiled.params)
        turns = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._turns: dict[str, _Turn] = {name: turn for name, turn in turns.items() if turn}
        self._back: list[tuple[int, _Turn]] = [
            (place, turn)
            for place, column in enumerate(statement.selected_columns)
            if (turn := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def first(self, connection: Any, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row."""
        row = connection.execute(self._text, self._values(given)).fetchone()
        return None if row is None else self._told(row)

    def all(self, connection: Any, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows."""
        return list(map(self._told, connection.execute(self._text, self._values(given)).fetchall()))

    def _told(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        told = list(row)
        for place, turn in self._back:
            told[place] = turn(told[place])
        return tuple(told)

    def _values(self, given: Mapping[str, Any]) -> Any:
        values = self._literals | {name: given[name] for name in given if name in self._literals}
        for name, turn in self._turns.items():
            values[name] = turn(values[name])
        return [values[name] for name in self._order] if self._order else values
