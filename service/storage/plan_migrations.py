"""Migrations of plans: whose plans could be moved, what each run decided, which were undone.

The answers are for the service itself, not for a viewer.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, delete, select, update

from service.domain.care_plan import Decided
from service.domain.plan_migration import ChangedInterval, Chosen, Moved, Run, Since, versions_of
from service.storage.rows import insert_rows
from service.storage.tables.columns import OPEN, OPEN_DAY
from service.storage.tables.migration import changed_intervals, migrated_plans, plan_migrations
from service.storage.tables.plan import plan_protocols
from service.storage.tables.record import patients
from service.storage.transaction import Transaction

_BETWEEN: Final = "|"


class PlanMigrations:
    """Migrations as a job asks for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, run: str) -> Run | None:
        """What a run was; None where there was none of that name."""
        row = self._connection.execute(_RUN, {"run": run}).first()
        return None if row is None else _run(row)

    def followers(self, chosen: Chosen, *, after: int, limit: int) -> list[int]:
        """The next people, by their keys, whose plans follow another version than they are to."""
        statement, given = followers_of(chosen)
        next_ = statement.where(_PLANS.patient > bindparam("after")).limit(bindparam("limit"))
        given |= {"after": after, "limit": limit}
        return list(self._connection.execute(next_, given).scalars())

    def people_of(self, run: str, *, limit: int) -> list[int]:
        """The next people whose plans a run has moved and not been undone for, by their keys."""
        return list(self._connection.execute(_PEOPLE_OF, {"run": run, "limit": limit}).scalars())

    def untold(self, patient: int) -> list[ChangedInterval]:
        """The changed intervals that a person, by their key, has not been told of."""
        rows = self._connection.execute(_UNTOLD, {"of": patient})
        return [
            ChangedInterval(row.follow_up_id, row.activity, row.kind, row.old, row.new, row.on_day)
            for row in rows
        ]


