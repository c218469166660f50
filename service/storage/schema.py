"""The version of the schema: the number of the newest migration, and what the database has.

The migrations stand numbered in `migrations/versions`; a migration's number is its revision.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from service.domain.errors import SchemaMismatch
from service.storage.failure import in_our_words

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"
_NUMBERED: Final = "[0-9][0-9][0-9][0-9]_*.py"


def head() -> str:
    """The number of the newest migration that this program knows."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob(_NUMBERED))


def check_schema(engine: Engine) -> None:
    """Raise SchemaMismatch, in one line, where the database is older or newer than this program."""
    with in_our_words(), engine.connect() as connection:
        found = version_of(connection)
    if found < head():
        has = f"has schema {found}" if found else "has no schema yet"
        raise SchemaMismatch(
            f"The database {has}, this program needs {head()}: run seuranta migrate."
        )
    refuse_newer(found)


def refuse_newer(found: str) -> None:
    """Raise SchemaMismatch where a newer program has changed the database."""
    if found > head():
        words = (
            f"The database has schema {found}, this program knows {head()}: use the newer program."
        )
        raise SchemaMismatch(words)


def version_of(connection: Connection) -> str:
    """The number of the database's last migration; empty where there was none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
