"""Contacts: what a person has to do about their follow-ups, as one sample, one visit, one form.

Follow-ups that one sample or one visit settles are one contact. Its window is the common part of
theirs, from the first day to the due date; where there is none, they are two contacts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from service.domain.follow_up import Hold
from service.domain.protocol import Kind
from service.domain.seen import Booking, SeenFollowUp, SeenPlan

CARDS_AT_MOST: Final = 5
BOOKED_SOON: Final = timedelta(days=7)


class ContactKind(StrEnum):
    """What sort of contact settles a follow-up."""

    SAMPLE = "sample"
    NURSE_VISIT = "nurse-visit"
    PHYSICIAN_VISIT = "physician-visit"
    IMAGING = "imaging"
    DENTAL = "dental"
    HOME = "home"
    QUESTIONNAIRE = "questionnaire"
    VACCINATION = "vaccination"


class Status(StrEnum):
    """Whether a contact is to be taken care of now or later, or has its appointment."""

    NOW = "now"
    LATER = "later"
    BOOKED = "booked"


class Booker(StrEnum):
    """Who books: the patient, the unit, or nobody because no appointment is needed."""

    PATIENT = "patient"
    UNIT = "unit"
    NONE = "none"


class Contact(NamedTuple):
    """Follow-ups settled together, from a day to a day, both included.

    `to_day` is None where one of them is past its due date: as soon as possible. A contact with an
    appointment (`booked`) lies on the day of it.
    """

    kind: ContactKind
    follow_ups: tuple[SeenFollowUp, ...]
    from_day: date
    to_day: date | None
    status: Status
    booked: Booking | None = None

    @property
    def booker(self) -> Booker:
        """Who books this kind of contact, unless a HealthcareService says otherwise."""
        if self.kind is ContactKind.SAMPLE:
            return Booker.PATIENT
        return Booker.NONE if self.kind in UNBOOKED else Booker.UNIT

    @property
    def illnesses(self) -> int:
        """How many protocols ask for something in it."""
        return len({protocol for one in self.follow_ups for protocol in one.stretch.protocols})

    def is_now(self, day: date) -> bool:
        """Whether it is among the things of the day: open, or booked within seven days."""
        if self.booked and self.booked.at.date() <= day + BOOKED_SOON:
            return True
        return self.status is not Status.LATER and any(
            _is_open(one, day) for one in self.follow_ups
        )


class Overview(NamedTuple):
    """A plan as contacts: the cards of the day, what comes later, and what people put to rest.

    What is open but beyond the last card stands first among the later ones.
    """

    cards: tuple[Contact, ...]
    later: tuple[Contact, ...]
    resting: tuple[SeenFollowUp, ...]

    def booked_by(self, booker: Booker) -> int:
        """How many of the cards are still to be booked by the patient or by the unit."""
        return sum(one.booker is booker and one.booked is None for one in self.cards)


def plan_overview(plan: SeenPlan) -> Overview:
    """The plan on its day; one that is on hold asks for nothing, and shows what rests."""
    seen = overview(plan.follow_ups, day=plan.as_of)
    return seen._replace(cards=(), later=()) if plan.on_hold_until else seen


def overview(follow_ups: Iterable[SeenFollowUp], *, day: date) -> Overview:
    """The plan of a day: contacts booked soon, then what the person does, then what the unit does."""
    seen = tuple(follow_ups)
    found = contacts(seen, day=day)
    now = sorted((one for one in found if one.is_now(day)), key=lambda one: _order(one, day))
    later = sorted((one for one in found if not one.is_now(day)), key=_when)
    resting = tuple(one for one in seen if one.stretch.hold is Hold.PAUSED)
    return Overview(tuple(now[:CARDS_AT_MOST]), (*now[CARDS_AT_MOST:], *later), resting)


def contacts(follow_ups: Iterable[SeenFollowUp], *, day: date) -> tuple[Contact, ...]:
    """The fewest contacts that settle all follow-ups that are asked for; each is in exactly one."""
    groups: dict[tuple[ContactKind, str], list[SeenFollowUp]] = defaultdict(list)
    for one in follow_ups:
        if one.stretch.hold is Hold.OPEN:
            kind = contact_kind(one)
            groups[kind, "" if kind in SHARED else one.identity].append(one)
    return tuple(
        contact
        for (kind, _), members in groups.items()
        for contact in _settled(kind, members, day=day)
    )


def contact_kind(follow_up: SeenFollowUp) -> ContactKind:
    """What sort of contact settles a follow-up: by its kind, else by who does it."""
    by_performer = _BY_PERFORMER.get(follow_up.performer, ContactKind.NURSE_VISIT)
    if follow_up.kind == Kind.QUESTIONNAIRE:
        asked = by_performer is not ContactKind.HOME
        return by_performer if asked else ContactKind.QUESTIONNAIRE
    return _BY_KIND.get(follow_up.kind, by_performer)


def _settled(kind: ContactKind, members: Sequence[SeenFollowUp], *, day: date) -> Iterator[Contact]:
    """Those of the appointments first, with what else falls on their days; the rest by windows."""
    left = list(members)
    for booked in sorted({one.booked for one in members if one.booked}):
        of_day = booked.at.date()
        together = [one for one in left if _goes_with(one, booked, day)]
        left = [one for one in left if one not in together]
        yield Contact(kind, tuple(together), of_day, of_day, Status.BOOKED, booked)
    while left:
        # The one that has to be done first is done on its last day; whatever is open then, too.
        until = min(_last_day(one, day) for one in left)
        together = [one for one in left if one.stretch.window.opens_on <= until]
        left = [one for one in left if one not in together]
        yield _unbooked(kind, together, until, day)


def _unbooked(
    kind: ContactKind, together: Sequence[SeenFollowUp], until: date, day: date
) -> Contact:
    from_day = max(one.stretch.window.opens_on for one in together)
    past = any(one.stretch.window.due_on < day for one in together)
    status = Status.NOW if from_day <= day else Status.LATER
    return Contact(kind, tuple(together), from_day, None if past else until, status)


def _goes_with(one: SeenFollowUp, booked: Booking, day: date) -> bool:
    if one.booked:
        return one.booked == booked
    return one.stretch.window.opens_on <= booked.at.date() <= _last_day(one, day)


def _last_day(one: SeenFollowUp, day: date) -> date:
    """Until when it is to be done: the due date, or today where that has passed."""
    return max(one.stretch.window.due_on, day)


def _is_open(one: SeenFollowUp, day: date) -> bool:
    return one.stretch.window.opens_on <= day


def _order(one: Contact, day: date) -> tuple[int, date, str]:
    if one.booked:
        soon = one.booked.at.date() <= day + BOOKED_SOON
        return 0 if soon else 3, one.booked.at.date(), one.kind
    return 2 if one.booker is Booker.UNIT else 1, one.to_day or date.min, one.kind


def _when(one: Contact) -> tuple[date, date, str]:
    return one.from_day, one.to_day or date.min, one.kind


# One sample, and one visit to the same professional, settles many; the others stand each alone.
SHARED: Final = frozenset(
    {
        ContactKind.SAMPLE,
        ContactKind.NURSE_VISIT,
        ContactKind.PHYSICIAN_VISIT,
        ContactKind.DENTAL,
        ContactKind.VACCINATION,
    }
)
UNBOOKED: Final = frozenset({ContactKind.HOME, ContactKind.QUESTIONNAIRE})
_BY_KIND: Final = {
    Kind.LAB: ContactKind.SAMPLE,
    Kind.IMAGING: ContactKind.IMAGING,
    Kind.SELF_MEASUREMENT: ContactKind.HOME,
    Kind.VACCINATION: ContactKind.VACCINATION,
}
_BY_PERFORMER: Final = {
    "nurse": ContactKind.NURSE_VISIT,
    "physician": ContactKind.PHYSICIAN_VISIT,
    "lab": ContactKind.SAMPLE,
    "imaging-unit": ContactKind.IMAGING,
    "dental-hygienist": ContactKind.DENTAL,
    "dentist": ContactKind.DENTAL,
    "patient": ContactKind.HOME,
}
