"""The access log of reads: each is a line in the worker's own file before its answer leaves.

A line that is written survives the end of the process, however it ends. It is on the disk at most
200 ms later, or at once where the deployment says so. A file belongs to the process that holds its
lock: who can take the lock knows that nothing will be added. A job moves the lines into the
database (`collection.py`).
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final
from uuid import uuid4

from service.domain.access import Access
from service.domain.errors import StorageFull
from service.storage.access_log.chain import End, follows, line_of
from service.storage.access_log.changes import HOLDS, LASTS
from service.storage.failure import in_our_words

SUFFIX: Final = ".ndjson"
_SYNCED_AFTER_SECONDS: Final = 0.1


class AccessSegments:
    """Where one worker process appends its reads; it opens its first file at its first read."""

    def __init__(self, folder: Path, *, synced_at_once: bool = False) -> None:
        self._folder = folder
        self._synced_at_once = synced_at_once
        self._lock = Lock()
        self._process = 0
        self._segment: _Segment | None = None

    def append(self, access: Access) -> None:
        """Write an access down; StorageFull, and nothing written, where there is no room."""
        with self._lock, in_our_words():
            self._of_this_process(access.at).append(access)

    def close(self) -> None:
        """Put everything on the disk and let the file go."""
        with self._lock:
            if self._segment is not None:
                self._segment.close()
                self._segment = None

    def _of_this_process(self, at: datetime) -> "_Segment":
        if self._segment is not None and self._process != os.getpid():
            self._segment.leave_to_parent()
            self._segment = None
        if self._segment is not None and self._segment.is_over(at):
            self._segment.close()
            self._segment = None
        if self._segment is None:
            self._process = os.getpid()
            self._segment = _Segment(self._folder, at, synced_at_once=self._synced_at_once)
        return self._segment


class _Segment:
    """One file of entries, each chained to the one before."""

    def __init__(self, folder: Path, at: datetime, *, synced_at_once: bool) -> None:
        self._name = uuid4().hex
        self._file = _create(folder, self._name)
        self._opened_at = at
        self._end = End()
        self._size = 0
        self._sync = None if synced_at_once else _Sync(self._file)

    def is_over(self, at: datetime) -> bool:
        """Whether the next entry belongs into another segment."""
        return self._end.number >= HOLDS or at - self._opened_at > LASTS

    def append(self, access: Access) -> None:
        entry, body = follows(self._end, self._name, access)
        self._write(line_of(entry, body))
        self._end = entry.end
        if self._sync is None:
            os.fsync(self._file)
        else:
            self._sync.soon()

    def close(self) -> None:
        if self._sync is not None:
            self._sync.stop()
        os.fsync(self._file)
        os.close(self._file)

    def leave_to_parent(self) -> None:
        """After a fork: the parent goes on writing, and its lock must end with it."""
        os.close(self._file)

    def _write(self, line: bytes) -> None:
        written = 0
        try:
            written = os.write(self._file, line)
        finally:
            if written < len(line):
                os.ftruncate(self._file, self._size)
        if written < len(line):
            raise StorageFull
        self._size += written


class _Sync:
    """A thread that puts a file on the disk soon after something was written."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._wanted, self._stopped = Event(), Event()
        self._thread = Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def soon(self) -> None:
        if not self._thread.is_alive():
            os.fsync(self._file)  # the thread failed; whoever comes next must hear of it
        elif not self._wanted.is_set():
            self._wanted.set()

    def stop(self) -> None:
        self._stopped.set()
        self._wanted.set()
        self._thread.join()

    def _run(self) -> None:
        # Whoever stops it says so first and wakes it then, so that no end is ever waited for in vain.
        while not self._stopped.is_set():
            self._wanted.wait()
            self._stopped.wait(_SYNCED_AFTER_SECONDS)
            self._wanted.clear()
            os.fsync(self._file)


def _create(folder: Path, name: str) -> int:
    """A new locked file; it bears its name from the moment at which nobody else can lock it."""
    folder.mkdir(parents=True, exist_ok=True)
    nascent = folder / name
    file = os.open(nascent, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    nascent.rename(folder / f"{name}{SUFFIX}")
    _sync_folder(folder)
    return file


def _sync_folder(folder: Path) -> None:
    listing = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(listing)
    finally:
        os.close(listing)
