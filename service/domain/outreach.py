"""Outreach: contacts with people about their follow-ups, what came of them, and who waits until when.

A contact closes no follow-up and changes nobody's state (design.md 4; pages of the worklist). Until the
day on which it returns, a person is off the calls for what it was about; the latest one about a
follow-up holds. What falls overdue after it is called about all the same.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from service.domain.access import Role
from service.domain.figures import Figures


class OutreachResult(StrEnum):
    """What came of a contact."""

    BOOKED = "booked"
    WILL_COME = "will-come"
    CALL_AGAIN = "call-again"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    DOES_NOT_WANT_NOW = "does-not-want-now"
    DONE_ELSEWHERE = "done-elsewhere"
    CARE_MOVED = "care-moved"


class Channel(StrEnum):
    """How a person was contacted."""

    PHONE = "phone"
    MESSAGE = "message"
    SMS = "sms"
    LETTER = "letter"
    IN_PERSON = "in-person"
    VIDEO = "video"


UNREACHED = frozenset({OutreachResult.NO_ANSWER, OutreachResult.WRONG_NUMBER})
"""Results of contacts that reached nobody."""

TO_GO_ON = frozenset(
    {
        OutreachResult.WRONG_NUMBER,
        OutreachResult.DOES_NOT_WANT_NOW,
        OutreachResult.DONE_ELSEWHERE,
        OutreachResult.CARE_MOVED,
    }
)
"""Results after which something is left to do: no contact does it by itself."""


class Outreach(NamedTuple):
    """One contact with a person, at an instant, on a day of the clinic's calendar.

    `back_on` is the day on which the person returns to the calls. `follow_ups` are the ids of the
    ServiceRequests that it was about, `tasks` those of their rounds; without any of them it was about
    all. `author` names who made it, `unit` the Organization for which; `booked_for` the appointment.
    """

    at: datetime
    day: date
    channel: Channel
    result: OutreachResult
    back_on: date
    follow_ups: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    author: str = ""
    unit: str = ""
    booked_for: datetime | None = None

    def is_about(self, follow_up: str) -> bool:
        """Whether a follow-up was spoken of, by its id."""
        return not (self.follow_ups or self.tasks) or follow_up in self.follow_ups


class ToRecord(NamedTuple):
    """A contact with a person as a professional wants it recorded; what is None or empty follows from the rest.

    `patient` is the Patient's id; `follow_ups` are ids of ServiceRequests, empty for all that is due
    or overdue. `key` tells a repeated request from a new one.
    """

    patient: str
    channel: Channel
    result: OutreachResult
    follow_ups: tuple[str, ...] = ()
    back_on: date | None = None
    booked_for: datetime | None = None
    note: str = ""
    key: str = ""


def return_day(figures: Figures, result: OutreachResult, day: date, booked_on: date | None) -> date:
    """When who was contacted on a day returns: the day after the appointment, else as the figures say.

    Source: what-is-due 5.7.
    """
    if booked_on is None:
        return day + timedelta(days=figures.return_days(result))
    last = day + timedelta(days=figures.returns_within_days)
    return min(max(booked_on + timedelta(days=1), day), last)


def latest(contacts: Iterable[Outreach], follow_up: str, day: date) -> Outreach | None:
    """The last contact up to a day that was about a follow-up; of one instant the last in order."""
    about = [one for one in contacts if one.day <= day and one.is_about(follow_up)]
    in_order = sorted(enumerate(about), key=lambda each: (each[1].at, each[0]))
    return in_order[-1][1] if in_order else None


def waits(contact: Outreach | None, day: date) -> bool:
    """Whether what a contact was about waits on a day."""
    return contact is not None and day < contact.back_on


OPEN_FOR = timedelta(minutes=15)
"""How long a person counts as open with who opened them last."""


class Opening(NamedTuple):
    """That a person is open with somebody, in a role, since an instant."""

    who: str
    role: Role
    at: datetime


class NotedOutreach(NamedTuple):
    """A contact with the id of the Communication that tells it."""

    id: str
    outreach: Outreach


OutreachPosition: TypeAlias = tuple[datetime, int]
"""Where a page of a person's contacts ended: the instant of its last, and the store's number of it."""


class OutreachPage(NamedTuple):
    """A page of a person's contacts, the newest first; `after` asks for the next one, if any."""

    contacts: tuple[NotedOutreach, ...]
    after: OutreachPosition | None
