"""Replaying the record: the past of patients out of it, and a transaction that writes as of the past.

The projection of a patient is emptied and written again in one transaction. Keys of follow-ups stay:
events and contacts name them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    func,
    select,
    update,
)
from typing_extensions import override

from service.domain.care_plan import REPLAYED, Decided
from service.domain.directory import Place, Unit
from service.domain.past import PastEvent, PastPatient, PastUnit, PastVersion
from service.domain.record import Stored
from service.storage.kept.directory import DirectoryChanges
from service.storage.kept.saving import KeptChanges
from service.storage.patients import UNDESCRIBED
from service.storage.rows import delete_rows
from service.storage.tables.columns import OPEN
from service.storage.tables.migration import migrated_plans
from service.storage.tables.outreach import outreach, outreach_follow_ups
from service.storage.tables.plan import (
    adjustments,
    agreements,
    eligibilities,
    live_plans,
    plan_protocols,
)
from service.storage.tables.projection import (
    bookings,
    evidence,
    follow_ups,
    not_counted,
    rounds,
    stretches,
)
from service.storage.tables.record import (
    care_relations,
    patients,
    resources,
    transactions,
    versions,
)
from service.storage.transaction import Transaction

if TYPE_CHECKING:
    from service.storage.repositories import Work

REFRESH: Final = "refresh"
PROJECTION: Final[Sequence[Table]] = (
    evidence,
    not_counted,
    follow_ups,
    rounds,
    stretches,
    adjustments,
    plan_protocols,
    live_plans,
    agreements,
    eligibilities,
    care_relations,
    bookings,
    outreach,
    outreach_follow_ups,
)


class Replays:
    """The past as one transaction goes through it; the people must be locked."""

    def __init__(self, transaction: Transaction, work: "Callable[[Transaction], Work]") -> None:
        self._transaction = transaction
        self._connection: Connection = transaction.connection
        self._work = work
        self._follow_up_keys: dict[str, int] = {}
        self._identities: dict[int, str] = {}

    def moved(self) -> dict[int, list[int]]:
        """The resources that were about somebody else before, by the keys of those."""
        return self._moved(_MOVED, {})

    def moved_since(self, keys: Sequence[int], since: datetime) -> dict[int, list[int]]:
        """The same of these people, as far as resources were moved since an instant."""
        given = {"keys": list(keys), "since": since}
        if not self._connection.execute(_CHANGED_SINCE, given).scalar():
            return {}
        return self._moved(_MOVED_SINCE, given)

    def units_version(self) -> int:
        """A number that grows with each version of an organisation or a location."""
        return self._connection.execute(_UNITS_VERSION).scalar() or 0

    def units(self) -> list[PastUnit]:
        """Every version of organisations and locations, in order."""
        rows = self._connection.execute(_UNITS)
        return [PastUnit(row.tx, _stored(row)) for row in rows]

    def begin(self, keys: Sequence[int], moved: Mapping[int, Sequence[int]]) -> list[PastPatient]:
        """The past of these people; what is kept of them is emptied."""
        given = {"keys": list(keys)}
        ids = {row.patient: row.id for row in self._connection.execute(_IDS, given)}
        known = self._connection.execute(_KNOWN_KEYS, given)
        self._follow_up_keys |= {row.id: row.follow_up for row in known}
        decided, fitted = self._decided(keys), self._fitted(keys)
        refreshed = self._connection.execute(_REFRESHED).all()
        found = [
            PastPatient(
                key,
                ids[key],
                self._events(key, moved.get(key, ()), decided[key], fitted[key], refreshed),
            )
            for key in keys
        ]
        for key in keys:
            delete_rows(self._connection, PROJECTION, {"patient": key})
        undescribed = {name: value for name, value in UNDESCRIBED.items() if name != "merged_into"}
        self._connection.execute(_UNDESCRIBE.values(undescribed), given)
        return found

    def at(
        self,
        event: PastEvent,
        people: Mapping[str, int],
        units: Mapping[str, Unit],
        places: Sequence[Place],
    ) -> "Work":
        """A transaction that writes as the one of an event did, with the units of that time."""
        here = self._transaction
        past = Transaction(here.connection, event.tx, event.at, here.keys, dict(people))
        work = self._work(past)
        vars(work)["kept"] = _ReplayedKept(past, self._follow_up_keys)
        vars(work)["feeds"] = work.feeds_anew
        vars(work)["directory"] = _ReplayedDirectory(past, units, places, self._identities)
        return work

    def end(self) -> None:
        """Let people bear the identity codes that they bear in the end: no two do at the same time."""
        DirectoryChanges(self._transaction).identify_patients(self._identities)

    def _moved(self, statement: Select[Any], given: Mapping[str, Any]) -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for row in self._connection.execute(statement, given):
            found[row.patient].append(row.resource)
        return found

    def _events(
        self,
        key: int,
        moved: Collection[int],
        decided: "_Decided",
        fitted: Collection[datetime],
        refreshed: Sequence[Row[Any]],
    ) -> tuple[PastEvent, ...]:
        rows = self._connection.execute(_VERSIONS, {"key": key, "moved": list(moved)}).all()
        told: defaultdict[int, list[PastVersion]] = defaultdict(list)
        before: dict[tuple[str, str], Stored] = {}
        known = {row.tx: (row.at, row.history) for row in rows} | self._unversioned(
            decided, fitted, rows
        )
        for row in rows:
            stored = _stored(row)
            if not row.made:
                told[row.tx].append(PastVersion(stored, before.get((row.type, row.id))))
            before[row.type, row.id] = stored
        first = min(known, default=0)
        nightly = {row.tx: row.at for row in refreshed if row.tx > first and known}
        known |= {tx: (at, False) for tx, at in nightly.items() if tx not in known}
        return tuple(
            PastEvent(
                tx=tx,
                at=at,
                is_refresh=tx in nightly,
                is_history=is_history,
                versions=tuple(told[tx]),
                enrolled=tuple(decided.enrolled(at)),
                taken_back=decided.taken_back(at),
                is_fitted=at in fitted,
                in_versions=decided.in_versions(at),
                renewed=decided.renewed(at),
            )
            for tx, (at, is_history) in sorted(known.items())
        )

    def _unversioned(
        self, decided: "_Decided", fitted: Collection[datetime], rows: Sequence[Row[Any]]
    ) -> dict[int, tuple[datetime, bool]]:
        """Transactions that decided something and made no version."""
        missing = (decided.instants() | set(fitted)) - {row.at for row in rows} - {OPEN}
        found = {}
        for at in missing:
            tx = self._connection.execute(_AT, {"at": at}).scalar()
            if tx is not None:
                found[tx] = (at, False)
        return found

    def _fitted(self, keys: Sequence[int]) -> dict[int, set[datetime]]:
        """The instants at which it was known that protocols fit, or no longer do."""
        found: dict[int, set[datetime]] = {key: set() for key in keys}
        for row in self._connection.execute(_FITTED, {"keys": list(keys)}):
            found[row.patient] |= {row.known_from, row.known_to}
        return found

    def _decided(self, keys: Sequence[int]) -> dict[int, "_Decided"]:
        found = {key: _Decided([], []) for key in keys}
        for row in self._connection.execute(_DECIDED, {"keys": list(keys)}):
            found[row.patient].followed.append(row)
        for row in self._connection.execute(_MOVED_PLANS, {"keys": list(keys)}):
            found[row.patient].moved.append(row)
        return found


class _ReplayedKept(KeptChanges):
    """Follow-ups get the keys they had."""

    def __init__(self, transaction: Transaction, keys: Mapping[str, int]) -> None:
        super().__init__(transaction)
        self._keys = keys

    @override
    def _new_key(self, id_: str) -> int:
        return self._keys.get(id_) or super()._new_key(id_)


class _ReplayedDirectory:
    """Patients are described and placed; units and places are those of the time, and stay."""

    def __init__(
        self,
        transaction: Transaction,
        units: Mapping[str, Unit],
        places: Sequence[Place],
        identities: dict[int, str],
    ) -> None:
        self._people = DirectoryChanges(transaction)
        self._units = dict(units)
        self._places = list(places)
        self.describe_patients = self._people.describe_patients
        self.place_patients = self._people.place_patients
        self.identify_patients = identities.update

    def units(self) -> dict[str, Unit]:
        return self._units

    def places(self) -> list[Place]:
        return self._places

    def describe_unit(self, id_: str, unit: Unit) -> None:
        """Units are described already."""

    def place_unit(self, place: Place) -> None:
        """Units are placed already."""


def _stored(row: Row[Any]) -> Stored:
    return Stored(row.type, row.id, row.version, row.at, row.body or b"", row.method, row.patient)


class _Decided(NamedTuple):
    """What was decided about one plan outside the record, with both clocks.

    `followed` are its protocols, `moved` the decisions that it follow another version of one.
    """

    followed: list[Row[Any]]
    moved: list[Row[Any]]

    def instants(self) -> set[datetime]:
        """The instants at which something was decided."""
        rows = (*self.followed, *self.moved)
        return {one for row in rows for one in (row.known_from, row.known_to)}

    def enrolled(self, at: datetime) -> Iterable[tuple[str, Decided]]:
        """What came into the plan at an instant by a run or a person."""
        for row in self._new(at):
            if row.decision in REPLAYED:
                yield row.protocol, Decided(row.decision, row.run, row.author, row.reason)

    def in_versions(self, at: datetime) -> dict[str, str]:
        """The versions in which protocols came into the plan at an instant."""
        return {row.protocol: row.version for row in self._new(at)}

    def taken_back(self, at: datetime) -> tuple[str, ...]:
        """The enrolment runs that were taken back at an instant."""
        changed = {_which(row) for row in self.followed if row.known_from == at}
        gone = (row for row in self.followed if row.known_to == at and row.run)
        return tuple(dict.fromkeys(row.run for row in gone if _which(row) not in changed))

    def renewed(self, at: datetime) -> tuple[str, ...]:
        """The protocols about whose version something was decided at an instant."""
        found = (row.protocol for row in self.moved if at in {row.known_from, row.known_to})
        return tuple(dict.fromkeys(found))

    def _new(self, at: datetime) -> list[Row[Any]]:
        """What came into the plan at an instant, not by a change of what was there."""
        changed = {_which(row) for row in self.followed if row.known_to == at}
        return [row for row in self.followed if row.known_from == at and _which(row) not in changed]


def _which(row: Row[Any]) -> tuple[str, str]:
    """What stays the same where a decision is changed and not a new one."""
    return row.protocol, row.run


_KEYS: Final[BindParameter[Any]] = bindparam("keys", expanding=True)
_OF_VERSION: Final = (
    versions.c.tx,
    transactions.c.at,
    transactions.c.history,
    resources.c.type,
    resources.c.id,
    versions.c.version,
    versions.c.method,
    versions.c.made,
    versions.c.body,
    versions.c.patient,
)
_EACH: Final[Select[Any]] = (
    select(*_OF_VERSION)
    .join(resources, resources.c.resource == versions.c.resource)
    .join(transactions, transactions.c.tx == versions.c.tx)
    .order_by(versions.c.tx, versions.c.version_key)
)
_VERSIONS: Final = _EACH.where(
    (resources.c.patient == bindparam("key"))
    | resources.c.resource.in_(bindparam("moved", expanding=True))
)
_OF_UNITS: Final = resources.c.type.in_(["Organization", "Location"])
_UNITS: Final = _EACH.where(_OF_UNITS)
_UNITS_VERSION: Final = select(func.sum(resources.c.version)).where(_OF_UNITS)
_MOVED: Final[Select[Any]] = (
    select(versions.c.patient, versions.c.resource)
    .join(resources, resources.c.resource == versions.c.resource)
    .where(versions.c.patient != resources.c.patient, versions.c.patient > 0)
    .distinct()
)
_SINCE: Final = bindparam("since", type_=transactions.c.at.type)
_later = versions.alias()
_MOVED_SINCE: Final[Select[Any]] = _MOVED.where(
    versions.c.patient.in_(_KEYS),
    versions.c.resource.in_(
        select(_later.c.resource)
        .join(transactions, transactions.c.tx == _later.c.tx)
        .where(transactions.c.at >= _SINCE)
    ),
)
_CHANGED_SINCE: Final = select(func.count()).where(
    patients.c.patient.in_(_KEYS), patients.c.changed_at >= _SINCE
)
_IDS: Final = select(patients.c.patient, patients.c.id).where(patients.c.patient.in_(_KEYS))
_KNOWN_KEYS: Final = select(follow_ups.c.id, follow_ups.c.follow_up).where(
    follow_ups.c.patient.in_(_KEYS)
)
_DECIDED: Final = select(plan_protocols).where(plan_protocols.c.patient.in_(_KEYS))
_FITTED: Final = select(
    eligibilities.c.patient, eligibilities.c.known_from, eligibilities.c.known_to
).where(eligibilities.c.patient.in_(_KEYS))
_MOVED_PLANS: Final = (
    select(migrated_plans)
    .where(migrated_plans.c.patient.in_(_KEYS))
    .order_by(migrated_plans.c.known_from)
)
_REFRESHED: Final[Select[Any]] = select(transactions.c.tx, transactions.c.at).where(
    transactions.c.request == REFRESH
)
_AT: Final = (
    select(transactions.c.tx)
    .where(transactions.c.at == bindparam("at"))
    .order_by(transactions.c.tx)
)
_UNDESCRIBE: Final = update(patients).where(patients.c.patient.in_(_KEYS))
