"""The access log of changes: each leaves its rows in its own transaction, just before the commit.

A process extends its own segment, so that no other one waits for it; the reads come from the
workers' files (`segments.py`). AuditEvent is rendered from these rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Table

from service.domain.access import Access
from service.storage.access_log.chain import End, Entry, follows
from service.storage.rows import Row, Rows, insert_rows
from service.storage.tables.access import access_log, access_log_patients, access_log_segments
from service.storage.tables.columns import OPEN

READS: Final = "reads"
CHANGES: Final = "changes"

# After so long or so many entries a segment is closed; it can then be sealed.
LASTS: Final = timedelta(hours=1)
HOLDS: Final = 20_000


class AccessLog:
    """The accesses that a transaction is to leave in the log."""

    def __init__(self) -> None:
        self.accesses: list[Access] = []

    def add(self, access: Access) -> None:
        """Leave this access in the log if the transaction is committed, and only then."""
        self.accesses.append(access)


class ChangeSegment:
    """The segment that one process extends with its changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._segment = ""
        self._opened_at = OPEN
        self._end = End()

    @contextmanager
    def extended(
        self, connection: Connection, accesses: Sequence[Access], at: datetime
    ) -> Iterator[None]:
        """Insert the accesses; the body commits, and no other entry comes in between.

        Where the commit fails nobody may know what was kept: the segment is left as it is.
        """
        with self._lock:
            self._open_if_over(at)
            entries = list(self._entries(accesses))
            segment, self._segment = self._segment, ""
            rows: Rows = rows_of(entries)
            if not self._end.number:
                rows = {access_log_segments: [open_segment(segment, CHANGES, at)], **rows}
            insert_rows(connection, rows)
            yield
            self._segment, self._end = segment, entries[-1].end

    def _open_if_over(self, at: datetime) -> None:
        old = at - self._opened_at > LASTS or self._end.number >= HOLDS
        if old or not self._segment:
            self._segment, self._opened_at, self._end = uuid4().hex, at, End()

    def _entries(self, accesses: Iterable[Access]) -> Iterator[Entry]:
        end = self._end
        for access in accesses:
            entry, _ = follows(end, self._segment, access)
            end = entry.end
            yield entry


def open_segment(segment: str, kind: str, at: datetime) -> Row:
    """The row of a segment in which nothing has been counted and that is not sealed."""
    return (segment, kind, at, 0, "", 0, 0, OPEN, "", "")


def rows_of(entries: Iterable[Entry]) -> dict[Table, list[Row]]:
    """The rows of entries in the log, and of the people whom they concern."""
    rows: defaultdict[Table, list[Row]] = defaultdict(list)
    for segment, number, access, hash_ in entries:
        rows[access_log].append(_row(segment, number, access, hash_))
        rows[access_log_patients] += [
            (patient, access.at, segment, number) for patient in sorted(set(access.patients))
        ]
    return rows


def _row(segment: str, number: int, access: Access, hash_: str) -> Row:
    at, who, role, action, outcome, scope, on_behalf, unit, why, request, _ = access
    told = (who, on_behalf, role.value, unit, action, scope, why, outcome, request)
    return (segment, number, at, *told, hash_)
