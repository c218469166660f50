"""Enrolment runs: who could be enrolled, what each run decided, which were taken back.

The answers are for the service itself, not for a viewer.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, exists, select, update

from service.domain.enrolment import Run
from service.storage.rows import insert_rows
from service.storage.tables.columns import OPEN
from service.storage.tables.plan import eligibilities, enrolments, plan_protocols
from service.storage.tables.record import patients
from service.storage.transaction import Transaction


class Enrolments:
    """Enrolments as a job asks for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def eligible(
        self,
        protocols: Collection[str],
        units: Collection[str],
        *,
        today: date,
        after: int,
        limit: int,
    ) -> Mapping[int, frozenset[str]]:
        """Whom a protocol fits today that their plan does not follow: the next people, by their keys.

        `units` are those responsible for them today; empty for any.
        """
        given = {"protocols": list(protocols), "units": list(units), "today": today}
        statement = _ELIGIBLE.where(patients.c.unit.in_(_UNITS)) if units else _ELIGIBLE
        people = self._connection.execute(
            _people(statement), {**given, "after": after, "limit": limit}
        ).scalars()
        keys = list(people)
        found: defaultdict[int, set[str]] = defaultdict(set)
        if keys:
            for row in self._connection.execute(
                statement.where(eligibilities.c.patient.in_(_KEYS)),
                {**given, "keys": keys, "after": after},
            ):
                found[row.patient].add(row.protocol)
        return {key: frozenset(found[key]) for key in keys}

    def people_of(self, run: str, *, after: int, limit: int) -> list[int]:
        """The next people whose plans still follow a protocol because of a run, by their keys."""
        given = {"of_run": run, "after": after, "limit": limit}
        return list(self._connection.execute(_PEOPLE_OF, given).scalars())

    def run(self, run: str) -> Run | None:
        """What a run was; None where there was none of that name."""
        row = self._connection.execute(_RUN, {"run": run}).first()
        if row is None:
            return None
        undone = None if row.undone_at == OPEN else row.undone_at
        return Run(
            row.run,
            row.at,
            row.author,
            tuple(row.protocol.split("|")),
            row._mapping["count"],
            undone,
        )


class EnrolmentChanges(Enrolments):
    """Enrolments as a transaction changes them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)

    def begin(self, run: str, protocols: Collection[str], *, author: str, at: datetime) -> None:
        """Begin a run."""
        row = (run, at, author, "|".join(sorted(protocols)), 0, OPEN)
        insert_rows(self._connection, {enrolments: [row]})

    def count(self, run: str, more: int) -> None:
        """Add people whom a run has enrolled."""
        counted = {"count": enrolments.c.count + bindparam("more")}
        self._connection.execute(_OF.values(counted), {"of_run": run, "more": more})

    def undo(self, run: str, *, at: datetime) -> None:
        """Note that a run is taken back."""
        self._connection.execute(_OF, {"of_run": run, "undone_at": at})


_UNITS: Final[BindParameter[Any]] = bindparam("units", expanding=True)
_KEYS: Final[BindParameter[Any]] = bindparam("keys", expanding=True)
_TODAY: Final = bindparam("today", type_=eligibilities.c.from_day.type)
_FOLLOWED: Final = exists().where(
    plan_protocols.c.patient == eligibilities.c.patient,
    plan_protocols.c.protocol == eligibilities.c.protocol,
    plan_protocols.c.known_to == OPEN,
)
_ELIGIBLE: Final = (
    select(eligibilities.c.patient, eligibilities.c.protocol)
    .join(patients, patients.c.patient == eligibilities.c.patient)
    .where(
        eligibilities.c.patient > bindparam("after"),
        eligibilities.c.known_to == OPEN,
        eligibilities.c.from_day <= _TODAY,
        eligibilities.c.until_day >= _TODAY,
        eligibilities.c.protocol.in_(bindparam("protocols", expanding=True)),
        ~_FOLLOWED,
    )
)
_PEOPLE_OF: Final = (
    select(plan_protocols.c.patient)
    .where(
        plan_protocols.c.run == bindparam("of_run"),
        plan_protocols.c.patient > bindparam("after"),
        plan_protocols.c.known_to == OPEN,
    )
    .distinct()
    .order_by(plan_protocols.c.patient)
    .limit(bindparam("limit"))
)
_RUN: Final = select(enrolments).where(enrolments.c.run == bindparam("run"))
_OF: Final = update(enrolments).where(enrolments.c.run == bindparam("of_run"))


def _people(statement: Any) -> Any:
    return (
        statement.with_only_columns(eligibilities.c.patient)
        .distinct()
        .order_by(eligibilities.c.patient)
        .limit(bindparam("limit"))
    )
