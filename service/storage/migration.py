"""Bringing a database up to date, by the migrations that it has not had yet."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine

from service.storage.failure import in_our_words
from service.storage.schema import MIGRATIONS, head, refuse_newer, version_of


def migrate(engine: Engine, progress: Callable[[str], None]) -> None:
    """Run every migration that is missing, all or none; `progress` is told number and words.

    Raises SchemaMismatch where the database is newer than this program, Collision where another
    process migrates for too long.
    """
    with in_our_words(), engine.begin() as connection:
        found = version_of(connection)
        refuse_newer(found)
        if found < head():
            _upgrade(connection, progress)


def _upgrade(connection: Connection, progress: Callable[[str], None]) -> None:
    # A start that runs no migration does not wait for the import of what runs them.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection, "progress": progress})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
