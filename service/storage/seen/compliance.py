"""The counts of an audit: follow-ups by unit, protocol and activity, by the worklist's own states.

Counted together where nothing tells rows apart, then added up by name: a follow-up asked for by two
protocols stands under each, and once where all protocols stand together (what-is-due 10).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache, reduce
from itertools import product
from operator import add
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    not_,
    select,
    true,
    union_all,
)

from service.domain.access import CARING, Role, Viewer
from service.domain.adjustment import GROUNDS_OF_REST
from service.domain.compliance import Compliance, Counted, NotFollowed
from service.domain.errors import Forbidden
from service.domain.follow_up import Hold
from service.domain.truth import Truth
from service.storage.access import bound, visible
from service.storage.seen.grouped import Kept, groups, in_group, lengths, lengths_bound
from service.storage.seen.moment import (
    AS_OF,
    holding,
    known,
    moment_bound,
    on_the_day,
)
from service.storage.seen.settled import last_known
from service.storage.stretch_rows import names_of
from service.storage.tables.plan import eligibilities, plan_protocols
from service.storage.tables.projection import stretches
from service.storage.tables.record import care_relations, transactions

TOGETHER: Final = ""
_STATES: Final = 6
_NOTHING: Final = (0,) * (_STATES + len(GROUNDS_OF_REST))


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
    moment = moment_bound(as_of, known_at)
    given = {
        **bound(viewer),
        **moment,
        **lengths_bound(as_of, moment["known_at"]),
        "any_unit": list(units),
    }
    # What is known now was superseded at no instant.
    kept = (Kept.KNOWN,) if known_at is None else tuple(Kept)
    counted = connection.execute(_counted(viewer.role, bool(units), kept), given).all()
    return Compliance(
        as_of=as_of,
        known_at=known_at or last_known(connection),
        rows=tuple(_added_up(counted)),
        not_followed=_people_not_followed(connection, viewer.role, given),
        from_history=bool(connection.execute(_HISTORY).scalar()),
    )


def not_followed_of(
    connection: Connection, *, viewer: Viewer, as_of: date, units: tuple[str, ...]
) -> tuple[NotFollowed, ...]:
    """People whom a protocol fits on a day and whose plan does not follow it, as known now."""
    given = {**bound(viewer), **moment_bound(as_of, None), "any_unit": list(units)}
    return _people_not_followed(connection, viewer.role, given)


def _people_not_followed(
    connection: Connection, role: Role, given: dict[str, Any]
) -> tuple[NotFollowed, ...]:
    rows = connection.execute(_not_followed(role, bool(given["any_unit"])), given)
    return tuple(NotFollowed._make(row) for row in rows)


def _added_up(rows: Iterable[Row[Any]]) -> Iterator[Counted]:
    """Every unit, protocol and activity, and each of them together with all others."""
    found: dict[tuple[str, str, str], Sequence[int]] = {}
    for (unit, protocols, activity), counts in _of_groups(rows).items():
        # Those without a unit stand only where all units stand together.
        units, asking = {TOGETHER, unit}, {TOGETHER, *names_of(protocols)}
        for names in product(units, asking, (TOGETHER, activity)):
            found[names] = _sum(found.get(names, _NOTHING), counts)
    for names in sorted(found):
        yield Counted._make((*names, *found[names]))


def _of_groups(rows: Iterable[Row[Any]]) -> dict[tuple[str, str, str], Sequence[int]]:
    """The counts of each group in which anything is counted, whatever its length."""
    found: dict[tuple[str, str, str], Sequence[int]] = {}
    for row in rows:
        counts = _in_place(tuple(map(int, row.counts.split())), of_states=row.of_states)
        if any(counts):
            group = (row.unit, row.protocols, row.activity)
            found[group] = _sum(found.get(group, _NOTHING), counts)
    return found


def _in_place(counts: Sequence[int], *, of_states: bool) -> Sequence[int]:
    """The counts of states come first, then those of why what is paused rests."""
    return (*counts, *_NOTHING[_STATES:]) if of_states else (*_NOTHING[:_STATES], *counts)


def _sum(some: Sequence[int], others: Sequence[int]) -> Sequence[int]:
    return tuple(map(add, some, others))


@cache
def _counted(role: Role, some_units: bool, kept: tuple[Kept, ...]) -> CompoundSelect[Any]:
    """In one statement, for what is superseded meanwhile must be counted once."""
    found: list[Select[Any]] = []
    for one in kept:
        group, length = groups(one, "any_unit" if some_units else None), lengths(one)
        found += (_counted_of(role, one, group, length, of_states) for of_states in (True, False))
    return union_all(*found)


def _counted_of(role: Role, kept: Kept, group: Any, length: Any, of_states: bool) -> Select[Any]:
    """The counts of each group of stretches and length of time, as one text of numbers.

    Counted group by group as the index has them, for a database would else put all rows in order.
    Why something rests is not in the index: it is asked only of what is paused.
    """
    rows = stretches.alias()
    counts = [_count(condition) for condition in (_conditions if of_states else _rests)(rows.c)]
    told = reduce(lambda text, count: text + " " + count, counts)
    is_asked = rows.c.hold != Hold.ENDED.value if of_states else rows.c.hold == Hold.PAUSED.value
    found = (
        select(told)
        .where(in_group(kept, rows, group, length), _open_to(role, rows.c.patient))
        .where(known(rows.c), holding(rows.c), is_asked)
        .correlate(group, length)
        .scalar_subquery()
    )
    return select(
        group.c.unit,
        group.c.protocols,
        group.c.activity,
        found.label("counts"),
        literal(of_states).label("of_states"),
    ).join_from(group, length, group.c.protocols.is_not(None))


def _conditions(rows: Any) -> tuple[ColumnElement[bool], ...]:
    """What is counted, in the order in which Counted has it."""
    is_open, is_late = rows.hold == Hold.OPEN.value, rows.overdue_from <= AS_OF
    return (
        and_(is_open, rows.opens_on > AS_OF),
        and_(is_open, rows.opens_on <= AS_OF, not_(is_late)),
        and_(is_open, is_late),
        rows.hold == Hold.PAUSED.value,
        and_(is_open, rows.at_target == Truth.TRUE),
        and_(is_open, rows.at_target == Truth.FALSE),
    )


def _rests(rows: Any) -> tuple[ColumnElement[bool], ...]:
    """Why what is paused rests, in the order in which Counted has it."""
    return tuple(rows.exclusion == ground for ground in GROUNDS_OF_REST)


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
        .join(care_relations, responsible, isouter=not some_units)
        .where(known(fits), on_the_day(fits), not_(is_followed))
        .where(_open_to(role, fits.patient), _of_units(cares.unit, some_units=some_units))
        .group_by(unit, fits.protocol)
        .order_by(unit, fits.protocol)
    )


def _open_to(role: Role, patient: Any) -> Any:
    """Counts are open to auditors without the people; to others those whom they may see."""
    return true() if role is Role.AUDITOR else visible(role, patient)


def _of_units(unit: Any, *, some_units: bool) -> Any:
    return unit.in_(bindparam("any_unit", expanding=True, type_=Text)) if some_units else true()


def _count(condition: Any) -> Any:
    return cast(func.count().filter(condition), Text)


_HISTORY: Final = select(exists().where(transactions.c.history))
