"""The schema's version, and that the migrations make the tables that the program knows."""

import re

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.domain.errors import SchemaMismatch
from service.storage.database import Storage
from service.storage.migration import migrate
from service.storage.schema import MIGRATIONS, check_schema, head
from service.storage.tables import metadata

_SQLITE_SCHEMA = text(
    "SELECT name, sql FROM sqlite_master "
    "WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version' ORDER BY name"
)
_POSTGRESQL_SCHEMA = (
    text(
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default, "
        "collation_name, is_identity FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 3"
    ),
    text(
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    ),
    text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid::regclass::text <> 'alembic_version' AND contype <> 'n' ORDER BY 1, 2"
    ),
    text("SELECT sequencename, increment_by, data_type::text FROM pg_sequences ORDER BY 1"),
)


@pytest.fixture
def unmigrated(databases, backend):
    """A database without a schema."""
    opened = Storage(databases.empty(backend))
    yield opened
    opened.close()


def schema_of(connection: Connection) -> list[tuple[object, ...]]:
    """Everything about the schema that the database can tell."""
    if connection.dialect.name == "postgresql":
        return [tuple(row) for ask in _POSTGRESQL_SCHEMA for row in connection.execute(ask)]
    return [(row.name, _plain(row.sql)) for row in connection.execute(_SQLITE_SCHEMA)]


def _plain(statement: str) -> str:
    return re.sub(r"\s+", " ", statement)


def test_migrations_make_the_tables_that_the_program_knows(storage, unmigrated):
    with unmigrated.engine.begin() as connection:
        metadata.create_all(connection)
        known = schema_of(connection)

    with storage.engine.connect() as connection:
        migrated = schema_of(connection)

    assert migrated == known


def test_there_is_one_newest_migration_and_its_file_bears_its_number():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)

    assert scripts.get_heads() == [head()]
    assert {script.revision for script in scripts.walk_revisions()} == {
        path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py")
    }


def test_migrating_tells_each_step_and_a_second_time_does_nothing(unmigrated):
    told: list[str] = []

    migrate(unmigrated.engine, told.append)
    again: list[str] = []
    migrate(unmigrated.engine, again.append)

    assert told[0] == "0001 The record: people, resources, versions, search index."
    assert told[-1].startswith(head())
    assert again == []
    check_schema(unmigrated.engine)


def test_a_database_without_schema_is_refused_in_one_line(unmigrated):
    with pytest.raises(SchemaMismatch) as refusal:
        check_schema(unmigrated.engine)

    assert str(refusal.value) == (
        f"The database has no schema yet, this program needs {head()}: run seuranta migrate."
    )


@pytest.mark.parametrize(
    ("version", "words"),
    [("0000", "run seuranta migrate"), ("9000", "use the newer program")],
)
def test_an_older_or_newer_schema_is_refused_in_one_line(storage, version, words):
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})

    with pytest.raises(SchemaMismatch, match=words) as refusal:
        check_schema(storage.engine)

    assert "\n" not in str(refusal.value)


def test_a_newer_database_is_not_migrated(storage):
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9000'"))

    with pytest.raises(SchemaMismatch):
        migrate(storage.engine, print)
