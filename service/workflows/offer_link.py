"""A one-time link is offered: who opens it within ten minutes is signed in as whom it stands for."""

from datetime import timedelta
from secrets import token_urlsafe
from typing import Final

from service.domain.access import Identity
from service.workflows.ports import Work

LINK_LIFETIME: Final = timedelta(minutes=10)
_SECRET_BYTES: Final = 32


def offer_link(work: Work, identity: Identity) -> str:
    """The secret of a new link, told this once: only its digest is kept.

    It stands in the address `/sign-in/{secret}` and says nothing of whom it stands for.
    """
    secret = token_urlsafe(_SECRET_BYTES)
    work.sign_in.offer(secret, identity, expires_at=work.at + LINK_LIFETIME)
    return secret
