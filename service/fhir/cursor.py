"""Page cursors: where the next page of a search begins, sealed so that a link shows nothing of it.

Source: R4 http.html#paging (links are opaque); Fernet of the `cryptography` package (AES-128-CBC with
HMAC-SHA256). A search that was sent in a body may hold an identity code: no link may.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from service.domain.errors import Invalid, Issue
from service.domain.search import Position

LIFETIME: Final = timedelta(days=1)
EXPIRED: Final = "expired"


class Page(NamedTuple):
    """A page of a search: its address, the parameters really used, and where the last page ended.

    `viewer` binds it to who asked: another's cursor opens nothing. Going `backwards` it is the page
    before that place. `at` and `day` are when the search began: all its pages mean the same by it.
    """

    type: str
    text: str
    after: Position | None = None
    viewer: str = ""
    backwards: bool = False
    at: datetime | None = None
    day: date | None = None


def seal(page: Page, *, key: bytes, at: datetime) -> str:
    """The cursor of a page; `key` is a Fernet key (32 bytes as URL-safe base64)."""
    return _lock(key).encrypt_at_time(msgspec.json.encode(page), int(at.timestamp())).decode()


def open_cursor(cursor: str, *, key: bytes, at: datetime) -> Page:
    """The page that a cursor was made for; Invalid where it is forged, or `expired` after a day."""
    sealed, lock = cursor.encode(errors="replace"), _lock(key)
    try:
        text = lock.decrypt(sealed)
    except InvalidToken:
        raise Invalid("this page is not known: begin the search again") from None
    if at.timestamp() - lock.extract_timestamp(sealed) > LIFETIME.total_seconds():
        words = "the link to this page is older than a day: begin the search again"
        raise Invalid(issues=[Issue(EXPIRED, words)])
    return msgspec.json.decode(text, type=Page)


@cache
def _lock(key: bytes) -> Fernet:
    """The lock of a key, of which a deployment has one."""
    return Fernet(key)
