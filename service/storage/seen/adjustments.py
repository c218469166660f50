"""What was decided about one follow-up, with both clocks: what holds, and what was known before."""

from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, or_, select

from service.domain.access import Role, Viewer
from service.domain.adjustment import KnownAdjustment
from service.domain.errors import NotFound
from service.domain.seen import SeenAdjustments
from service.storage.access import bound, visible
from service.storage.kept.adjustments import adjustment_of
from service.storage.tables.columns import OPEN
from service.storage.tables.plan import adjustments
from service.storage.tables.projection import follow_ups
from service.storage.tables.record import patients


def adjustments_of(connection: Connection, follow_up: str, viewer: Viewer) -> SeenAdjustments:
    """All that was ever decided about a follow-up and its whole plan; NotFound where the viewer sees none."""
    given = {"id_of": follow_up, **bound(viewer)}
    found = connection.execute(_follow_up(viewer.role), given).first()
    if found is None:
        raise NotFound("There is no follow-up with this id.")
    rows = connection.execute(_DECIDED, {"patient": found.patient, "follow_up": follow_up})
    decided = [
        KnownAdjustment(
            adjustment_of(row), row.known_from, None if row.known_to == OPEN else row.known_to
        )
        for row in rows
    ]
    return SeenAdjustments(found.patient, found.id, tuple(decided))


@cache
def _follow_up(role: Role) -> Select[Any]:
    return (
        select(patients.c.patient, patients.c.id)
        .join(follow_ups, follow_ups.c.patient == patients.c.patient)
        .where(follow_ups.c.id == bindparam("id_of"), visible(role, follow_ups.c.patient))
    )


_DECIDED: Final[Select[Any]] = (
    select(adjustments)
    .where(
        adjustments.c.patient == bindparam("patient"),
        or_(
            adjustments.c.follow_up_id == bindparam("follow_up"),
            adjustments.c.follow_up_id == "",
        ),
    )
    .order_by(adjustments.c.known_from, adjustments.c.adjustment)
)
