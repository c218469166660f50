"""Page cursors: where the next page of a search begins, sealed so that a link shows nothing of it.

Source: R4 http.html#paging (links are opaque); Fernet of the `cryptography` package (AES-128-CBC with
HMAC-SHA256). A search that was sent in a body may hold an identity code: no link may.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from service.domain.errors import Invalid

LIFETIME: Final = timedelta(days=1)

Position: TypeAlias = tuple[str | int | None, ...]


class Page(NamedTuple):
    """A page of a search: the type, the parameters really used, and where the last page ended.

    `viewer` binds it to who asked: another's cursor opens nothing.
    """

    type: str
    text: str
    after: Position | None = None
    viewer: str = ""


def seal(page: Page, *, key: bytes, at: datetime) -> str:
    """The cursor of a page; `key` is a Fernet key (32 bytes as URL-safe base64)."""
    return Fernet(key).encrypt_at_time(msgspec.json.encode(page), int(at.timestamp())).decode()


def open_cursor(cursor: str, *, key: bytes, at: datetime) -> Page:
    """The page that a cursor was made for; Invalid where it is forged, or older than a day."""
    try:
        text = Fernet(key).decrypt_at_time(
            cursor.encode(), int(LIFETIME.total_seconds()), int(at.timestamp())
        )
    except (InvalidToken, UnicodeEncodeError):
        raise Invalid(
            "this page is not known, or its link is older than a day: begin the search again"
        ) from None
    return msgspec.json.decode(text, type=Page)
