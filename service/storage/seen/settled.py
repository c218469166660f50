"""Up to which instant what is known is settled: nothing that is still under way will be known from before.

Source: what-is-due 7.2. On PostgreSQL transactions run beside each other, and one that began earlier
may commit later; on SQLite one runs at a time, and its instant comes after all that are committed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import Connection, DateTime, TextualSelect, func, select, text

from service.domain.worklist import PeoplePage, WorklistPage, WorklistQuestion
from service.storage.engines import WRITER
from service.storage.tables.columns import EPOCH, Instant
from service.storage.tables.record import transactions

Page = TypeVar("Page", WorklistPage, PeoplePage)


def last_known(connection: Connection) -> datetime:
    """The instant of the last transaction: what is known now was known then."""
    return connection.execute(_LAST_KNOWN).scalar() or EPOCH


def settled(connection: Connection) -> datetime | None:
    """The last instant of which everything is known; None where it is every instant until now."""
    if connection.dialect.name == "sqlite":
        return last_known(connection)
    oldest = connection.execute(_OLDEST_RUNNING).scalar()
    return None if oldest is None else oldest - _BEFORE


def held_from(connection: Connection) -> datetime | None:
    """The instant at which, or after which, what is stored may still be preceded; None where nothing is.

    To be asked before what it holds back is read: whatever begins meanwhile is not before it either.
    """
    if connection.dialect.name == "sqlite":
        return None
    return connection.execute(_HELD_FROM).scalar()


def settled_by(connection: Connection, known_at: datetime | None) -> datetime | None:
    """The instant as of which a question about an instant is answered; None: as of now."""
    if known_at is None:
        return None
    oldest = settled(connection)
    return known_at if oldest is None else min(known_at, oldest)


def in_one_knowledge(
    connection: Connection, question: WorklistQuestion, ask: Callable[[WorklistQuestion], Page]
) -> Page:
    """A page with the instant as of which the pages after it are to be asked, and it was."""
    asked = replace(question, known_at=settled_by(connection, question.known_at))
    if asked.known_at is not None:
        return ask(asked)._replace(known_at=asked.known_at)
    until = settled(connection)
    page = ask(asked)
    if page.after is None or until is None:
        return page
    if connection.dialect.name != "sqlite" or last_known(connection) != until:
        page = ask(replace(asked, known_at=until))
    return page._replace(known_at=until)


_BEFORE: Final = timedelta(microseconds=1)
_LAST_KNOWN: Final = select(func.max(transactions.c.at, type_=Instant))
# Begun, whether or not it has its own number yet: its instant is not before this.
_OF_WRITERS: Final = (
    "FROM pg_stat_activity WHERE application_name = :writer "
    "AND datname = current_database() AND pid <> pg_backend_pid()"
)


def _instant(selected: str) -> TextualSelect:
    """An instant that is told of the writers that run."""
    statement = text(f"SELECT {selected} AS since {_OF_WRITERS}").bindparams(writer=WRITER)
    return statement.columns(since=DateTime(timezone=True))


_OLDEST_RUNNING: Final = _instant("min(xact_start)")
_HELD_FROM: Final = _instant("least(min(xact_start), statement_timestamp())")