class PlanMigrationChanges(PlanMigrations):
    """Migrations as a transaction changes them; the people must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def begin(self, run: Run) -> None:
        """Begin a run."""
        chosen = run.chosen
        row = (
            *(run.run, run.at, run.author, run.reason),
            *(chosen.protocol, chosen.from_version, chosen.to_version),
            *(_BETWEEN.join(chosen.units), _BETWEEN.join(chosen.patients)),
            *(0, OPEN, OPEN, "", ""),
        )
        insert_rows(self._connection, {plan_migrations: [row]})

    def count(self, run: str, more: int) -> None:
        """Add plans that a run has moved."""
        counted = {"plans": plan_migrations.c.plans + bindparam("more")}
        self._connection.execute(_OF_RUN.values(counted), {"of_run": run, "more": more})

    def finish(self, run: str) -> None:
        """Note that a run has gone through all plans."""
        given = {"of_run": run, "finished_at": self._transaction.at}
        self._connection.execute(_OF_RUN, given)

    def undo(self, run: str, *, author: str, reason: str) -> None:
        """Note who has undone a run, and why."""
        given = {"undone_at": self._transaction.at, "undone_by": author, "undone_because": reason}
        self._connection.execute(_OF_RUN, {"of_run": run, **given})

    def move(self, patient: int, run: Run, day: date) -> bool:
        """Decide that a plan follows another version from a day on; whether it followed the protocol."""
        chosen, at = run.chosen, self._transaction.at
        rows = self._rows(patient, chosen.protocol)
        if not rows:
            return False
        decided = self._decided(patient, chosen.protocol)
        first = decided[0].first_version if decided else rows[0].version
        versions = (first, rows[-1].version, chosen.to_version)
        row = (patient, chosen.protocol, run.run, *versions, day, at, OPEN)
        insert_rows(self._connection, {migrated_plans: [row]})
        self.follow(patient, chosen.protocol)
        return True

    def take_back(self, patient: int, run: Run) -> None:
        """Let a run never have moved a plan."""
        given = {"of": patient, "of_run": run.run, "until": self._transaction.at}
        self._connection.execute(_TAKE_BACK, given)
        self._connection.execute(_TELL_NOTHING, given)
        self.follow(patient, run.chosen.protocol)

    def follow(self, patient: int, protocol: str) -> None:
        """Let a plan follow the versions that come from the decisions that stand at this instant."""
        rows = self._rows(patient, protocol)
        if not rows:
            return
        first = rows[0]
        decided = self._decided(patient, protocol)
        base = decided[0].first_version if decided else first.version
        standing = [_moved(row) for row in decided if row.known_to > self._transaction.at]
        wanted = versions_of(Since(base, first.from_day), standing)
        self._replace(rows, wanted)

    def tell(self, patient: int, run: str, changed: Sequence[ChangedInterval]) -> None:
        """Let a person be told once that these intervals have changed."""
        rows = [
            (
                *(patient, one.follow_up, run, one.activity, one.kind),
                *(one.old, one.new, one.on_day, OPEN, OPEN),
            )
            for one in changed
        ]
        insert_rows(self._connection, {changed_intervals: rows})

    def told(self, patient: int) -> None:
        """Note that a person has been told of all changed intervals."""
        self._connection.execute(_TOLD, {"of": patient, "at": self._transaction.at})

    def _rows(self, patient: int, protocol: str) -> Sequence[Row[Any]]:
        return self._connection.execute(_ROWS, {"of": patient, "which": protocol}).all()

    def _decided(self, patient: int, protocol: str) -> Sequence[Row[Any]]:
        """The decisions that stand at this instant, and those that end with it, in order."""
        given = {"of": patient, "which": protocol, "at": self._transaction.at}
        return self._connection.execute(_DECIDED, given).all()

    def _replace(self, rows: Sequence[Row[Any]], wanted: Sequence[Since]) -> None:
        """Keep the rows that say what is wanted, and write those that differ anew."""
        at, last = self._transaction.at, rows[-1]
        ends = [*(one.from_day - _A_DAY for one in wanted[1:]), last.until_day]
        new = {(one.version, one.from_day, until) for one, until in zip(wanted, ends, strict=True)}
        old = {(row.version, row.from_day, row.until_day) for row in rows}
        for _, first, _ in old - new:
            given = {"of": last.patient, "which": last.protocol, "first": first}
            self._connection.execute(_NEVER_KNOWN, {**given, "since": at})
            self._connection.execute(_NO_LONGER_KNOWN, {**given, "until": at})
        decided = Decided(last.decision, last.run, last.author, last.reason)
        added = [
            (last.patient, last.care_plan, last.protocol, *one, at, OPEN, *decided)
            for one in sorted(new - old, key=lambda one: one[1])
        ]
        insert_rows(self._connection, {plan_protocols: added})


def followers_of(chosen: Chosen) -> tuple[Select[Any], dict[str, Any]]:
    """Asks for the people, by their keys, whose plans follow another version than they are to."""
    statement = _FOLLOWERS
    given: dict[str, Any] = {"protocol": chosen.protocol, "version": chosen.to_version}
    if chosen.from_version:
        statement = statement.where(_PLANS.version == bindparam("from_version"))
        given["from_version"] = chosen.from_version
    if chosen.units:
        statement = statement.where(patients.c.unit.in_(_of("units")))
        given["units"] = list(chosen.units)
    if chosen.patients:
        statement = statement.where(patients.c.id.in_(_of("ids")))
        given["ids"] = list(chosen.patients)
    return statement, given


def _run(row: Row[Any]) -> Run:
    def several(text: str) -> tuple[str, ...]:
        return tuple(text.split(_BETWEEN)) if text else ()

    units, people = several(row.units), several(row.patients)
    chosen = Chosen(row.protocol, row.to_version, row.from_version, units, people)
    finished, undone = _instant(row.finished_at), _instant(row.undone_at)
    return Run(row.run, row.at, row.author, row.reason, chosen, row.plans, finished, undone)


def _instant(at: datetime) -> datetime | None:
    return None if at == OPEN else at


def _moved(row: Row[Any]) -> Moved:
    return Moved(row.from_version, row.to_version, row.on_day)


def _of(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


_A_DAY: Final = timedelta(days=1)
_PLANS: Final = plan_protocols.c
_RUN: Final = select(plan_migrations).where(plan_migrations.c.run == bindparam("run"))
_OF_RUN: Final = update(plan_migrations).where(plan_migrations.c.run == bindparam("of_run"))
# What a plan follows now is its last row: the versions before end on a day that has come.
_FOLLOWERS: Final[Select[Any]] = (
    select(_PLANS.patient)
    .join(patients, patients.c.patient == _PLANS.patient)
    .where(
        _PLANS.protocol == bindparam("protocol"),
        _PLANS.version != bindparam("version"),
        _PLANS.until_day == OPEN_DAY,
        _PLANS.known_to == OPEN,
    )
    .order_by(_PLANS.patient)
)
_PEOPLE_OF: Final = (
    select(migrated_plans.c.patient)
    .where(migrated_plans.c.run == bindparam("run"), migrated_plans.c.known_to == OPEN)
    .order_by(migrated_plans.c.patient)
    .limit(bindparam("limit"))
)
_ROWS: Final = (
    select(plan_protocols)
    .where(
        _PLANS.patient == bindparam("of"),
        _PLANS.protocol == bindparam("which"),
        _PLANS.known_to == OPEN,
    )
    .order_by(_PLANS.from_day)
)
_AT: Final = bindparam("at", type_=migrated_plans.c.known_from.type)
_DECIDED: Final = (
    select(migrated_plans)
    .where(
        migrated_plans.c.patient == bindparam("of"),
        migrated_plans.c.protocol == bindparam("which"),
        migrated_plans.c.known_from <= _AT,
        migrated_plans.c.known_to >= _AT,
    )
    .order_by(migrated_plans.c.known_from)
)
_TAKE_BACK: Final = (
    update(migrated_plans)
    .where(
        migrated_plans.c.patient == bindparam("of"),
        migrated_plans.c.run == bindparam("of_run"),
        migrated_plans.c.known_to == OPEN,
    )
    .values(known_to=bindparam("until"))
)
_TELL_NOTHING: Final = (
    update(changed_intervals)
    .where(
        changed_intervals.c.patient == bindparam("of"),
        changed_intervals.c.run == bindparam("of_run"),
        changed_intervals.c.known_to == OPEN,
    )
    .values(known_to=bindparam("until"))
)
_IS_UNTOLD: Final = (
    (changed_intervals.c.patient == bindparam("of"))
    & (changed_intervals.c.known_to == OPEN)
    & (changed_intervals.c.seen_at == OPEN)
)
_UNTOLD: Final = select(changed_intervals).where(_IS_UNTOLD).order_by(changed_intervals.c.on_day)
_TOLD: Final = update(changed_intervals).where(_IS_UNTOLD).values(seen_at=bindparam("at"))
_THIS: Final = (
    (_PLANS.patient == bindparam("of"))
    & (_PLANS.protocol == bindparam("which"))
    & (_PLANS.from_day == bindparam("first", type_=_PLANS.from_day.type))
    & (_PLANS.known_to == OPEN)
)
_NEVER_KNOWN: Final = delete(plan_protocols).where(
    _THIS, _PLANS.known_from >= bindparam("since", type_=_PLANS.known_from.type)
)
_NO_LONGER_KNOWN: Final = update(plan_protocols).where(_THIS).values(known_to=bindparam("until"))
