"""One patient's plan on a day: unit, agreement, protocols, and every follow-up with its marks."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, select

from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.errors import NotFound
from service.domain.seen import SeenPlan, SeenUnit
from service.storage.access import bound, visible
from service.storage.kept.state import person_of
from service.storage.seen.moment import (
    Knowledge,
    asked,
    knowledge_of,
    known,
    moment_bound,
    on_the_day,
)
from service.storage.seen.rows import (
    FOLLOW_UP_COLUMNS,
    THEIR_FOLLOW_UP,
    beside,
    distance_of,
    seen_follow_up,
)
from service.storage.seen.settled import last_known
from service.storage.tables.plan import agreements, plan_protocols, units
from service.storage.tables.projection import follow_ups, stretches
from service.storage.tables.record import care_relations, patients


def plan_of(
    connection: Connection,
    patient: str,
    *,
    viewer: Viewer,
    as_of: date,
    known_at: datetime | None,
) -> SeenPlan:
    """A patient's plan on a day, as known at an instant; NotFound where the viewer sees no such patient."""
    found = connection.execute(_of_id(viewer.role), {"id_of": patient, **bound(viewer)}).first()
    if found is None:
        raise NotFound
    return _Planned(connection, found, as_of, known_at, viewer.today).seen()


class _Planned:
    """The plan of one patient who may be seen."""

    def __init__(
        self,
        connection: Connection,
        patient: Row[Any],
        as_of: date,
        known_at: datetime | None,
        today: date,
    ) -> None:
        self._connection = connection
        self._patient = patient
        self._as_of = as_of
        self._known_at = known_at
        self._knowledge = knowledge_of(as_of, known_at, today=today)
        self._given = {**moment_bound(as_of, known_at), "patient": patient.patient}

    def seen(self) -> SeenPlan:
        protocols = self._connection.execute(_PROTOCOLS, self._given).all()
        care_plan = _care_plan(protocols)
        decided = beside(self._connection, [self._patient.patient], self._given)
        rows = self._connection.execute(_follow_ups(self._knowledge), self._given).all()
        return SeenPlan(
            key=self._patient.patient,
            patient=self._patient.id,
            person=person_of(self._patient),
            unit=self._unit(rows),
            care_plan=care_plan,
            agreed_on=self._agreed_on(care_plan),
            on_hold_until=_on_hold_until(decided.adjustments.get(self._patient.patient, ())),
            protocols=_followed(protocols, self._as_of),
            follow_ups=tuple(seen_follow_up(row, decided, self._as_of) for row in rows),
            as_of=self._as_of,
            known_at=self._known_at or last_known(self._connection),
            from_history=any(row.from_history for row in rows),
            distance_km=distance_of(self._patient),
        )

    def _unit(self, rows: Sequence[Row[Any]]) -> SeenUnit:
        """The unit that the follow-ups of the day name; without any, the one that cares that day."""
        id_ = rows[0].unit if rows else self._connection.execute(_CARES, self._given).scalar()
        found = self._connection.execute(_UNIT, {"unit_id": id_ or ""}).first()
        return SeenUnit(*found) if found else SeenUnit(id_ or "")

    def _agreed_on(self, care_plan: str) -> date | None:
        given = {**self._given, "care_plan": care_plan}
        day = self._connection.execute(_AGREED_ON, given).scalar()
        return None if day is None or day > self._as_of else day


def _care_plan(rows: Sequence[Row[Any]]) -> str:
    """The plan that follows the protocols; of several, the one that follows the longest."""
    last = max(rows, key=lambda row: row.until_day, default=None)
    return last.care_plan if last else ""


def _followed(rows: Sequence[Row[Any]], day: date) -> tuple[tuple[str, str], ...]:
    return tuple(
        (row.protocol, row.version) for row in rows if row.from_day <= day <= row.until_day
    )


def _on_hold_until(decided: Sequence[Adjustment]) -> date | None:
    held = (one.until_day for one in decided if one.kind is AdjustmentKind.PLAN_ON_HOLD)
    return max(held, default=None)


_PATIENT: Final[BindParameter[Any]] = bindparam("patient")
_PROTOCOLS: Final = (
    select(plan_protocols)
    .where(plan_protocols.c.patient == _PATIENT, known(plan_protocols.c))
    .order_by(plan_protocols.c.protocol, plan_protocols.c.from_day)
)
_AGREED_ON: Final = select(agreements.c.agreed_on).where(
    agreements.c.patient == _PATIENT,
    agreements.c.care_plan == bindparam("care_plan"),
    known(agreements.c),
)
_CARES: Final = (
    select(care_relations.c.unit)
    .where(care_relations.c.patient == _PATIENT, on_the_day(care_relations.c))
    .order_by(care_relations.c.from_day.desc())
)
_UNIT: Final = select(units.c.unit, units.c.name, units.c.phone).where(
    units.c.unit == bindparam("unit_id")
)


@cache
def _of_id(role: Role) -> Select[Any]:
    return select(patients).where(
        patients.c.id == bindparam("id_of"), visible(role, patients.c.patient)
    )


@cache
def _follow_ups(knowledge: Knowledge) -> Select[Any]:
    return (
        select(*FOLLOW_UP_COLUMNS)
        .join_from(stretches, follow_ups, THEIR_FOLLOW_UP)
        .where(stretches.c.patient == _PATIENT, *asked(stretches.c, knowledge))
        .order_by(stretches.c.urgency, stretches.c.order_on, stretches.c.follow_up)
    )
