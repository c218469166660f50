"""What is done to the database of a deployment as a whole: brought up to date, and asked if it is."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from service.domain.errors import SeurantaError
from service.settings import Settings
from service.storage.database import Storage
from service.storage.migration import migrate
from service.storage.schema import check_schema, head

_SQLITE: Final = "sqlite://"


class Unreachable(SeurantaError):
    """The database does not answer, or does not let us in."""

    code = "transient"


def bring_up_to_date(settings: Settings, progress: Callable[[str], None]) -> str:
    """Run every migration that is missing; `progress` is told of each. The number of the schema."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # `progress` tells the same
    with _opened(settings) as storage:
        migrate(storage.engine, progress)
    return head()


def expect_up_to_date(settings: Settings) -> None:
    """Raise SchemaMismatch where the schema is older or newer than this program, or missing."""
    with _opened(settings) as storage:
        check_schema(storage.engine)


@contextmanager
def _opened(settings: Settings) -> Iterator[Storage]:
    storage = Storage(settings.database_url)
    try:
        yield storage
    except (DBAPIError, OSError) as error:
        raise Unreachable(_why(settings, error)) from error
    finally:
        storage.close()


def _why(settings: Settings, error: Exception) -> str:
    """What the driver says, in one line; for PostgreSQL it names the host and never the password."""
    original = getattr(error, "orig", None) or error
    said = str(original).strip().splitlines()
    setting = "SEURANTA_DATA_DIR" if settings.database_url.startswith(_SQLITE) else ""
    look = setting or "SEURANTA_DATABASE_URL"
    return f"The database cannot be used: {said[0] if said else 'no answer'}. Check {look}."
