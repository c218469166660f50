"""Collecting the access log: from the workers' files into the database, verified and sealed.

An entry is moved once: up to where the file was read stands in the segment's row and changes in the
same transaction. A file goes after its last entry is stored and its segment sealed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from service.storage.access_log.chain import End, Entry, chained, read_line, seal_of
from service.storage.access_log.changes import CHANGES, LASTS, READS, open_segment, rows_of
from service.storage.access_log.segments import SUFFIX
from service.storage.database import Storage
from service.storage.rows import insert_rows
from service.storage.tables.access import access_log, access_log_segments

# No transaction lasts so long that it would still extend a segment of its process.
_SEALED_AFTER: Final = 2 * LASTS
_READ_AT_ONCE: Final = 4 * 1024 * 1024
_LOCK_OF_COLLECTORS: Final = 0x5E55


@dataclass(slots=True)
class Collected:
    """What a collection did: entries moved, segments sealed, and what was wrong, in words."""

    entries: int = 0
    sealed: int = 0
    faults: list[str] = field(default_factory=list)


class BrokenChain(ValueError):
    """An entry does not follow the one before it; the words name the segment and the number."""


def collect(storage: Storage, folder: Path, *, at: datetime) -> Collected:
    """Move what the workers have written into the database and seal what is finished.

    A file whose chain is broken stays where it is and is named; the others are collected.
    """
    done = Collected()
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with _opened(path) as file:
            try:
                _collect_file(storage, file, at, done)
            except BrokenChain as fault:
                done.faults.append(str(fault))
    with _collecting(storage, at) as connection:
        done.sealed += _seal_changes(connection, at)
    return done


@dataclass(frozen=True, slots=True)
class _File:
    """A segment's file; nothing more will be written to a finished one."""

    path: Path
    descriptor: int
    is_finished: bool

    @property
    def segment(self) -> str:
        return self.path.stem

    def entries_from(self, position: int) -> bytes:
        """Whole lines from a position on."""
        read = os.pread(self.descriptor, _READ_AT_ONCE, position)
        return read[: read.rfind(b"\n") + 1]

    def is_torn_at(self, position: int) -> bool:
        """Whether an unfinished line follows: the machine stopped before it was on the disk."""
        return os.fstat(self.descriptor).st_size > position


@contextmanager
def _opened(path: Path) -> Iterator[_File]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield _File(path, descriptor, _nobody_writes(descriptor))
    finally:
        os.close(descriptor)


def _nobody_writes(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _collecting(storage: Storage, at: datetime) -> Iterator[Connection]:
    """A transaction in which nobody else collects."""
    with storage.write(actor="service", request="collect-access-log", at=at) as work:
        connection = work.transaction.connection
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK_OF_COLLECTORS)))
        yield connection


def _collect_file(storage: Storage, file: _File, at: datetime, done: Collected) -> None:
    moved = -1
    while moved:
        with _collecting(storage, at) as connection:
            moved = _move(connection, file, at)
        done.entries += moved
    if file.is_finished:
        with _collecting(storage, at) as connection:
            torn = _seal_file(connection, file, at)
        done.sealed += 1
        if torn:
            done.faults.append(f"segment {file.segment} ends in the middle of an entry")
            file.path.rename(file.path.with_suffix(".torn"))
        else:
            file.path.unlink()


def _move(connection: Connection, file: _File, at: datetime) -> int:
    """Store the next entries of a file; how many they were."""
    standing = _standing(connection, file.segment, at)
    lines = file.entries_from(standing.position)
    end = End(standing.last_number, standing.last_hash)
    entries = list(_verified(lines, file.segment, end))
    insert_rows(connection, rows_of(entries))
    if entries:
        position = standing.position + len(lines)
        _update(connection, file.segment, entries[-1].end, position=position)
    return len(entries)


def _verified(lines: bytes, segment: str, end: End) -> Iterator[Entry]:
    for line in lines.splitlines():
        entry = _following(line, segment, end)
        end = entry.end
        yield entry


def _following(line: bytes, segment: str, end: End) -> Entry:
    fault = f"segment {segment}: entry {end.number + 1} does not follow the one before it"
    try:
        entry, body = read_line(line)
    except ValueError as error:
        raise BrokenChain(fault) from error
    place = (segment, end.number + 1, chained(end.hash, body))
    if (entry.segment, entry.number, entry.hash) != place:
        raise BrokenChain(fault)
    return entry


def _standing(connection: Connection, segment: str, at: datetime) -> Row[*tuple[Any, ...]]:
    named = select(access_log_segments).where(access_log_segments.c.segment == segment)
    found = connection.execute(named).first()
    if found is None:
        insert_rows(connection, {access_log_segments: [open_segment(segment, READS, at)]})
        return connection.execute(named).one()
    return found


def _update(connection: Connection, segment: str, end: End, **more: Any) -> None:
    named = update(access_log_segments).where(access_log_segments.c.segment == segment)
    connection.execute(named.values(last_number=end.number, last_hash=end.hash, **more))


def _seal_file(connection: Connection, file: _File, at: datetime) -> bool:
    """Seal a finished file's segment; whether its last line was torn."""
    standing = _standing(connection, file.segment, at)
    if not standing.seal_number:
        _seal(connection, file.segment, End(standing.last_number, standing.last_hash), at)
    return file.is_torn_at(standing.position)


def _seal_changes(connection: Connection, at: datetime) -> int:
    """Seal the segments of changes that no process extends any more."""
    segments = access_log_segments.c
    old = select(segments.segment).where(
        segments.seal_number == 0,
        segments.kind == CHANGES,
        segments.opened_at < at - _SEALED_AFTER,
    )
    finished = connection.execute(old.order_by(segments.segment)).scalars().all()
    for segment in finished:
        _seal(connection, segment, _end_of(connection, segment), at)
    return len(finished)


def _end_of(connection: Connection, segment: str) -> End:
    entries = access_log.c
    of_segment = select(entries.number, entries.hash).where(entries.segment == segment)
    last = connection.execute(of_segment.order_by(entries.number.desc()).limit(1)).one()
    return End(last.number, last.hash)


def _seal(connection: Connection, segment: str, end: End, at: datetime) -> None:
    """Make a segment the next link in the chain of seals."""
    segments = access_log_segments.c
    newest = select(segments.seal_number, segments.seal).order_by(segments.seal_number.desc())
    number, previous = connection.execute(newest.limit(1)).one()
    seal = {"seal_number": number + 1, "sealed_at": at, "previous_seal": previous}
    _update(connection, segment, end, **seal, seal=seal_of(previous, segment, end))
