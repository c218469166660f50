"""Where the resources that the service made do not say what the projection comes to.

What people changed in them is left alone: compared is whether they are there, and their status.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import BindParameter, Connection, Select, bindparam, exists, select

from service.domain.care_plan import AT_WORK, RequestStatus, TaskStatus
from service.domain.past import Difference
from service.storage.tables.columns import OPEN, OPEN_DAY
from service.storage.tables.plan import live_plans, plan_protocols
from service.storage.tables.projection import follow_ups, rounds
from service.storage.tables.record import resources, versions

_FOLLOWED: Final = ("active", "on-hold")
"""A plan that follows a protocol is one of these; which, people decide."""
_WITHDRAWN: Final = RequestStatus.IN_ERROR.value


def differences(connection: Connection, keys: Sequence[int]) -> list[Difference]:
    """The resources of these people that are missing, say something else, or should not be there."""
    given = {"keys": list(keys)}
    told = {
        (row.type, row.id): orjson.loads(row.body)["status"]
        for row in connection.execute(_MADE, given)
    }
    expected = {(type_, id_): statuses for type_, id_, statuses in _expected(connection, given)}
    found = [
        Difference(type_, id_, told.get((type_, id_), ""), statuses[0])
        for (type_, id_), statuses in expected.items()
        if told.get((type_, id_), "") not in statuses
    ]
    beyond = [
        Difference(type_, id_, status, "")
        for (type_, id_), status in told.items()
        if (type_, id_) not in expected and type_ != "CarePlan" and status != _WITHDRAWN
    ]
    return [*found, *beyond]


def _expected(
    connection: Connection, given: dict[str, Any]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for row in connection.execute(_PLANS, given):
        yield "CarePlan", row.id, _FOLLOWED
    for row in connection.execute(_REQUESTS, given):
        yield "ServiceRequest", row.id, (row.status,)
    for row in connection.execute(_TASKS, given):
        yield "Task", row.id, AT_WORK if row.status == TaskStatus.REQUESTED else (row.status,)


_KEYS: Final[BindParameter[Any]] = bindparam("keys", expanding=True)
_PLANS: Final[Select[Any]] = (
    select(live_plans.c.care_plan.label("id"))
    .where(live_plans.c.patient.in_(_KEYS))
    .where(
        exists().where(
            plan_protocols.c.patient == live_plans.c.patient,
            plan_protocols.c.until_day == OPEN_DAY,
            plan_protocols.c.known_to == OPEN,
        )
    )
)
_REQUESTS: Final = select(follow_ups.c.id, follow_ups.c.status).where(
    follow_ups.c.patient.in_(_KEYS)
)
_TASKS: Final = select(rounds.c.task.label("id"), rounds.c.status).where(
    rounds.c.patient.in_(_KEYS)
)
_first: Final = versions.alias("first")
_IS_OURS: Final = exists().where(
    _first.c.resource == resources.c.resource, _first.c.version == 1, _first.c.made
)
_MADE: Final = (
    select(resources.c.type, resources.c.id, versions.c.body)
    .join(versions, versions.c.version_key == resources.c.current)
    .where(
        resources.c.patient.in_(_KEYS),
        resources.c.type.in_(["CarePlan", "ServiceRequest", "Task"]),
        ~resources.c.deleted,
        _IS_OURS | (resources.c.type == "CarePlan"),
    )
)
