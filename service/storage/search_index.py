"""The search index as a whole: which types' rows other definitions made, and making them anew."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, delete, exists, insert, select

from service.domain.errors import Collision
from service.domain.record import Named, Reading, Stored
from service.storage.patients import PatientLocks
from service.storage.resource_changes import ResourceChanges
from service.storage.rows import Row
from service.storage.search_rows import add_search_rows, remove_search_rows
from service.storage.stored import CURRENT_VERSION, stored
from service.storage.tables.record import index_stamps, resources
from service.storage.transaction import Transaction


class SearchIndex:
    """Stamps say by which definitions, told by a digest, the rows of a type were made."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def changed(self, digests: Mapping[str, str]) -> list[str]:
        """The types that bear no stamp, or that of other definitions."""
        stamps = {row.type: row.definitions_digest for row in self._connection.execute(_STAMPS)}
        return [type_ for type_, digest in digests.items() if stamps.get(type_) != digest]


class SearchIndexChanges(SearchIndex):
    """The same as a transaction changes it."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def stale(self, digests: Mapping[str, str]) -> list[str]:
        """The types whose rows were not made by what the digests tell; those without any are stamped."""
        changed = self.changed(digests)
        found = [type_ for type_ in changed if self._connection.scalar(_ANY, {"of": type_})]
        for type_ in changed:
            if type_ not in found:
                self.stamp(type_, digests[type_])
        return found

    def stamp(self, type_: str, digest: str) -> None:
        """Say by what the rows of a type are made."""
        self._connection.execute(_UNSTAMP, {"of": type_})
        row = {"type": type_, "definitions_digest": digest, "built_tx": self._transaction.tx}
        self._connection.execute(insert(index_stamps), row)

    def held(self, type_: str, *, after: int, limit: int) -> dict[int, Stored]:
        """The next resources of a type by key, which nobody else changes until the transaction ends."""
        given = {"of": type_, "after": after, "limit": limit}
        seen = {row.resource: stored(row) for row in self._connection.execute(_NEXT, given)}
        people = {one.patient for one in seen.values() if one.patient > 0}
        PatientLocks(self._transaction).lock((), keys=people)
        of_no_one = [Named(one.type, one.id) for one in seen.values() if one.patient <= 0]
        ResourceChanges(self._transaction).hold_named(of_no_one)
        found = {row.resource: stored(row) for row in self._connection.execute(_NEXT, given)}
        if {one.patient for one in found.values() if one.patient > 0} - people:
            raise Collision  # one went to somebody else, or came, while we waited
        return found

    def renew(self, readings: Sequence[tuple[int, int, Reading]]) -> None:
        """Make the rows of resources anew, each given with its key and its person's."""
        rows: defaultdict[Table, list[Row]] = defaultdict(list)
        for resource, patient, reading in readings:
            remove_search_rows(self._connection, patient=patient, resource=resource)
            add_search_rows(rows, reading, patient=patient, resource=resource)
        self._transaction.insert(rows)


_STAMPS: Final = select(index_stamps.c.type, index_stamps.c.definitions_digest)
_ANY: Final = select(exists().where(resources.c.type == bindparam("of")))
_UNSTAMP: Final = delete(index_stamps).where(index_stamps.c.type == bindparam("of"))
_NEXT: Final[Select[Any]] = (
    CURRENT_VERSION.add_columns(resources.c.resource)
    .where(
        resources.c.type == bindparam("of"),
        resources.c.resource > bindparam("after"),
        resources.c.deleted.is_(False),
    )
    .order_by(resources.c.resource)
    .limit(bindparam("limit"))
)
