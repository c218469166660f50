"""Signing a browser in: one-time links and sessions, of which only digests are kept.

The secret itself is seen once, by whom it is given to. Of two uses of one link at the same moment,
one wins: the use is one conditional UPDATE.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Delete,
    Row,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from service.domain.access import Identity, Role
from service.storage.tables.access import sessions, sign_in_links
from service.storage.tables.columns import OPEN
from service.storage.transaction import Transaction


class SignIn:
    """Sessions as a reader sees them; whoever holds the secret is who the session stands for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def session(self, secret: str, *, at: datetime) -> Identity | None:
        """Whom a session stands for at an instant; None where it is unknown, over or ended."""
        row = self._connection.execute(_SESSION, {"digest": digest(secret), "now": at}).first()
        return _identity(row)


class SignInChanges(SignIn):
    """Links and sessions as a transaction changes them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._at = transaction.at

    def offer(self, secret: str, identity: Identity, *, expires_at: datetime) -> None:
        """Make a link that signs in once, until it expires; those that have expired are removed."""
        self._connection.execute(_EXPIRED_LINKS, {"now": self._at})
        self._insert(sign_in_links, secret, identity, {"expires_at": expires_at, "used_at": OPEN})

    def use(self, secret: str) -> Identity | None:
        """Use a link up; None where it is unknown, expired or used already."""
        given = {"of": digest(secret), "now": self._at}
        return _identity(self._connection.execute(_USE, given).first())

    def begin_session(self, secret: str, identity: Identity, *, expires_at: datetime) -> None:
        """Begin a session, until it expires; those that have expired are removed."""
        self._connection.execute(_EXPIRED_SESSIONS, {"now": self._at})
        self._insert(sessions, secret, identity, {"expires_at": expires_at, "ended_at": OPEN})

    def end_session(self, secret: str) -> None:
        """End a session now."""
        self._connection.execute(_END, {"of": digest(secret), "now": self._at})

    def _insert(
        self, table: Table, secret: str, identity: Identity, instants: Mapping[str, datetime]
    ) -> None:
        values = {**identity._asdict(), "role": identity.role.value, **instants}
        self._connection.execute(insert(table), {"digest": digest(secret), **values})


def digest(secret: str) -> str:
    """What is kept of a secret; it has enough chance in it to need no salt."""
    return sha256(secret.encode()).hexdigest()


def _identity(row: Row[*tuple[Any, ...]] | None) -> Identity | None:
    if row is None:
        return None
    role, subject, patient, unit = row
    return Identity(Role(role), subject, patient, unit)


def _ending(table: Table, ended: str) -> Update:
    now = bindparam("now", type_=table.c[ended].type)
    still = (table.c[ended] == OPEN, table.c.expires_at > now)
    named = table.c.digest == bindparam("of")
    who = (table.c.role, table.c.subject, table.c.patient, table.c.unit)
    return update(table).where(named, *still).values({ended: now}).returning(*who)


def _expired(table: Table) -> Delete:
    now = bindparam("now", type_=table.c.expires_at.type)
    return delete(table).where(table.c.expires_at <= now)


_EXPIRED_LINKS: Final = _expired(sign_in_links)
_EXPIRED_SESSIONS: Final = _expired(sessions)
_USE: Final = _ending(sign_in_links, "used_at")
_END: Final = _ending(sessions, "ended_at")
_SESSION: Final = select(
    sessions.c.role, sessions.c.subject, sessions.c.patient, sessions.c.unit
).where(
    sessions.c.digest == bindparam("digest"),
    sessions.c.ended_at == OPEN,
    sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type),
)
