"""Adjustments: what people decided about follow-ups, each with when we knew it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select, update

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.interval import Interval
from service.storage.rows import insert_rows
from service.storage.tables.columns import EPOCH, OPEN, OPEN_DAY
from service.storage.tables.plan import adjustments
from service.storage.transaction import Transaction


class AdjustmentChanges:
    """Adjustments as a transaction changes them; the person must be locked."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._transaction = transaction

    def told_by(self, patient: int, source: str) -> list[Adjustment]:
        """The decisions that a source tells now."""
        given = {"patient": patient, "from_source": source}
        return [adjustment_of(row) for row in self._connection.execute(_OF_SOURCE, given)]

    def replace(
        self,
        patient: int,
        source: str,
        decided: Sequence[Adjustment],
        *,
        known: Mapping[Adjustment, datetime] = MappingProxyType({}),
    ) -> bool:
        """Let a source tell these decisions and no others; whether that changed anything.

        `known` are the instants from which some of them count as known, for a load of history; the
        others do from this transaction's. None does before what it takes the place of was known.
        """
        given = {"patient": patient, "from_source": source}
        standing = self._connection.execute(_OF_SOURCE, given).all()
        told = {adjustment_of(row): row for row in standing}
        gone = [row for decision, row in told.items() if decision not in decided]
        least = max((row.known_from + _NEXT for row in gone), default=EPOCH)
        at = self._transaction.at
        new = {
            one: max(known[one], least) if one in known else at
            for one in decided
            if one not in told
        }
        if gone:
            numbers = [row.adjustment for row in gone]
            ended = {"of": patient, "numbers": numbers, "known_to": min(new.values(), default=at)}
            self._connection.execute(_END, ended)
        if new:
            self._add(patient, new)
        return bool(gone or new)

    def hold(self, patient: int, hold: Adjustment, *, is_on_hold: bool) -> bool:
        """Let the whole plan be on hold from `hold`'s first day, or go on from that day."""
        standing = self.told_by(patient, hold.source)
        now = [one for one in standing if one.until_day == OPEN_DAY]
        if bool(now) == is_on_hold:
            return False
        past = [one for one in standing if one.until_day != OPEN_DAY]
        last_day = hold.from_day - timedelta(days=1)
        ended = [one._replace(until_day=last_day) for one in now if one.from_day <= last_day]
        decided = [*past, *ended, *([hold] if is_on_hold else [])]
        return self.replace(patient, hold.source, decided)

    def _add(self, patient: int, new: Mapping[Adjustment, datetime]) -> None:
        last = self._connection.execute(_LAST_NUMBER, {"patient": patient}).scalar_one()
        rows = [
            (patient, last + number, *_told(one), since, OPEN, *_said(one))
            for number, (one, since) in enumerate(new.items(), start=1)
        ]
        insert_rows(self._connection, {adjustments: rows})


def adjustment_of(row: Row[Any]) -> Adjustment:
    """The decision that a row tells."""
    return Adjustment(
        kind=AdjustmentKind(row.kind),
        from_day=row.from_day,
        until_day=row.until_day,
        follow_up=row.follow_up_id,
        reason=row.reason,
        author=row.author,
        due_on=_day_or_none(row.due_on),
        interval=Interval.parse(row.interval) if row.interval else None,
        ask_again_on=_day_or_none(row.ask_again_on),
        source=row.source,
        reason_code=row.reason_code,
        place=row.place,
        accepted_by=row.accepted_by,
    )


def _told(one: Adjustment) -> tuple[Any, ...]:
    return (
        one.follow_up,
        one.kind.value,
        one.from_day,
        one.until_day,
        one.reason,
        one.author,
        one.due_on or OPEN_DAY,
        one.interval.iso if one.interval else "",
        one.ask_again_on or OPEN_DAY,
        one.source,
    )


def _said(one: Adjustment) -> tuple[str, str, str]:
    return one.reason_code, one.place, one.accepted_by


def _day_or_none(day: date) -> date | None:
    return None if day == OPEN_DAY else day


_NEXT: Final = timedelta(microseconds=1)
_OF_SOURCE: Final = (
    select(adjustments)
    .where(
        adjustments.c.patient == bindparam("patient"),
        adjustments.c.source == bindparam("from_source"),
        adjustments.c.known_to == OPEN,
    )
    .order_by(adjustments.c.adjustment)
)
_LAST_NUMBER: Final = select(func.coalesce(func.max(adjustments.c.adjustment), 0)).where(
    adjustments.c.patient == bindparam("patient")
)
_END: Final = update(adjustments).where(
    adjustments.c.patient == bindparam("of"),
    adjustments.c.adjustment.in_(bindparam("numbers", expanding=True)),
)
