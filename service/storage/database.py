"""The database of one process: what is read goes through a View, what is changed through a Work.

Both hold one connection and the repositories over it. A Work is one transaction: it is committed
once, at its end, or nothing of it is kept.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

from sqlalchemy import URL, Engine
from sqlalchemy.exc import OperationalError

from service.domain.access import Viewer
from service.domain.errors import Collision, UnknownVersion, Unreachable
from service.domain.record import Found, Stored
from service.domain.search import Query
from service.storage.access_log.changes import ChangeSegment
from service.storage.engines import (
    LOCK_TIMEOUT_SECONDS,
    ONE_MOMENT,
    database_url,
    reading_engine,
    writing_engine,
)
from service.storage.failure import in_our_words
from service.storage.publications import Watching, mark_seen
from service.storage.quick_reads import QuickReads
from service.storage.repositories import View, Work
from service.storage.resources import read_current
from service.storage.room import ENOUGH, Room, TakenBack
from service.storage.schema import check_schema
from service.storage.search.page import find_quickly
from service.storage.seen.settled import held_from
from service.storage.transaction import BlockKeys, CountedKeys, Keys, begin
from service.storage.turns import turn_at

ATTEMPTS: Final = 3
T = TypeVar("T")


class Storage:
    """One database for one process; connections are opened when first needed, so after a fork."""

    def __init__(self, url: str, *, watching: Watching | None = None) -> None:
        """`watching` hears of every publication of a protocol before the first use that is to see it."""
        self._url = database_url(url)
        self._watching = watching
        self._lock = Lock()
        self._opened: list[_Opened] = []

    @property
    def writes_in_turn(self) -> bool:
        """Whether one transaction writes at a time, whoever it is about: so on SQLite."""
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self, *, one_moment: bool = False) -> Iterator[View]:
        """Read; each statement sees the database as it is at that moment.

        With `one_moment` all of them see it as the first one did, for answers in parts that agree;
        such a reading must be short, for nothing that it may still see is cleared away.
        """
        self.catch_up()
        with in_our_words(), self._open().reading.connect() as connection:
            if one_moment:
                connection.exec_driver_sql(ONE_MOMENT[connection.dialect.name])
            yield View(connection)
            if one_moment:
                connection.exec_driver_sql("COMMIT")

    def current(self, type_: str, id_: str, *, viewer: Viewer) -> Stored:
        """The current version of a resource, for what asks for nothing else."""
        with in_our_words():
            return read_current(self._open().quick, type_, id_, viewer=viewer)

    def search(self, query: Query, *, viewer: Viewer) -> Found:
        """A page of what a query finds, for what asks for nothing else."""
        with in_our_words():
            found = find_quickly(self._open().quick, query, viewer)
        if found is not None:
            return found
        with self.read() as view:
            return view.resources.search(query, viewer=viewer)

    def held_from(self) -> datetime | None:
        """The instant from which what is stored is held back from who polls; None where nothing is.

        It is asked before the search or history itself.
        """
        if self.writes_in_turn:
            return None
        with in_our_words(), self._open().reading.connect() as connection:
            return held_from(connection)

    @contextmanager
    def write(
        self, *, actor: str, request: str, at: datetime, history: bool = False
    ) -> Iterator[Work]:
        """Change something in one transaction, committed at the end or not at all.

        `actor` and `request` stand in its row; `at` is the instant from which the change is known,
        `history` marks that what it brings counts as known at instants of its own.
        Raises StorageFull where there is no room, Collision or Conflict where others were first.
        """
        opened = self._open()
        with (
            opened.room.watched(),
            in_our_words(),
            opened.writing.connect() as connection,
            opened.turn(),
            connection.begin() as unit,
        ):
            keys = opened.keys()
            work = Work(
                begin(connection, keys, actor=actor, request=request, at=at, history=history)
            )
            self._tell(work, work.transaction.mark)
            yield work
            if work.access_log.accesses:
                with opened.changes.extended(connection, work.access_log.accesses, at):
                    unit.commit()
        if self._watching and work.transaction.mark != self._watching.mark:
            self.catch_up()

    def carry_out(
        self,
        change: Callable[[Work], T],
        *,
        actor: str,
        request: str,
        at: datetime,
        history: bool = False,
    ) -> T:
        """Change something in one transaction, again from its start where it collides.

        Also where a plan follows a version of a protocol that was published since it began.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                with self.write(actor=actor, request=request, at=at, history=history) as work:
                    return change(work)
            except (Collision, UnknownVersion):
                continue
        with self.write(actor=actor, request=request, at=at, history=history) as work:
            return change(work)

    def catch_up(self) -> None:
        """Let who keeps the protocols of this process hear of publications; a reading begins with it."""
        if self._watching is None:
            return
        with in_our_words():
            mark = mark_seen(self._open().quick)
            if mark != self._watching.mark:
                with self._open().reading.connect() as connection:
                    self._tell(View(connection), mark)

    def _tell(self, here: View | Work, mark: str) -> None:
        if self._watching and mark != self._watching.mark:
            here.publications.tell(self._watching, mark)

    def check(self, *, at: datetime) -> None:
        """Raise what keeps requests from being answered: Unreachable, SchemaMismatch, StorageFull.

        Where the last write of this process found no room, another is tried.
        """
        opened = self._open()
        try:
            check_schema(opened.reading)
        except OperationalError:
            raise Unreachable from None
        opened.room.expect()
        if opened.room.ran_out:
            self._try_room(opened.room, at)

    def _try_room(self, room: Room, at: datetime) -> None:
        """Write more than a half-filled page holds, and take it back."""
        with suppress(TakenBack), self.write(actor="readiness", request=ENOUGH, at=at):
            raise TakenBack
        room.ran_out = False

    @property
    def engine(self) -> Engine:
        """The writing engine, for what changes the schema itself."""
        return self._open().writing

    def close(self) -> None:
        """Let all connections of this process go."""
        with self._lock:
            for opened in self._opened:
                if opened.process == os.getpid():
                    opened.quick.close()
                    opened.reading.dispose()
                    opened.writing.dispose()
            self._opened.clear()

    def _open(self) -> "_Opened":
        opened = self._opened[-1] if self._opened else None
        if opened is not None and opened.process == os.getpid():
            return opened
        with self._lock:
            return self._opened_here()

    def _opened_here(self) -> "_Opened":
        # Those of a parent process are kept, never used: to close them here would harm it.
        if not self._opened or self._opened[-1].process != os.getpid():
            self._opened.append(_Opened(self._url))
        return self._opened[-1]


@dataclass(frozen=True)
class _Opened:
    """The engines of one process, with what its transactions share."""

    url: URL
    process: int = field(default_factory=os.getpid)
    changes: ChangeSegment = field(default_factory=ChangeSegment)
    blocks: BlockKeys = field(default_factory=BlockKeys)

    @cached_property
    def file(self) -> Path | None:
        """The file of an embedded database."""
        is_embedded = self.url.get_backend_name() == "sqlite"
        return Path(self.url.database or "") if is_embedded else None

    @cached_property
    def room(self) -> Room:
        return Room(self.file.parent if self.file else None)

    def turn(self) -> AbstractContextManager[None]:
        """The turn to write, where one transaction writes at a time."""
        if self.file is None:
            return nullcontext()
        return turn_at(self.file, within_seconds=LOCK_TIMEOUT_SECONDS)

    @cached_property
    def quick(self) -> QuickReads:
        return QuickReads(self.reading)

    @cached_property
    def reading(self) -> Engine:
        return reading_engine(self.url)

    @cached_property
    def writing(self) -> Engine:
        return writing_engine(self.url)

    def keys(self) -> Keys:
        """Where the keys of one transaction come from."""
        return CountedKeys() if self.file else self.blocks
