"""Who waits after a contact, until which day: the latest contact about a follow-up holds.

The same rule as `service/domain/outreach.py`; a test holds the two equal.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, bindparam, not_, or_, select, tuple_

from service.domain.outreach import OutreachResult
from service.storage.seen.moment import AS_OF, known
from service.storage.tables.outreach import outreach, outreach_follow_ups
from service.storage.tables.projection import follow_ups

Condition: TypeAlias = ColumnElement[bool]

WAITING_PEOPLE: Final[Select[int]] = select(outreach.c.patient).where(
    outreach.c.back_on > AS_OF, outreach.c.day <= AS_OF, known(outreach.c)
)
"""Those of whom anything may wait on the day, and some more."""


def waiting(
    rows: Any, finds: Callable[[Select[Any]], Condition] = lambda found: found.exists()
) -> Condition:
    """The condition that what a row is about waits on the day asked about."""
    return finds(_of_row(rows))


def booked_in_a_contact(rows: Any) -> Condition:
    """The same, where the contact said that an appointment is booked."""
    return _of_row(rows, OutreachResult.BOOKED).exists()


def _of_row(rows: Any, result: OutreachResult | None = None) -> Select[Any]:
    """The contact that a row waits after; none where it waits after none."""
    one, later = outreach.alias(), outreach.alias()
    of_person = [one.c.patient == rows.patient, one.c.back_on > AS_OF, one.c.day <= AS_OF]
    another = (
        select(later.c.contact)
        .where(
            later.c.patient == one.c.patient,
            later.c.day <= AS_OF,
            tuple_(later.c.at, later.c.contact) > tuple_(one.c.at, one.c.contact),
            known(later.c),
            _is_about(later, rows),
        )
        .correlate_except(later)
    )
    found = select(one.c.contact).where(*of_person, known(one.c), _is_about(one, rows))
    if result is not None:
        found = found.where(one.c.result == bindparam("result_of_a_contact", result.value))
    return found.where(not_(another.exists())).correlate_except(one)


def _is_about(contact: Any, rows: Any) -> Condition:
    """Whether a contact was about the follow-up of a row."""
    named = outreach_follow_ups.alias()
    id_ = (
        select(follow_ups.c.id)
        .where(follow_ups.c.patient == rows.patient, follow_ups.c.follow_up == rows.follow_up)
        .correlate_except(follow_ups)
        .scalar_subquery()
    )
    found = select(named.c.contact).where(
        named.c.patient == contact.c.patient,
        named.c.contact == contact.c.contact,
        named.c.follow_up_id == id_,
    )
    return or_(contact.c.about_all, found.correlate_except(named).exists())
