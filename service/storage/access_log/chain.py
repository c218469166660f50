"""The hash chain of the access log: what exactly is hashed, and how one entry follows another.

An entry's hash covers the hash before it, so that none can be altered or taken out unseen. Sealed
segments are links of a second chain, so that no whole segment can be.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from service.domain.access import Access, Role
from service.storage.tables.columns import instant_at, microseconds

_BEFORE_HASH, _BEFORE_ENTRY, _AFTER_ENTRY = b'{"hash":"', b'","entry":', b"}"
_HASH: Final = slice(len(_BEFORE_HASH), len(_BEFORE_HASH) + 64)
_ENTRY: Final = slice(_HASH.stop + len(_BEFORE_ENTRY), -len(_AFTER_ENTRY))


class End(NamedTuple):
    """Where a segment ends so far: the number of its last entry and that entry's hash."""

    number: int = 0
    hash: str = ""


class Entry(NamedTuple):
    """An access at its place in the log, with the hash that its segment had then."""

    segment: str
    number: int
    access: Access
    hash: str

    @property
    def end(self) -> End:
        """The end of the segment once this entry stands."""
        return End(self.number, self.hash)


def entry_bytes(segment: str, number: int, access: Access) -> bytes:
    """An entry in the one form that is hashed; people in ascending order of their keys."""
    at, who, role, action, outcome, scope, on_behalf, unit, why, request, patients = access
    people = sorted(set(patients))
    told = (who, on_behalf, role.value, unit, action, scope, why, outcome, request)
    return orjson.dumps([segment, number, microseconds(at), *told, people])


def chained(previous: str, entry: bytes) -> str:
    """The hash of an entry that follows the one with the hash `previous`."""
    return sha256(previous.encode() + entry).hexdigest()


def follows(end: End, segment: str, access: Access) -> tuple[Entry, bytes]:
    """The entry that comes next in a segment, and its bytes."""
    number = end.number + 1
    body = entry_bytes(segment, number, access)
    return Entry(segment, number, access, chained(end.hash, body)), body


def line_of(entry: Entry, body: bytes) -> bytes:
    """An entry as one line of JSON."""
    return b"".join((_BEFORE_HASH, entry.hash.encode(), _BEFORE_ENTRY, body, _AFTER_ENTRY, b"\n"))


def read_line(line: bytes) -> tuple[Entry, bytes]:
    """The entry in a line, and its bytes; ValueError where it is none."""
    body = line[_ENTRY]
    segment, number, at, *told, people = orjson.loads(body)
    return Entry(segment, number, _access(at, told, people), line[_HASH].decode()), body


def seal_of(previous: str, segment: str, end: End) -> str:
    """The seal of a finished segment, which follows the seal `previous`."""
    return sha256(orjson.dumps([previous, segment, end.number, end.hash])).hexdigest()


def _access(at: int | datetime, told: list[str], people: list[int]) -> Access:
    who, on_behalf, role, unit, action, scope, why, outcome, request = told
    when = instant_at(at) if isinstance(at, int) else at
    return Access(
        at=when,
        who=who,
        role=Role(role),
        action=action,
        outcome=outcome,
        scope=scope,
        on_behalf=on_behalf,
        unit=unit,
        why=why,
        request=request,
        patients=tuple(people),
    )
