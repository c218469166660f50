"""Changing the record: a new version for every change, the search index of the current one.

Source: R4 http.html, create, update and delete. The version, the directory and the index change in
one transaction. A version never changes; a deletion is one without a body.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final, Protocol

from sqlalchemy import Row, Select, Table, bindparam, func, select, update

from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.errors import Forbidden, ManyMatches, VersionConflict
from service.domain.record import Named, Reading, Stored
from service.domain.search import Query
from service.storage.access import bound, visible
from service.storage.patients import PatientLocks
from service.storage.resources import Resources
from service.storage.rows import Row as Values
from service.storage.rows import insert_rows
from service.storage.search_rows import add_search_rows, remove_search_rows
from service.storage.stored import EACH_VERSION, stored
from service.storage.tables.record import resources, versions
from service.storage.transaction import Transaction


class Stamp(Protocol):
    """Writes our id, version and instant into a body and leaves the rest as it is."""

    def __call__(
        self,
        body: bytes,
        *,
        id: str,  # noqa: A002 - the element's own name
        version: int,
        at: datetime,
    ) -> bytes:
        """The body as it is kept and returned."""


class ResourceChanges(Resources):
    """The record as a transaction changes it; the people concerned must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction
        self._patients = PatientLocks(transaction)

    def add(self, reading: Reading, stamp: Stamp) -> Stored:
        """Store a new resource (POST); Conflict where the id is taken."""
        return self._insert([reading], stamp, "POST")[0]

    def add_many(self, readings: Sequence[Reading], stamp: Stamp) -> list[Stored]:
        """Store new resources by the thousand (a load); Conflict where an id is taken."""
        return self._insert(readings, stamp, "POST")

    def replace(
        self, reading: Reading, stamp: Stamp, *, viewer: Viewer, expected: int | None = None
    ) -> Stored:
        """Store the next version of a resource (PUT), its first, or one after its deletion.

        `expected` is the version that If-Match names: VersionConflict where another one holds.
        Forbidden where the resource stands, but not before this viewer's eyes.
        """
        before = self._standing(reading.type, reading.id, viewer)
        if before is not None and not before.seen:
            raise Forbidden
        _check(before, expected)
        if before is None:
            return self._insert([reading], stamp, "PUT")[0]
        at, version = self._transaction.at, before.version + 1
        body = stamp(reading.body, id=reading.id, version=version, at=at)
        patient = self._patients.key_of(reading.patients)
        after = Stored(reading.type, reading.id, version, at, body, "PUT", patient)
        self._supersede(before, after, reading)
        return after

    def delete(
        self, type_: str, id_: str, *, viewer: Viewer, expected: int | None = None
    ) -> Stored | None:
        """Store a deletion; None where there is nothing to delete, or not for this viewer."""
        before = self._standing(type_, id_, viewer)
        if before is None or not before.seen:
            return None
        _check(before, expected)
        if before.deleted:
            return None
        at, version = self._transaction.at, before.version + 1
        after = Stored(type_, id_, version, at, b"", "DELETE", before.patient)
        self._supersede(before, after, None)
        return after

    def sent_before(self, type_: str, id_: str) -> Stored | None:
        """What a person sent, where the service made the current version in the same transaction."""
        row = self._connection.execute(_SENT_BEFORE, {"type": type_, "id": id_}).first()
        return stored(row) if row else None

    def match(self, query: Query, *, viewer: Viewer) -> Stored | None:
        """The one resource that meets a condition; ManyMatches where several do.

        What is decided by it must be held before, or another may decide the same.
        """
        alone = replace(query, sort=(), count=2, includes=(), after=None, total=False)
        found = self.search(alone, viewer=viewer).matches
        if len(found) > 1:
            raise ManyMatches
        return found[0] if found else None

    def hold(self, queries: Iterable[Query]) -> None:
        """Let nobody else decide by these conditions; several at once never wait in a ring."""
        self._hold(repr((query.type, sorted(map(repr, query.criteria)))) for query in queries)

    def hold_named(self, named: Iterable[Named]) -> None:
        """Let nobody else who holds them change these resources, also those that are not there yet."""
        self._hold(f"{one.type}/{one.id}" for one in named)

    def _hold(self, texts: Iterable[str]) -> None:
        # On SQLite a writing transaction is alone.
        if self._connection.dialect.name == "postgresql":
            for lock in sorted({_lock_of(text) for text in texts}):
                self._connection.execute(select(func.pg_advisory_xact_lock(lock)))

    def _standing(self, type_: str, id_: str, viewer: Viewer) -> Row[Any] | None:
        given = {"type": type_, "id": id_, **bound(viewer)}
        statement = _standing(viewer.role, public=type_ in PUBLIC_TYPES)
        return self._connection.execute(statement, given).first()

    def _insert(self, readings: Sequence[Reading], stamp: Stamp, method: str) -> list[Stored]:
        rows: defaultdict[Table, list[Values]] = defaultdict(list)
        tx, at = self._transaction.tx, self._transaction.at
        keys = self._transaction.record_keys(len(readings))
        added = []
        for key, reading in zip(keys, readings, strict=True):
            patient = self._patients.key_of(reading.patients)
            body = stamp(reading.body, id=reading.id, version=1, at=at)
            directory = (key, patient, reading.type, reading.id, 1, tx, at, False, key)
            rows[resources].append(directory)
            rows[versions].append((key, patient, key, 1, tx, method, reading.made, body))
            add_search_rows(rows, reading, patient=patient, resource=key)
            added.append(Stored(reading.type, reading.id, 1, at, body, method, patient))
        self._transaction.insert(rows)
        return added

    def _supersede(self, before: Row[Any], after: Stored, reading: Reading | None) -> None:
        """Let the version `after` hold instead of what the directory says stands."""
        resource, tx = before.resource, self._transaction.tx
        key = self._transaction.record_keys(1)[0]
        version = (
            key,
            after.patient,
            resource,
            after.version,
            tx,
            after.method,
            reading is not None and reading.made,
            after.body or None,
        )
        rows: defaultdict[Table, list[Values]] = defaultdict(list, {versions: [version]})
        if reading is not None:
            add_search_rows(rows, reading, patient=after.patient, resource=resource)
        remove_search_rows(self._connection, patient=before.patient, resource=resource)
        insert_rows(self._connection, rows)
        directory = {
            "patient": after.patient,
            "version": after.version,
            "tx": tx,
            "updated_at": after.at,
            "deleted": after.deleted,
            "current": key,
        }
        self._connection.execute(_UPDATE, {"of": resource, **directory})


def _check(before: Row[Any] | None, expected: int | None) -> None:
    if expected is not None and expected != (before.version if before is not None else 0):
        raise VersionConflict


def _lock_of(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], signed=True)


_made = versions.alias("made")
_SENT_BEFORE: Final[Select[Any]] = (
    EACH_VERSION.join(_made, _made.c.version_key == resources.c.current)
    .where(
        resources.c.type == bindparam("type"),
        resources.c.id == bindparam("id"),
        versions.c.tx == _made.c.tx,
        _made.c.made,
        versions.c.made.is_(False),
    )
    .order_by(versions.c.version.desc())
    .limit(1)
)
_UPDATE: Final = update(resources).where(resources.c.resource == bindparam("of"))


@cache
def _standing(role: Role, *, public: bool) -> Select[Any]:
    seen = visible(role, resources.c.patient, public=public).label("seen")
    columns = resources.c
    of_directory = (columns.resource, columns.patient, columns.version, columns.deleted, seen)
    named = (columns.type == bindparam("type"), columns.id == bindparam("id"))
    return select(*of_directory).where(*named).with_for_update()
