"""What is done to the database of a deployment as a whole: brought up to date, and asked if it is."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from service.clock import SystemClock
from service.domain.errors import SchemaMismatch, SeurantaError
from service.fhir.search.indexing import definitions_digest
from service.fhir.types import SERVED_TYPES
from service.settings import Settings
from service.storage.database import Storage
from service.storage.migration import migrate
from service.storage.schema import check_schema, head

STALE: Final = "Searches may miss what was stored of {} before: seuranta rebuild finds it anew."
_SQLITE: Final = "sqlite://"


class Unreachable(SeurantaError):
    """The database does not answer, or does not let us in."""

    code = "transient"


def bring_up_to_date(settings: Settings, progress: Callable[[str], None]) -> str:
    """Run every migration that is missing; `progress` is told of each. The number of the schema."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # `progress` tells the same
    with opened_storage(settings) as storage:
        migrate(storage.engine, progress)
        if stale := _found_otherwise(storage):
            progress(STALE.format(", ".join(stale)))
    return head()


def _found_otherwise(storage: Storage) -> list[str]:
    """The types that hold resources whose search rows other definitions made; empty ones are stamped."""
    digests = {type_: definitions_digest(type_) for type_ in SERVED_TYPES}
    with storage.read() as view:
        if not view.search_index.changed(digests):
            return []
    with storage.write(actor="service", request="migrate", at=SystemClock().now()) as work:
        return work.search_index.stale(digests)


def expect_up_to_date(settings: Settings) -> None:
    """Raise SchemaMismatch where the schema is older or newer than this program, or missing.

    A database that is not there is not made: its folder may be misspelt.
    """
    expect_database(settings)
    with opened_storage(settings) as storage:
        check_schema(storage.engine)


def expect_database(settings: Settings) -> None:
    """Raise SchemaMismatch where the file of an embedded database is not there."""
    file = make_url(settings.database_url).database
    if settings.database_url.startswith(_SQLITE) and file and not Path(file).is_file():
        raise SchemaMismatch(
            f"There is no database {file}: seuranta migrate makes one;"
            f" if there should be one, check {settings.places_database}."
        )


@contextmanager
def opened_storage(settings: Settings) -> Iterator[Storage]:
    """The database alone; Unreachable where it does not answer."""
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
    why = said[0] if said else "no answer"
    return f"The database cannot be used: {why}. Check {settings.places_database}."
