"""Whom a filter leaves, where they are few: then the list begins with them, not with its order.

A filter that many meet is walked through in the order of the list: the page is soon full. One that
few meet would be walked through to its end; their rows are found by person and put in order. Each
filter names a little more people than it leaves at most, by an index of its own, and never fewer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from service.domain.protocol import Kind
from service.storage.any_of import any_of
from service.storage.seen.filters import FROM_INSTANT
from service.storage.seen.moment import AS_OF, KNOWN_AT, Knowledge, known
from service.storage.seen.shape import KEPT_STATEMENTS, Shape
from service.storage.seen.units import UNITS
from service.storage.seen.waiting import WAITING_PEOPLE
from service.storage.tables.columns import Day
from service.storage.tables.plan import plan_protocols
from service.storage.tables.projection import NEVER_DONE, bookings, feeds, follow_ups, stretches
from service.storage.tables.record import patients

FEW: Final = 400
FEW_OF_ALL: Final = 1_500
"""At most so many people are begun with: among those of a unit, and where no unit is asked for.

With more, their rows would cost more than to walk until the page is full.
"""

_LIMIT: Final[BindParameter[int]] = bindparam("few_at_most")
_FIRST_DAY: Final = literal(date.min, Day)


def begun_with_few(connection: Connection, shape: Shape, given: dict[str, Any]) -> Shape:
    """The shape of a list that begins with the people whom a filter leaves, put among the values as `few`.

    The shape as it is where no filter leaves but few.
    """
    at_most = FEW if shape.units else FEW_OF_ALL
    for probe in _probes(_of_filters(shape)):
        found = connection.execute(probe, {**given, "few_at_most": at_most + 1}).scalars().all()
        if len(found) <= at_most:
            given["few"] = sorted(set(found))
            return replace(shape, few=True)
    return shape


def among_few(patient: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that a row is about one of the people that are given as `few`."""
    return any_of(patient, "few")


def _of_filters(shape: Shape) -> Shape:
    """The shape without what makes no difference to whom its filters leave."""
    return replace(shape, standing=None, continued=False)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _probes(shape: Shape) -> Sequence[Select[int]]:
    if shape.knowledge is Knowledge.DATED:
        return ()
    return [probe.limit(_LIMIT) for probe in _whom_filters_leave(shape)]


def _whom_filters_leave(shape: Shape) -> Iterator[Select[int]]:
    theirs = _of_their_own(shape)
    if theirs:
        yield _people(shape, *theirs)
    if shape.not_known:
        yield _not_known(shape)
    if shape.booked:
        booked = select(bookings.c.patient).where(bookings.c.at >= FROM_INSTANT, known(bookings.c))
        yield booked.where(bookings.c.patient.in_(_people(shape, *theirs))) if theirs else booked
    if shape.contacted:
        yield WAITING_PEOPLE
    if shape.protocols:
        asks = plan_protocols.c.protocol.in_(_any_of("any_protocol"))
        yield select(plan_protocols.c.patient).where(asks)
    if shape.performers:
        does = follow_ups.c.performer.in_(_any_of("any_performer"))
        yield select(follow_ups.c.patient).where(does)
    if shape.activities and not shape.units:
        yield select(follow_ups.c.patient).where(follow_ups.c.activity.in_(_any_of("any_activity")))


def _of_their_own(shape: Shape) -> list[ColumnElement[bool]]:
    """What is asked of people themselves."""
    speaks = patients.c.language == bindparam("language", type_=Text)
    is_far = patients.c.distance_km > bindparam("distance")
    return [*([speaks] if shape.language else []), *([is_far] if shape.distance else [])]


def _people(shape: Shape, *conditions: ColumnElement[bool]) -> Select[int]:
    """People of whom conditions are true; those of the units, and those who may have moved since."""
    of_units = patients.c.unit.in_(_any_of("any_unit")) if shape.units else true()
    return select(patients.c.patient).where(
        *conditions, or_(of_units, patients.c.recheck_on <= AS_OF)
    )


def _not_known(shape: Shape) -> Select[int]:
    """Those with something never done whose anchor is later than all that the source has told."""
    source = _sources(shape)
    rows = stretches.alias("never_done")
    later = and_(
        rows.c.unit == source.c.unit,
        rows.c.kind == source.c.kind,
        rows.c.anchor_on > source.c.last_on,
    )
    return select(rows.c.patient).join_from(source, rows, later).where(rows.c.live, NEVER_DONE)


def _sources(shape: Shape) -> CTE:
    """Each unit and kind of contact, with the last day of which anything has come."""
    units = UNITS.subquery("of_units")
    kinds = union_all(*(select(literal(kind.value, Text).label("kind")) for kind in Kind))
    kind = kinds.subquery("kinds")
    last_on = select(func.max(feeds.c.day)).where(
        feeds.c.unit == units.c.unit,
        feeds.c.kind == kind.c.kind,
        feeds.c.day <= AS_OF,
        feeds.c.known_from <= KNOWN_AT,
    )
    day = func.coalesce(last_on.correlate_except(feeds).scalar_subquery(), _FIRST_DAY, type_=Day)
    found = select(units.c.unit, kind.c.kind, day.label("last_on")).join_from(units, kind, true())
    if shape.units:
        found = found.where(units.c.unit.in_(_any_of("any_unit")))
    return found.cte("sources").prefix_with("MATERIALIZED")


def _any_of(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True, type_=Text)
