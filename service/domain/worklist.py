"""The worklist: whose follow-ups to look at, in which order, a page at a time.

Source: what-is-due 5.5: by class (safety, far limit, others), then by the day a whole interval will
have been missed, then by the follow-up's key. No part of the order depends on today.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from service.domain.directory import Person
from service.domain.outreach import Outreach
from service.domain.seen import SeenFollowUp, SeenUnit
from service.domain.window import State


class Sort(StrEnum):
    """`urgency` is the worklist's order; `since` puts the longest overdue first."""

    URGENCY = "urgency"
    SINCE = "since"


class Standing(StrEnum):
    """How matters stand with a person, by all rows of theirs that a question asks for.

    `to_call`: at least one row is neither booked nor agreed otherwise. `booked`: none is to be
    called about, and at least one has its appointment, or was said to be booked in a contact after
    which it waits. `agreed`: all are agreed otherwise: paused, postponed to a date still to come, or
    waiting after a contact until a later day.
    """

    TO_CALL = "to_call"
    BOOKED = "booked"
    AGREED = "agreed"


Position: TypeAlias = tuple[str | int, ...]
"""Where a page ended: the values of the order's columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistQuestion:
    """What is asked of the worklist; an empty or None filter asks for everything.

    `as_of` is the clinic's day, `known_at` None for all that is known now. `activities` are activity
    keys, `protocols` protocol ids, `performers` performer codes. `booked`: only with, or only
    without, an appointment. `contacted`: only what waits after a contact until a later day, or only
    what does not. `distance_over` in kilometres. `standing` is of people, and only asked of
    them: those of whom it is true, with all rows that the rest of the question finds.
    """

    as_of: date
    known_at: datetime | None = None
    states: frozenset[State] = frozenset({State.OVERDUE})
    units: tuple[str, ...] = ()
    protocols: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    performers: frozenset[str] = frozenset()
    booked: bool | None = None
    contacted: bool | None = None
    not_known: bool | None = None
    language: str = ""
    distance_over: int | None = None
    standing: Standing | None = None
    sort: Sort = Sort.URGENCY
    limit: int = 50
    after: Position | None = None


class SeenPerson(NamedTuple):
    """Who a row of the list is about: id, what is known of them, unit of that day, distance in km.

    `key` is the store's own, for the access log.
    """

    key: int
    id: str
    person: Person
    unit: SeenUnit
    distance_km: int | None


class WorklistRow(NamedTuple):
    """One follow-up of one person."""

    person: SeenPerson
    follow_up: SeenFollowUp


class WorklistPage(NamedTuple):
    """A page of rows; `after` asks for the next page, None: this is the last.

    `known_at` is the instant as of which it was asked and the next one is to be; None: as of now.
    """

    rows: tuple[WorklistRow, ...]
    after: Position | None
    known_at: datetime | None = None


class PersonRow(NamedTuple):
    """One person with all rows of theirs that the question asks for; the first says why at this place."""

    person: SeenPerson
    follow_ups: tuple[SeenFollowUp, ...]

    @property
    def last_contact(self) -> Outreach | None:
        """The last contact about any of them."""
        made = [one.last_contact for one in self.follow_ups if one.last_contact]
        return max(made, key=lambda one: one.at, default=None)


class PeoplePage(NamedTuple):
    """A page of people, in the order of each one's first row; `known_at` as of a `WorklistPage`."""

    people: tuple[PersonRow, ...]
    after: Position | None
    known_at: datetime | None = None


class PeopleCounts(NamedTuple):
    """How many people stand under each tab of the page, and how many follow-ups in all.

    `to_call`, `booked` and `agreed` divide `everybody`. Marks across them: `contacted` of whom
    something waits after a contact until a later day, and `not_known`.
    """

    to_call: int
    booked: int
    agreed: int
    contacted: int
    not_known: int
    everybody: int
    follow_ups: int
