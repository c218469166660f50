"""Bringing a database up to date, by the migrations that it has not had yet."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from service.storage.failure import in_our_words
from service.storage.schema import MIGRATIONS, refuse_newer, version_of


def migrate(engine: Engine, progress: Callable[[str], None]) -> None:
    """Run every migration that is missing, all or none; `progress` is told number and words.

    Raises SchemaMismatch where the database is newer than this program, Collision where another
    process migrates for too long.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with in_our_words(), engine.begin() as connection:
        refuse_newer(version_of(connection))
        config.attributes.update(connection=connection, progress=progress)
        command.upgrade(config, "head")
