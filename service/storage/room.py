"""Whether there is room to store anything: what the last write met, and what the disk has left."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from service.domain.errors import StorageFull

ENOUGH: Final = " " * 64 * 1024
"""What is written to try whether there is room."""

_LEAST_FREE_BYTES: Final = 16 * 1024 * 1024


class TakenBack(Exception):
    """What was written was only a trial."""


class Room:
    """The room of one process's database; `folder` is where an embedded one stands."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.ran_out = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Remember of a write whether there was room for it."""
        try:
            yield
        except StorageFull:
            self.ran_out = True
            raise
        self.ran_out = False

    def expect(self) -> None:
        """Raise StorageFull where the disk of an embedded database is as good as full."""
        if self._folder and shutil.disk_usage(self._folder).free < _LEAST_FREE_BYTES:
            raise StorageFull("The disk that holds the database is full.")
