"""What was known of patients at earlier instants, and the keeping of it once a load of history changes it.

What was known before the earliest new instant is left as it is; everything since is written anew.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row as Result
from sqlalchemy import bindparam, delete, select

from service.domain.applicability import Fit
from service.domain.care_plan import ON_ARRIVAL
from service.domain.interval import FOREVER, next_day
from service.domain.recollection import InPlan, Known, OfFollowUp, OfProtocol, Recollection
from service.storage.evidence import EvidenceChanges
from service.storage.kept.adjustments import adjustment_of
from service.storage.kept.plans import last_day
from service.storage.rows import Row, insert_rows
from service.storage.stretch_rows import STRETCH_COLUMNS, stretch_of, stretch_row
from service.storage.tables.columns import OPEN
from service.storage.tables.plan import adjustments, eligibilities, plan_protocols
from service.storage.tables.projection import follow_ups, stretches
from service.storage.transaction import Transaction


class Recollections:
    """What was known when, as a transaction changes it; the people must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._transaction = transaction

    def of(self, patient: int) -> Recollection:
        """Everything that was ever known about a person."""
        return Recollection(
            facts=EvidenceChanges(self._transaction).over_time(patient),
            adjustments=[_known(row, adjustment_of(row)) for row in self._rows(_DECIDED, patient)],
            protocols=[_known(row, _in_plan(row)) for row in self._rows(_PLANNED, patient)],
            fits=[_known(row, _fit(row)) for row in self._rows(_FITTING, patient)],
            stretches=[
                _known(row, (row.identity, stretch_of(row)), row.tx)
                for row in self._rows(_STRETCHES, patient)
            ],
        )

    def add_to_plan(self, patient: int, added: Sequence[Known[InPlan]]) -> None:
        """Let protocols have come into the plan when what qualifies for them did."""
        rows = [
            (patient, *one.what, one.known_from, one.known_to or OPEN, *ON_ARRIVAL) for one in added
        ]
        insert_rows(self._connection, {plan_protocols: rows})

    def keep(
        self,
        patient: int,
        since: datetime,
        told: Sequence[Known[OfFollowUp]],
        fits: Sequence[Known[OfProtocol]],
        *,
        today: date,
    ) -> None:
        """Let these stretches and fitting days be what was known since an instant, and no others."""
        given = {"of": patient, "since": since}
        what = {row.identity: row for row in self._rows(_FOLLOW_UPS, patient)}
        rows = [self._stretch_row(patient, what, one, today) for one in told]
        fitting = [_fit_row(patient, one) for one in fits]
        self._connection.execute(_NO_STRETCHES, given)
        self._connection.execute(_NO_FITS, given)
        insert_rows(self._connection, {stretches: rows, eligibilities: fitting})

    def _stretch_row(
        self,
        patient: int,
        follow_up: Mapping[str, Result[Any]],
        one: Known[OfFollowUp],
        today: date,
    ) -> Row:
        identity, stretch = one.what
        row = follow_up[identity]
        is_known = one.known_to is None
        return stretch_row(
            (patient, row.follow_up),
            (row.activity, row.kind),
            stretch,
            known=(one.known_from, one.known_to or OPEN),
            tx=one.tx or self._transaction.tx,
            live=is_known and stretch.holds_to > today,
        )

    def _rows(self, statement: Any, patient: int) -> Sequence[Result[Any]]:
        return self._connection.execute(statement, {"of": patient}).all()


def _known(row: Result[Any], what: Any, tx: int = 0) -> Known[Any]:
    return Known(what, row.known_from, None if row.known_to == OPEN else row.known_to, tx)


def _in_plan(row: Result[Any]) -> InPlan:
    return InPlan(row.care_plan, row.protocol, row.version, row.from_day, row.until_day)


def _fit(row: Result[Any]) -> OfProtocol:
    until = row.until_day if row.until_day == FOREVER else next_day(row.until_day)
    return row.protocol, Fit(row.from_day, until, row.source)


def _fit_row(patient: int, one: Known[OfProtocol]) -> Row:
    protocol, fit = one.what
    known_to = one.known_to or OPEN
    return (patient, protocol, fit.from_day, last_day(fit), one.known_from, known_to, fit.source)


_DECIDED: Final = (
    select(adjustments)
    .where(adjustments.c.patient == bindparam("of"))
    .order_by(adjustments.c.adjustment)
)
_PLANNED: Final = (
    select(plan_protocols)
    .where(plan_protocols.c.patient == bindparam("of"))
    .order_by(plan_protocols.c.protocol, plan_protocols.c.known_from)
)
_FITTING: Final = select(eligibilities).where(eligibilities.c.patient == bindparam("of"))
_FOLLOW_UPS: Final = select(follow_ups).where(follow_ups.c.patient == bindparam("of"))
_STRETCHES: Final = (
    select(
        stretches.c.patient,
        stretches.c.follow_up,
        *STRETCH_COLUMNS,
        stretches.c.known_from,
        stretches.c.known_to,
        stretches.c.tx,
        follow_ups.c.identity,
    )
    .join(
        follow_ups,
        (follow_ups.c.patient == stretches.c.patient)
        & (follow_ups.c.follow_up == stretches.c.follow_up),
    )
    .where(stretches.c.patient == bindparam("of"))
)
_NO_STRETCHES: Final = delete(stretches).where(
    stretches.c.patient == bindparam("of"),
    stretches.c.known_to >= bindparam("since", type_=stretches.c.known_to.type),
)
_NO_FITS: Final = delete(eligibilities).where(
    eligibilities.c.patient == bindparam("of"),
    eligibilities.c.known_to >= bindparam("since", type_=eligibilities.c.known_to.type),
)
