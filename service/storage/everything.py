"""All that the record holds about one person, then what that refers to and is about no one.

Source: R4 patient-operation-everything.html, compartmentdefinition-patient.html. The person comes
first, everything else in the order of storing, once; the viewer's condition is in each statement.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    false,
    not_,
    or_,
    select,
    true,
    type_coerce,
    union,
)

from service.domain.access import Viewer
from service.domain.everything import CareDates, Everything, EverythingPage, Parameters, Place
from service.domain.record import Stored
from service.storage.access import bound, visible_of_any_type
from service.storage.stored import CURRENT_VERSION, stored
from service.storage.tables.columns import NO_ONE, microseconds
from service.storage.tables.record import resources
from service.storage.tables.search import search_dates, search_references

_PERSON: Final = "Patient"
_KEY: Final = bindparam("person_key", type_=BigInteger)
_ID: Final = bindparam("person_id", type_=Text)
_AFTER: Final = bindparam("after", type_=BigInteger)
_BEGINNING: Final = Place(referred=False, resource=0)


def everything(
    connection: Connection, asked: Everything, person: Stored, viewer: Viewer
) -> EverythingPage:
    """A page of what there is; `person` is the Patient, who stands on the first page."""
    begun = [person] if asked.after is None and _is_asked(person, asked) else []
    reader = _Reader(connection, asked, person.patient, viewer)
    found = _Page([*begun], asked.count)
    after = asked.after or _BEGINNING
    if not after.referred:
        found.add(reader.about(after.resource, found.room), referred=False)
        after = Place(referred=True, resource=0)
    if found.room > 0:
        found.add(reader.referred_to(after.resource, found.room), referred=True)
    return EverythingPage(tuple(found.about), tuple(found.referred), found.ended)


def _is_asked(person: Stored, asked: Everything) -> bool:
    return _PERSON in asked.types and (
        asked.since is None or microseconds(person.at) >= asked.since
    )


class _Page:
    """What stands on the page so far, and where the next one begins: one more is read to know."""

    def __init__(self, about: list[Stored], count: int) -> None:
        self.about = about
        self.referred: list[Stored] = []
        self.ended: Place | None = None
        self._last = Place(referred=False, resource=0)
        self._count = count

    @property
    def room(self) -> int:
        """How many more can be read: one beyond what is shown."""
        left = self._count - len(self.about) - len(self.referred) + 1
        return 0 if self.ended else left

    def add(self, rows: Sequence[Row[Any]], *, referred: bool) -> None:
        listed = self.referred if referred else self.about
        shown = rows[: self.room - 1]
        listed += map(stored, shown)
        if shown:
            self._last = Place(referred, shown[-1].resource)
        if len(rows) > len(shown):
            self.ended = self._last


class _Reader:
    """Reads for one viewer what one person's record holds."""

    def __init__(self, connection: Connection, asked: Everything, key: int, viewer: Viewer) -> None:
        self._connection = connection
        self._asked = asked
        self._viewer = viewer
        self._given = {"person_key": key, "person_id": asked.id, **bound(viewer)}

    def about(self, after: int, limit: int) -> Sequence[Row[Any]]:
        """What is about the person or stands in their compartment, without the person."""
        member = resources.c.resource.in_(self._members())
        of_dates = _of_dates(self._asked.dates, resources)
        themselves = and_(resources.c.type == _PERSON, resources.c.id == _ID)
        return self._page([member, of_dates, not_(themselves)], after, limit)

    def referred_to(self, after: int, limit: int) -> Sequence[Row[Any]]:
        """What those refer to that is about no one: professionals, organisations, definitions."""
        member, target = resources.alias("member"), resources.alias("target")
        rows = search_references.alias()
        of_member = and_(rows.c.patient == member.c.patient, rows.c.resource == member.c.resource)
        named = and_(target.c.type == rows.c.target_type, target.c.id == rows.c.target_id)
        found = select(target.c.resource).select_from(member).join(rows, of_member)
        pointed_at = found.join(target, named).where(
            member.c.resource.in_(self._members()),
            not_(member.c.deleted),
            _of_dates(self._asked.dates, member),
            visible_of_any_type(self._viewer.role, member.c.patient, member.c.type),
        )
        conditions = [resources.c.patient == NO_ONE, resources.c.resource.in_(pointed_at)]
        return self._page(conditions, after, limit)

    def _members(self) -> Select[Any]:
        own = select(resources.c.resource).where(resources.c.patient == _KEY)
        rows = search_references.alias()
        pointing = select(rows.c.resource).where(
            rows.c.target_id == _ID,
            rows.c.target_type == _PERSON,
            _of_parameters(rows, self._asked.compartment),
        )
        return select(union(own, pointing).subquery())

    def _page(
        self, conditions: list[ColumnElement[bool]], after: int, limit: int
    ) -> Sequence[Row[Any]]:
        seen = visible_of_any_type(self._viewer.role, resources.c.patient, resources.c.type)
        page = CURRENT_VERSION.add_columns(resources.c.resource).where(
            resources.c.type.in_(self._asked.types),
            not_(resources.c.deleted),
            resources.c.resource > _AFTER,
            seen,
            *conditions,
        )
        if self._asked.since is not None:
            at = type_coerce(resources.c.updated_at, BigInteger)
            page = page.where(at >= self._asked.since)
        ordered = page.order_by(resources.c.resource).limit(limit)
        return self._connection.execute(ordered, self._given | {"after": after}).all()


def _of_parameters(rows: Any, parameters: Parameters) -> ColumnElement[bool]:
    each = [
        and_(rows.c.type == type_, rows.c.param.in_(listed)) for type_, listed in parameters.items()
    ]
    return or_(false(), *each)


def _of_dates(dates: CareDates | None, member: Any) -> ColumnElement[bool]:
    """Whether some of a resource's care was on the days asked for, or no day of care is known."""
    if dates is None:
        return true()
    rows = search_dates.alias()
    dated = and_(
        rows.c.patient == member.c.patient,
        rows.c.resource == member.c.resource,
        _of_parameters(rows, dates.parameters),
    )
    within = and_(dated, rows.c.low < dates.high, rows.c.high > dates.low)
    return or_(exists().where(within), not_(exists().where(dated)))
