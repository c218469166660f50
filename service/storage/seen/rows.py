"""A row of a list as the values that readers see: the person, the follow-up, its state and marks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
)

from service.clock import clinic_day
from service.domain.adjustment import PAUSING, Adjustment, AdjustmentKind, counting
from service.domain.course import OWN_ENTRY
from service.domain.follow_up import Hold, Stretch
from service.domain.outreach import Outreach, latest
from service.domain.protocol import Kind
from service.domain.seen import Booking, NotKnown, SeenFollowUp, SeenUnit
from service.domain.window import State, days_overdue
from service.domain.worklist import SeenPerson
from service.storage.kept.adjustments import adjustment_of
from service.storage.kept.state import person_of
from service.storage.outreach import told_rows
from service.storage.seen.moment import AS_OF, KNOWN_AT, known, on_the_day, start_of
from service.storage.seen.round import open_round
from service.storage.seen.shape import KEY
from service.storage.stretch_rows import STRETCH_COLUMNS, stretch_of
from service.storage.tables.columns import Instant
from service.storage.tables.outreach import outreach
from service.storage.tables.plan import adjustments, units
from service.storage.tables.projection import (
    bookings,
    evidence,
    feeds,
    follow_ups,
    stretches,
)
from service.storage.tables.record import patients, transactions

_OWN: Final = frozenset({AdjustmentKind.OWN_DATE, AdjustmentKind.OWN_INTERVAL})
_RESTING: Final = frozenset({*PAUSING, AdjustmentKind.DOES_NOT_APPLY})


class Beside(NamedTuple):
    """What stands beside the follow-ups of people, by their keys: decisions, bookings, contacts."""

    adjustments: Mapping[int, Sequence[Adjustment]]
    bookings: Mapping[int, Sequence[Row[Any]]]
    contacts: Mapping[int, Sequence[Outreach]]


def beside(connection: Connection, keys: Iterable[int], moment: Mapping[str, Any]) -> Beside:
    """Decisions that hold on the day, bookings from its start on, contacts up to it, of these people."""
    given = {**moment, "of": sorted(set(keys)), "from_instant": start_of(moment["as_of"])}
    decided: dict[int, list[Adjustment]] = defaultdict(list)
    booked: dict[int, list[Row[Any]]] = defaultdict(list)
    contacts: dict[int, list[Outreach]] = defaultdict(list)
    if given["of"]:
        for row in connection.execute(_DECIDED, given):
            decided[row.patient].append(adjustment_of(row))
        for row in connection.execute(_BOOKED, given):
            booked[row.patient].append(row)
        for told in told_rows(connection, connection.execute(_CONTACTS, given)):
            contacts[told.row.patient].append(told.outreach)
    return Beside(decided, booked, contacts)


def seen_person(row: Row[Any]) -> SeenPerson:
    """The person that a row with PERSON_COLUMNS is about."""
    unit = SeenUnit(row.unit, row.unit_name or "", row.unit_phone or "")
    return SeenPerson(row.patient, row.patient_id, person_of(row), unit, distance_of(row))


def distance_of(row: Row[Any]) -> int | None:
    """The kilometres to the unit; None where they are not known."""
    return None if row.distance_km < 0 else row.distance_km


def seen_follow_up(row: Row[Any], found: Beside, as_of: date) -> SeenFollowUp:
    """The follow-up that a row with FOLLOW_UP_COLUMNS tells."""
    stretch = stretch_of(row)
    state = stretch.state_on(as_of)
    late = days_overdue(stretch.window, as_of) if state is State.OVERDUE else 0
    return SeenFollowUp(
        id=row.id,
        task=row.task or "",
        identity=row.identity,
        activity=row.activity,
        kind=Kind(row.kind),
        performer=row.performer,
        stretch=stretch,
        state=state,
        days_overdue=late,
        not_known=_not_known(row, stretch),
        adjustment=_adjustment(row.id, stretch, found.adjustments.get(row.patient, ())),
        booked=_booking(row, found.bookings.get(row.patient, ())),
        last_contact=latest(found.contacts.get(row.patient, ()), row.id, as_of),
        done_known_on=_day_of(row.done_known_from) if stretch.done else None,
        from_history=row.from_history,
        told=_told(row.id, found.adjustments.get(row.patient, ())),
    )


def whole_rows(keys: FromClause) -> Select[Any]:
    """The whole rows that keys name: each stretch with its follow-up, person and unit."""
    named = and_(*(stretches.c[name] == keys.c[name] for name in KEY))
    return (
        select(*FOLLOW_UP_COLUMNS, *PERSON_COLUMNS)
        .select_from(keys)
        .join(stretches, named)
        .join(follow_ups, THEIR_FOLLOW_UP)
        .join(patients, patients.c.patient == stretches.c.patient)
        .outerjoin(units, units.c.unit == stretches.c.unit)
    )


def _not_known(row: Row[Any], stretch: Stretch) -> NotKnown | None:
    """Nothing was ever done, and what could have told has been silent since the anchor (5.3)."""
    silent = row.fed_on is None or row.fed_on < stretch.anchor_on
    return NotKnown(row.kind, row.fed_on) if stretch.done is None and silent else None


def _adjustment(
    follow_up: str, stretch: Stretch, decided: Sequence[Adjustment]
) -> Adjustment | None:
    """The decision that shapes a stretch: what pauses it, moved its date, or is the plan's entry."""
    theirs = [one for one in counting(decided) if one.follow_up in {"", follow_up}]
    resting = (one for one in theirs if one.kind in PAUSING and _shapes(one, stretch))
    # Of several dates of the plan the one told last holds.
    dated = (one for one in reversed(theirs) if one.kind not in PAUSING and _shapes(one, stretch))
    return next(chain(resting, dated), None)


