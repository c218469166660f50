"""The filters of a question as conditions: those on a stretch, and those on the person."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, not_, or_, select

from service.domain.follow_up import Hold
from service.storage.access import visible
from service.storage.seen.moment import AS_OF, KNOWN_AT, known
from service.storage.seen.shape import Shape
from service.storage.seen.waiting import booked_in_a_contact, waiting
from service.storage.tables.columns import OPEN_DAY, Instant
from service.storage.tables.projection import bookings, feeds, follow_ups
from service.storage.tables.record import patients

Condition: TypeAlias = ColumnElement[bool]
Finds: TypeAlias = Callable[[Select[Any]], Condition]

FROM_INSTANT: Final = bindparam("from_instant", type_=Instant)


def joined_in(found: Select[Any]) -> Condition:
    """Whether a subquery finds anything, for what is read whole."""
    return found.exists()


def one_by_one(found: Select[Any]) -> Condition:
    """The same, asked of each row in turn, for what is walked in its order and ends with the page.

    PostgreSQL would else read all of a list, and put it in order, to join in what few rows have;
    what most rows lack it does not expect to be rare, so that a negation needs no care.
    """
    return found.limit(1).scalar_subquery().is_not(None)


def of_stretch(shape: Shape, rows: Any, finds: Finds = joined_in) -> Iterator[Condition]:
    """The conditions on the stretch itself and its follow-up."""
    if shape.protocols:
        yield or_(*(_asked_by(rows, number) for number in range(shape.protocols)))
    if shape.performers:
        does = follow_ups.c.performer.in_(bindparam("any_performer", expanding=True))
        yield finds(_follow_up(rows, follow_ups.c.follow_up).where(does))
    if shape.booked is not None:
        yield booked(rows, finds) if shape.booked else not_(booked(rows))
    if shape.contacted is not None:
        yield waiting(rows, finds) if shape.contacted else not_(waiting(rows))
    if shape.not_known is not None:
        yield not_known(rows) if shape.not_known else not_(not_known(rows))


def of_person(shape: Shape, rows: Any, finds: Finds = joined_in) -> Iterator[Condition]:
    """The conditions on the person whom a stretch is about; who may see them, first."""
    yield visible(shape.role, rows.patient)
    conditions = []
    if shape.language:
        conditions.append(patients.c.language == bindparam("language", type_=Text))
    if shape.distance:
        conditions.append(patients.c.distance_km > bindparam("distance"))
    if conditions:
        theirs = select(patients.c.patient).where(patients.c.patient == rows.patient, *conditions)
        yield finds(theirs.correlate_except(patients))


def booked(rows: Any, finds: Finds = joined_in) -> Condition:
    """An appointment from the start of the day on names the follow-up, or its activity."""
    id_ = _follow_up(rows, follow_ups.c.id)
    for_all = and_(bookings.c.follow_up_id == "", bookings.c.activity == rows.activity)
    found = select(bookings.c.patient).where(
        bookings.c.patient == rows.patient,
        bookings.c.at >= FROM_INSTANT,
        known(bookings.c),
        or_(for_all, bookings.c.follow_up_id == id_.scalar_subquery()),
    )
    return finds(found.correlate_except(bookings))


def agreed(rows: Any) -> Condition:
    """Agreed otherwise: it rests, is postponed to a day still to come, or waits after a contact."""
    postponed = and_(rows.original_due_on != OPEN_DAY, rows.overdue_from > AS_OF)
    return or_(rows.hold == Hold.PAUSED.value, postponed, waiting(rows))


def marks(rows: Any) -> dict[str, Condition]:
    """What a row adds to how matters stand with its person."""
    is_booked = booked(rows)
    return {
        "is_free": not_(or_(is_booked, agreed(rows))),
        "is_booked": or_(is_booked, booked_in_a_contact(rows)),
    }


def not_known(rows: Any) -> Condition:
    """Nothing was ever done, and what could have told has been silent since the anchor (5.3)."""
    told = select(feeds.c.day).where(
        feeds.c.unit == rows.unit,
        feeds.c.kind == rows.kind,
        feeds.c.day >= rows.anchor_on,
        feeds.c.day <= AS_OF,
        feeds.c.known_from <= KNOWN_AT,
    )
    return and_(rows.done_on == OPEN_DAY, not_(told.correlate_except(feeds).exists()))


def _asked_by(rows: Any, number: int) -> Condition:
    named: Condition = rows.protocols.contains(bindparam(f"one_protocol_{number}", type_=Text))
    return named


def _follow_up(rows: Any, column: Any) -> Select[Any]:
    of_it = (follow_ups.c.patient == rows.patient) & (follow_ups.c.follow_up == rows.follow_up)
    return select(column).where(of_it).correlate_except(follow_ups)
