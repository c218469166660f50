"""A follow-up as the JSON APIs give it: plain members, dates as ISO days, texts in the reader's language."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from service.api.schemas.adjustment import decision_members
from service.clock import CLINIC_ZONE
from service.domain.adjustment import Adjustment
from service.domain.interval import FOREVER
from service.domain.outreach import OPEN_FOR, Opening, Outreach
from service.domain.seen import Booking, NotKnown, SeenFollowUp
from service.domain.visit_plan import PlannedContact, VisitPlan
from service.domain.worklist import PersonRow, Sort, WorklistRow
from service.wording.because import LookedAt, because, closes_with, place
from service.wording.telling import Teller

Json: TypeAlias = dict[str, Any]


def row(teller: Teller, one: WorklistRow) -> Json:
    """A row of the worklist."""
    return follow_up(teller, one.follow_up, one.person.id)


def person(
    teller: Teller, one: PersonRow, sort: Sort, *, visits: VisitPlan, opened: Opening | None
) -> Json:
    """A person of the worklist with their rows, and the contacts from the first day of the visits on.

    The first row says why they stand here.
    """
    first = one.follow_ups[0]
    return {
        "patient": one.person.id,
        "unit": one.person.unit.id,
        "distance_km": one.person.distance_km,
        "ground": place(teller.words, first, sort, day=visits.day)._asdict(),
        "follow_ups": [follow_up(teller, each, one.person.id) for each in one.follow_ups],
        "contacts": [_contact(each, confirmed=visits.confirmed) for each in visits.contacts],
        "booked_for": _first_booking(one.follow_ups),
        "last_contact": _last_contact(one.last_contact),
        "open_with": opened_by(opened),
    }


def opened_by(opening: Opening | None) -> Json | None:
    """Who else has a person open: the role, since when and until when at most; never a name."""
    if opening is None:
        return None
    return {
        "role": opening.role,
        "since": _clinic_time(opening.at),
        "until": _clinic_time(opening.at + OPEN_FOR),
    }


def _contact(one: PlannedContact, *, confirmed: bool) -> Json:
    """A proposed contact: the day, and between which days it may lie while the others stay."""
    return {
        "kind": one.kind,
        "on": one.on,
        "from": one.from_day,
        "to": one.to_day,
        "remote": one.remote,
        "fasting": one.fasting,
        "unconfirmed": not confirmed,
        "follow_ups": [each.round.follow_up for each in one.rounds],
    }


def follow_up(teller: Teller, one: SeenFollowUp, patient: str) -> Json:
    """A follow-up with its window, state, reason and marks, for those who care for the patient."""
    stretch = one.stretch
    return {
        "id": one.id,
        "patient": patient,
        "activity": one.activity,
        "name": teller.name_of(one.activity, one.kind, stretch),
        "protocols": stretch.protocols,
        "unit": stretch.unit,
        "opens_on": _day(stretch.window.opens_on),
        "due_on": _day(stretch.window.due_on),
        "closes_on": _day(stretch.window.closes_on),
        "status": one.state,
        "days_overdue": max(one.days_overdue, 0),
        "because": _because(teller, one),
        "closes_with": closes_with(teller, one),
        "not_known": _not_known(one.not_known),
        "adjustment": _adjustment(one.adjustment),
        "told_by_patient": _adjustment(one.told),
        "booked_for": _booked_for(one.booked),
        "last_contact": _last_contact(one.last_contact),
    }


def _because(teller: Teller, one: SeenFollowUp) -> Json:
    why = because(teller, one)
    told = {
        "value": _value(why.value),
        "anchor": _day(why.anchor),
        "from_history": one.from_history,
    }
    return why._asdict() | told


def _value(looked_at: LookedAt | None) -> Json | None:
    return looked_at._asdict() if looked_at else None


def _not_known(mark: NotKnown | None) -> Json | None:
    return mark._asdict() if mark else None


def _adjustment(one: Adjustment | None) -> Json | None:
    return decision_members(one) if one else None


def _booked_for(booked: Booking | None) -> str | None:
    return _clinic_time(booked.at) if booked else None


def _clinic_time(at: datetime) -> str:
    return at.astimezone(CLINIC_ZONE).isoformat()


def _last_contact(contact: Outreach | None) -> Json | None:
    if contact is None:
        return None
    return {"on": contact.day, "result": contact.result, "again_on": contact.back_on}


def _first_booking(follow_ups: Sequence[SeenFollowUp]) -> str | None:
    booked = [one.booked for one in follow_ups if one.booked]
    return _booked_for(min(booked)) if booked else None


def _day(day: date | None) -> date | None:
    """Days end where time does; a day that never comes is null."""
    return None if day == FOREVER else day
