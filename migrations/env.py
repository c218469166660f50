"""Runs migrations over the connection that `service/storage/migration.py` gives.

They run in its transaction and only lead forward. On PostgreSQL one process migrates at a time, and a migration gives up
rather than let the service wait behind it for a lock.
"""

from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from service.storage.tables import metadata

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(5452017)")
WAIT_BRIEFLY = text("SET LOCAL lock_timeout = '2s'")


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)
        connection.execute(WAIT_BRIEFLY)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        on_version_apply=tell,
    )
    context.run_migrations()


def tell(*_: Any, **given: Any) -> None:
    revision = given["step"].up_revision
    context.config.attributes["progress"](f"{revision.revision} {revision.doc}")


run(context.config.attributes["connection"])
