"""A one-time link is used up, and a session begins for whom it stands for."""

from datetime import timedelta
from secrets import token_urlsafe
from typing import Final, NamedTuple

from service.domain.access import Identity
from service.workflows.ports import Work

SESSION_LIFETIME: Final = timedelta(hours=8)
_SECRET_BYTES: Final = 32


class Session(NamedTuple):
    """A session that has just begun: its secret, told this once, and whom it stands for."""

    secret: str
    identity: Identity


def sign_in(work: Work, link: str) -> Session | None:
    """A new session of eight hours; None where the link is unknown, used already or too old.

    A link used at the same moment twice begins one session.
    """
    identity = work.sign_in.use(link)
    if identity is None:
        return None
    secret = token_urlsafe(_SECRET_BYTES)
    work.sign_in.begin_session(secret, identity, expires_at=work.at + SESSION_LIFETIME)
    return Session(secret, identity)
