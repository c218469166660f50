"""Statements over the driver itself, compiled once; those of one transaction in one round trip.

What is saved is the work around a statement, which costs more than most statements themselves.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ClauseElement, Connection, Dialect, Float, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_Turn: TypeAlias = Callable[[Any], Any]
_DIALECTS: Final[Mapping[str, Dialect]] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    # SQLAlchemy leaves this constructor without types.
    "postgresql": PGDialect_psycopg(),  # type: ignore[no-untyped-call]
}


class _Written:
    """A statement as the driver takes it, with what turns values into the driver's.

    `is_whole` unless its text is written only when its values are known, as that of `IN` is.
    """

    def __init__(
        self, statement: ClauseElement, dialect: Dialect, columns: Sequence[str] | None = None
    ) -> None:
        given = None if columns is None else list(columns)
        compiled: Any = statement.compile(dialect=dialect, column_keys=given)
        self.text = str(compiled)
        self.is_whole = not compiled.post_compile_params
        self._order: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._literals = dict(compiled.params)
        turns = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in compiled.bind_names.items()
        }
        self._turns: dict[str, _Turn] = {name: turn for name, turn in turns.items() if turn}

    def values(self, given: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        values = self._literals | {name: given[name] for name in given if name in self._literals}
        for name, turn in self._turns.items():
            values[name] = turn(values[name])
        return [values[name] for name in self._order] if self._order else values


class Compiled(_Written):
    """A statement that asks, with what turns the driver's values into ours."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._back: list[tuple[int, _Turn]] = [
            (place, turn)
            for place, column in enumerate(statement.selected_columns)
            # Both drivers give numbers as they are.
            if not isinstance(column.type, Float)
            and (turn := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def first(self, connection: Any, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row."""
        row = self.asked(connection, given).fetchone()
        return None if row is None else next(iter(self.told([row])))

    def all(self, connection: Any, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows."""
        return list(self.told(self.asked(connection, given).fetchall()))

    def asked(self, connection: Any, given: Mapping[str, Any]) -> Any:
        """The driver's cursor over the rows."""
        return connection.execute(self.text, self.values(given))

    def told(self, rows: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """The rows with our values; by columns, for that takes half the time."""
        if not (rows and self._back):
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, turn in self._back:
            columns[place] = map(turn, columns[place])
        return zip(*columns, strict=True)


def read_together(
    connection: Connection, statements: Sequence[Select[Any]], given: Mapping[str, Any]
) -> list[list[Any]]:
    """The rows of each of some statements that take the same values; columns by their names.

    The statements are of few: each is kept. They must be whole (`Compiled`).
    """
    driver: Any = connection.connection.driver_connection
    known = [_known(one, connection.dialect.name) for one in statements]
    if connection.dialect.name == "sqlite" or len(known) == 1:
        found = [compiled.asked(driver, given).fetchall() for compiled, _ in known]
    else:
        with driver.pipeline():
            cursors = [compiled.asked(driver, given) for compiled, _ in known]
        found = [cursor.fetchall() for cursor in cursors]
    return [
        list(map(named, compiled.told(rows)))
        for (compiled, named), rows in zip(known, found, strict=True)
    ]


def carry_out(
    connection: Connection, statement: ClauseElement, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Carry out a statement that changes something, once for each of some rows that give the same values.

    The statements are of few: each is kept.
    """
    if not rows:
        return
    driver: Any = connection.connection.driver_connection
    written = _changing(statement, tuple(rows[0]), connection.dialect.name)
    if len(rows) == 1:
        driver.execute(written.text, written.values(rows[0]))
    else:
        driver.cursor().executemany(written.text, list(map(written.values, rows)))


@cache
def _changing(statement: ClauseElement, columns: tuple[str, ...], backend: str) -> _Written:
    return _Written(statement, _DIALECTS[backend], columns)


@cache
def _known(statement: Select[Any], backend: str) -> tuple[Compiled, Callable[[Any], Any]]:
    named: Any = namedtuple  # its columns are known only here
    row = named("Row", statement.selected_columns.keys())
    return Compiled(statement, _DIALECTS[backend]), row._make
