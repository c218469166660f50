"""The whole house over one fresh database, as `app.py` composes it, for tests of the upper floors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from service.app import open_runtime
from service.domain.access import Role, Viewer
from service.runtime import Runtime
from service.settings import Settings, read_settings

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
LATER = timedelta(hours=1)
SYSTEM = Viewer(Role.SYSTEM, TODAY, subject="tests")


def settings_of(database_url: str, folder: Path, **more: str) -> Settings:
    """The settings of a house: its own data folder, the clinic's day standing at TODAY."""
    given = {
        "SEURANTA_DATABASE_URL": database_url,
        "SEURANTA_DATA_DIR": str(folder),
        "SEURANTA_TODAY": TODAY.isoformat(),
    }
    return read_settings(given | more)


@contextmanager
def house(database_url: str, folder: Path, **more: str) -> Iterator[Runtime]:
    """A runtime over a database that has the newest schema; closed afterwards."""
    runtime = open_runtime(settings_of(database_url, folder, **more))
    try:
        yield runtime
    finally:
        runtime.trail.close()
        runtime.store.close()