def _told(follow_up: str, decided: Sequence[Adjustment]) -> Adjustment | None:
    """The last that the patient told of it and nobody has accepted yet."""
    theirs = (one for one in reversed(decided) if one.follow_up == follow_up and one.waits)
    return next(theirs, None)


def _shapes(one: Adjustment, stretch: Stretch) -> bool:
    if one.kind in _RESTING:
        return stretch.hold is not Hold.OPEN and stretch.exclusion == one.kind.value
    if one.kind is AdjustmentKind.POSTPONED:
        return stretch.original_due_on is not None and one.due_on == stretch.window.due_on
    if one.kind in _OWN:
        return stretch.variant == OWN_ENTRY
    return stretch.done is not None and stretch.done.source == one.source


def _booking(row: Row[Any], booked: Sequence[Row[Any]]) -> Booking | None:
    """The first appointment that names the follow-up, or its activity."""
    theirs = (
        Booking(one.at, one.source.partition("/")[2])
        for one in booked
        if one.follow_up_id == row.id or (not one.follow_up_id and one.activity == row.activity)
    )
    return next(theirs, None)


def _day_of(instant: datetime | None) -> date | None:
    return clinic_day(instant) if instant else None


_FED_ON: Final = select(func.max(feeds.c.day)).where(
    feeds.c.unit == stretches.c.unit,
    feeds.c.kind == follow_ups.c.kind,
    feeds.c.day <= AS_OF,
    feeds.c.known_from <= KNOWN_AT,
)
# A correction ends what the source said before and says it anew: the first time is when we knew.
_DONE_KNOWN_FROM: Final = select(func.min(evidence.c.known_from, type_=Instant)).where(
    evidence.c.patient == stretches.c.patient,
    evidence.c.source == stretches.c.done_source,
    evidence.c.day == stretches.c.done_on,
)
_FROM_HISTORY: Final = exists().where(transactions.c.tx == stretches.c.tx, transactions.c.history)
FOLLOW_UP_COLUMNS: Final = [
    stretches.c.patient,
    stretches.c.follow_up,
    *STRETCH_COLUMNS,
    follow_ups.c.id,
    follow_ups.c.identity,
    follow_ups.c.activity,
    follow_ups.c.kind,
    follow_ups.c.performer,
    open_round(stretches.c).label("task"),
    _FED_ON.scalar_subquery().label("fed_on"),
    _DONE_KNOWN_FROM.scalar_subquery().label("done_known_from"),
    _FROM_HISTORY.label("from_history"),
]
PERSON_COLUMNS: Final = [
    patients.c.id.label("patient_id"),
    patients.c.born_on,
    patients.c.died_on,
    patients.c.sex,
    patients.c.language,
    patients.c.municipality,
    patients.c.hetu_digest,
    patients.c.non_disclosure,
    patients.c.invented,
    patients.c.distance_km,
    units.c.name.label("unit_name"),
    units.c.phone.label("unit_phone"),
]
THEIR_FOLLOW_UP: Final = (follow_ups.c.patient == stretches.c.patient) & (
    follow_ups.c.follow_up == stretches.c.follow_up
)
_OF: Final[BindParameter[Any]] = bindparam("of", expanding=True)
_DECIDED: Final[Select[Any]] = (
    select(adjustments)
    .where(adjustments.c.patient.in_(_OF), on_the_day(adjustments.c), known(adjustments.c))
    .order_by(adjustments.c.patient, adjustments.c.from_day, adjustments.c.adjustment)
)
_BOOKED: Final[Select[Any]] = (
    select(bookings)
    .where(
        bookings.c.patient.in_(_OF),
        bookings.c.at >= bindparam("from_instant", type_=Instant),
        known(bookings.c),
    )
    .order_by(bookings.c.patient, bookings.c.at, bookings.c.source)
)
_CONTACTS: Final[Select[Any]] = (
    select(outreach)
    .where(outreach.c.patient.in_(_OF), outreach.c.day <= AS_OF, known(outreach.c))
    .order_by(outreach.c.patient, outreach.c.at, outreach.c.contact)
)
