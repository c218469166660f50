"""People: their keys, and the locks under which anything about them changes.

Two transactions about one person follow each other; locks are taken in ascending order of the
keys, so that two that share several people do not wait for each other in a ring.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Insert, Select, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from service.domain.access import Role, Viewer
from service.storage.access import bound, visible
from service.storage.any_of import any_of
from service.storage.compiled import carry_out, read_together
from service.storage.tables.columns import EPOCH, NO_ONE, OPEN_DAY, SEVERAL
from service.storage.tables.record import patients
from service.storage.transaction import Transaction


class NotLocked(LookupError):
    """Something about a person was to be changed before the person was locked."""


class Patients:
    """People as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keys(self, ids: Iterable[str], *, viewer: Viewer) -> dict[str, int]:
        """The keys of those people that the viewer may see."""
        given = {"ids": sorted(set(ids)), **bound(viewer)}
        [rows] = read_together(self._connection, [_visible_keys(viewer.role)], given)
        return {row.id: row.patient for row in rows}


class PatientLocks(Patients):
    """People as a transaction holds them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def lock(self, ids: Iterable[str], *, keys: Iterable[int] = ()) -> dict[str, int]:
        """Lock people, by id or by key, until the transaction ends, new ones too; their keys by id.

        What the transaction changes is known from an instant after all that was changed about
        them before.
        """
        wanted = sorted(set(ids))
        found = self._locked(wanted, sorted(set(keys)))
        missing = [id_ for id_ in wanted if id_ not in found]
        if missing:
            self._add(missing)
            found |= self._locked(missing, [])
        self._transaction.locked.update(found)
        return found

    def key_of(self, ids: Sequence[str]) -> int:
        """The key under which a row about these people stands; they must be locked already."""
        locked = self._transaction.locked
        if not locked.keys() >= set(ids):
            raise NotLocked
        if not ids:
            return NO_ONE
        return locked[ids[0]] if len(set(ids)) == 1 else SEVERAL

    def _locked(self, ids: Sequence[str], keys: Sequence[int]) -> dict[str, int]:
        [rows] = read_together(self._connection, [_LOCK], {"ids": ids, "keys": keys})
        held = set(
            self._transaction.locked.values()
        )  # what they were changed at is our own instant
        others = (row.changed_at for row in rows if row.patient not in held)
        self._transaction.follow_on(max(others, default=None))
        return {row.id: row.patient for row in rows}

    def _add(self, ids: Sequence[str]) -> None:
        new = self._transaction.patient_keys(len(ids))
        rows = [
            UNDESCRIBED | {"patient": key, "id": id_} for key, id_ in zip(new, ids, strict=True)
        ]
        carry_out(self._connection, _add_unless_there(self._connection.dialect.name), rows)


# A person whom the record names before it holds their Patient.
UNDESCRIBED: Final = {
    "hetu_digest": "",
    "unit": "",
    "born_on": OPEN_DAY,
    "died_on": OPEN_DAY,
    "sex": "",
    "language": "",
    "municipality": "",
    "distance_km": -1,
    "non_disclosure": False,
    "invented": False,
    "merged_into": 0,
    "recheck_on": OPEN_DAY,
    "changed_at": EPOCH,
}

_KEYS: Final = select(patients.c.id, patients.c.patient).where(any_of(patients.c.id, "ids"))
_LOCK: Final = (
    select(patients.c.id, patients.c.patient, patients.c.changed_at)
    .where(or_(any_of(patients.c.id, "ids"), any_of(patients.c.patient, "keys")))
    .order_by(patients.c.patient)
    .with_for_update()
)


@cache
def _visible_keys(role: Role) -> Select[Any]:
    return _KEYS.where(visible(role, patients.c.patient))


@cache
def _add_unless_there(backend: str) -> Insert:
    # Another transaction may be adding the same person: the first one does, both then lock.
    insert = sqlite.insert if backend == "sqlite" else postgresql.insert
    return insert(patients).on_conflict_do_nothing()
