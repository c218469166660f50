"""Resources that the service makes by the thousand: one like another but for ids, made and indexed once."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from service.domain.record import ReferenceRow, SearchRows

OWN: Final = "made.resource.own"
OWNER: Final = "made.resource.owner"
PATIENT: Final = "made.resource.patient"
_PLACES: Final = re.compile(f"({OWNER}|{OWN}|{PATIENT})".encode())


class Pattern(NamedTuple):
    """A resource in which OWN, OWNER and PATIENT stand for its id, and those it refers to.

    `texts` are what stands between them, and every other one is one of them.
    """

    texts: tuple[bytes, ...]
    rows: SearchRows

    @classmethod
    def of(cls, body: bytes, read: Callable[[bytes], SearchRows]) -> "Pattern":
        """The pattern that a body is, with its search rows as `read` gives them."""
        return cls(tuple(_PLACES.split(body)), read(body))

    def filled(self, *, own: str, owner: str, patient: str) -> tuple[bytes, SearchRows]:
        """The body and the rows of the resource with these ids."""
        ids = {OWN: own, OWNER: owner, PATIENT: patient}
        written = {marker.encode(): id_.encode() for marker, id_ in ids.items()}
        body = b"".join([written.get(text, text) for text in self.texts])
        references: list[ReferenceRow] = [
            (number, kind, ids.get(target, target), part)
            for number, kind, target, part in self.rows.references
        ]
        rows = self.rows
        kinds = (rows.tokens, rows.dates, references, rows.strings, rows.uris, rows.quantities)
        return body, SearchRows(*kinds)
