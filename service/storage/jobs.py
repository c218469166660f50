"""Jobs: which long work is under way, who does it, until when they may be thought to be alive.

A job that has not extended its lease by then is dead: another run may take it over.
"""

from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.tables.columns import EPOCH
from service.storage.tables.operation import jobs
from service.storage.transaction import Transaction

RUNNING: Final = "running"


class JobChanges:
    """Jobs as a transaction changes them."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def claim(self, kind: str, owner: str, *, at: datetime, until: datetime) -> bool:
        """Take a kind of work for oneself; False where somebody else is at it."""
        statement = _claim(self._connection.dialect.name)
        given = {"kind": kind, "key": kind, "state": RUNNING, "owner": owner, "lease_until": until}
        asked = {**given, "position": "", "at": at}
        return self._connection.execute(statement, asked).first() is not None

    def extend(
        self, kind: str, owner: str, *, until: datetime, position: str | None = None
    ) -> bool:
        """Say that one is still at it; False where somebody else has taken it over.

        `position` is where it can be taken up again, where that is another than before.
        """
        given = {"of": kind, "by": owner, "lease_until": until} | _at(position)
        return self._connection.execute(_OURS, given).rowcount > 0

    def end(self, kind: str, owner: str, *, state: str, position: str | None = None) -> None:
        """Let others have it: in which state it ended, and where it can be taken up again."""
        given = {"of": kind, "by": owner, "state": state, "lease_until": EPOCH} | _at(position)
        self._connection.execute(_OURS, given)

    def held_until(self, kind: str) -> datetime | None:
        """Until when whoever is at it has it, unless they say again that they are at it."""
        return self._connection.execute(_HELD_UNTIL, {"key": kind}).scalar()

    def position(self, kind: str) -> str:
        """Where the last run of a kind of work stopped; empty where there is nothing to take up."""
        return self._connection.execute(_POSITION, {"key": kind}).scalar() or ""


_OURS: Final = update(jobs).where(
    jobs.c.key == bindparam("of"), jobs.c.owner == bindparam("by"), jobs.c.state == RUNNING
)
_POSITION: Final = select(jobs.c.position).where(jobs.c.key == bindparam("key"))
_HELD_UNTIL: Final = select(jobs.c.lease_until).where(jobs.c.key == bindparam("key"))


def _at(position: str | None) -> dict[str, str]:
    return {} if position is None else {"position": position}


@cache
def _claim(backend: str) -> Any:
    insert = (sqlite if backend == "sqlite" else postgresql).insert(jobs)
    free = (jobs.c.state != RUNNING) | (
        jobs.c.lease_until <= bindparam("at", type_=jobs.c.lease_until.type)
    )
    given = {name: insert.excluded[name] for name in ("state", "owner", "lease_until")}
    return insert.on_conflict_do_update(
        index_elements=[jobs.c.key], set_=given, where=free
    ).returning(jobs.c.job)
