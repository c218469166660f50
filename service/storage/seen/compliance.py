"""The counts of an audit: follow-ups by unit, protocol and activity, by the worklist's own states.

Counted together where nothing tells rows apart, then added up by name: a follow-up asked for by two
protocols stands under each, and once where all protocols stand together (what-is-due 10).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    select,
    true,
)

from service.domain.access import CARING, Role, Viewer
from service.domain.compliance import Compliance, Counted, NotFollowed
from service.domain.errors import Forbidden
from service.domain.follow_up import Hold
from service.domain.truth import Truth
from service.storage.access import bound, visible
from service.storage.seen.moment import (
    AS_OF,
    holding,
    known,
    moment_bound,
    on_the_day,
)
from service.storage.seen.plan import last_known
from service.storage.seen.units import UNITS
from service.storage.stretch_rows import names_of
from service.storage.tables.plan import eligibilities, plan_protocols
from service.storage.tables.projection import stretches
from service.storage.tables.record import care_relations, transactions

TOGETHER: Final = ""
_COUNTS: Final = ("upcoming", "due", "overdue", "paused", "at_target", "beyond_target")


def compliance_of(
    connection: Connection,
    *,
    viewer: Viewer,
    as_of: date,
    known_at: datetime | None,
    units: tuple[str, ...],
) -> Compliance:
    """The counts of a day, as known at an instant; Forbidden for patients and administrators."""
    if viewer.role not in CARING | {Role.AUDITOR}:
        raise Forbidden("Counts are for auditors, and for those who care for patients.")
    given = {**bound(viewer), **moment_bound(as_of, known_at), "any_unit": list(units)}
    counted = connection.execute(_counted(viewer.role, bool(units)), given).all()
    missed = connection.execute(_not_followed(viewer.role, bool(units)), given)
    return Compliance(
        as_of=as_of,
        known_at=known_at or last_known(connection),
        rows=tuple(_added_up(counted)),
        not_followed=tuple(NotFollowed._make(row) for row in missed),
        from_history=bool(connection.execute(_HISTORY).scalar()),
    )


def _added_up(rows: Sequence[Row[Any]]) -> Iterator[Counted]:
    """Every unit, protocol and activity, and each of them together with all others."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for row in rows:
        counts = {name: getattr(row, name) for name in _COUNTS}
        # Those without a unit stand only where all units stand together.
        units = {TOGETHER, row.unit}
        protocols = {TOGETHER, *names_of(row.protocols)}
        for names in product(units, protocols, (TOGETHER, row.activity)):
            found.setdefault(names, Counter()).update(counts)
    for names in sorted(found):
        unit, protocol, activity = names
        yield Counted(unit, protocol, activity, *(found[names][name] for name in _COUNTS))


@cache
def _counted(role: Role, some_units: bool) -> Select[Any]:
    rows = stretches.c
    is_open, is_paused = rows.hold == Hold.OPEN.value, rows.hold == Hold.PAUSED.value
    is_late = rows.overdue_from <= AS_OF
    return (
        select(
            rows.unit,
            rows.protocols,
            rows.activity,
            _count(and_(is_open, rows.opens_on > AS_OF)).label("upcoming"),
            _count(and_(is_open, rows.opens_on <= AS_OF, not_(is_late))).label("due"),
            _count(and_(is_open, is_late)).label("overdue"),
            _count(is_paused).label("paused"),
            _count(and_(is_open, rows.at_target == Truth.TRUE)).label("at_target"),
            _count(and_(is_open, rows.at_target == Truth.FALSE)).label("beyond_target"),
        )
        .where(known(rows), holding(rows), rows.hold != Hold.ENDED.value)
        .where(_open_to(role, rows.patient))
        .where(_of_units(rows.unit, some_units=True) if some_units else rows.unit.in_(UNITS))
        .group_by(rows.unit, rows.protocols, rows.activity)
    )


@cache
def _not_followed(role: Role, some_units: bool) -> Select[Any]:
    """People whom a protocol fits on the day and whose plan does not follow it, by their unit."""
    fits, follows, cares = eligibilities.c, plan_protocols.c, care_relations.c
    is_followed = exists().where(
        follows.patient == fits.patient,
        follows.protocol == fits.protocol,
        on_the_day(follows),
        known(follows),
    )
    responsible = and_(cares.patient == fits.patient, on_the_day(cares))
    unit = func.coalesce(cares.unit, TOGETHER)
    return (
        select(unit.label("unit"), fits.protocol, func.count(fits.patient.distinct()))
        .select_from(eligibilities)
        .outerjoin(care_relations, responsible)
        .where(known(fits), on_the_day(fits), not_(is_followed))
        .where(_open_to(role, fits.patient), _of_units(unit, some_units=some_units))
        .group_by(unit, fits.protocol)
        .order_by(unit, fits.protocol)
    )


def _open_to(role: Role, patient: Any) -> Any:
    """Counts are open to auditors without the people; to others those whom they may see."""
    return true() if role is Role.AUDITOR else visible(role, patient)


def _of_units(unit: Any, *, some_units: bool) -> Any:
    return unit.in_(bindparam("any_unit", expanding=True, type_=Text)) if some_units else true()


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


_HISTORY: Final = select(exists().where(transactions.c.history))
