"""Keeping what has changed of a patient: stretches with both clocks, follow-ups, rounds.

A stretch that no longer holds is not deleted: from then on it is no longer known. One that this
same transaction wrote is, for nobody ever knew it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, update

from service.domain.kept import ChangedFollowUp, ChangedRound
from service.storage.kept.state import Kept
from service.storage.rows import Row
from service.storage.stretch_rows import stretch_row, text_of_names
from service.storage.tables.columns import OPEN, OPEN_DAY
from service.storage.tables.projection import follow_ups, rounds, stretches
from service.storage.transaction import Transaction

Rows = dict[Table, list[Row]]


class KeptChanges(Kept):
    """What is kept of patients as a transaction changes it; they must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def save(
        self,
        patient: int,
        changed: Sequence[ChangedFollowUp],
        *,
        care_plan: str,
        today: date,
    ) -> None:
        """Keep the changed follow-ups of a patient, known from the transaction's instant."""
        rows: Rows = defaultdict(list)
        at = self._transaction.at
        for one in changed:
            key = one.before.key if one.before else self._new_key(one.id)
            if one.before is None:
                rows[follow_ups].append(_follow_up_row(patient, key, one, care_plan, today))
            else:
                self._update(patient, key, one)
            if one.moved:
                self._move(patient, key, one, rows=rows, at=at, today=today)
            self._save_rounds(patient, key, one.rounds, rows)
        self._transaction.insert(rows)

    def _new_key(self, id_: str) -> int:
        """The key of a follow-up that is new; `id_` is its ServiceRequest's."""
        del id_
        return self._transaction.follow_up_keys(1)[0]

    def _update(self, patient: int, key: int, one: ChangedFollowUp) -> None:
        values = {"status": one.status.value, "protocols": text_of_names(one.protocols)}
        self._connection.execute(_FOLLOW_UP, {"of": patient, "key": key, **values})

    def _move(
        self, patient: int, key: int, one: ChangedFollowUp, *, rows: Rows, at: datetime, today: date
    ) -> None:
        old = one.before.stretches if one.before else ()
        new = one.follow_up.stretches
        gone = [stretch.holds_from for stretch in set(old) - set(new)]
        what = (one.follow_up.key, one.follow_up.kind)
        self._forget(patient, key, gone, at)
        rows[stretches] += [
            stretch_row(
                (patient, key),
                what,
                stretch,
                known=(at, OPEN),
                tx=self._transaction.tx,
                live=stretch.holds_to > today,
            )
            for stretch in new
            if stretch not in old
        ]

    def _forget(self, patient: int, key: int, days: Sequence[date], at: datetime) -> None:
        if days:
            given = {"of": patient, "key": key, "days": list(days)}
            self._connection.execute(_NEVER_KNOWN, {**given, "since": at})
            self._connection.execute(_NO_LONGER_KNOWN, {**given, "known_to": at, "live": False})

    def _save_rounds(
        self, patient: int, key: int, changed: Iterable[ChangedRound], rows: Rows
    ) -> None:
        for one in changed:
            values = _round_values(one)
            if one.is_new:
                began = one.round.began
                started_on = began.on if began else one.round.from_day
                row = (patient, key, one.key, started_on, one.task, *values.values())
                rows[rounds].append(row)
            else:
                given = {"of": patient, "key": key, "which": one.key}
                self._connection.execute(_ROUND, {**given, **values})


def _follow_up_row(
    patient: int, key: int, one: ChangedFollowUp, care_plan: str, today: date
) -> Row:
    follow_up = one.follow_up
    return (
        patient,
        key,
        one.id,
        follow_up.identity,
        follow_up.key,
        follow_up.kind,
        follow_up.performer,
        care_plan,
        today,
        one.status.value,
        text_of_names(one.protocols),
    )


def _round_values(one: ChangedRound) -> dict[str, Any]:
    closed = one.round.closed
    return {
        "status": one.status.value,
        "done_on": closed.on if closed else OPEN_DAY,
        "done_source": closed.source if closed else "",
    }


_OF: Final = (stretches.c.patient == bindparam("of")) & (stretches.c.follow_up == bindparam("key"))
_THESE: Final = (
    _OF
    & stretches.c.holds_from.in_(bindparam("days", expanding=True))
    & (stretches.c.known_to == OPEN)
)
_NEVER_KNOWN: Final = delete(stretches).where(
    _THESE, stretches.c.known_from >= bindparam("since", type_=stretches.c.known_from.type)
)
_NO_LONGER_KNOWN: Final = update(stretches).where(_THESE)
_FOLLOW_UP: Final = update(follow_ups).where(
    follow_ups.c.patient == bindparam("of"), follow_ups.c.follow_up == bindparam("key")
)
_ROUND: Final = update(rounds).where(
    rounds.c.patient == bindparam("of"),
    rounds.c.follow_up == bindparam("key"),
    rounds.c.began == bindparam("which"),
)
