"""The worklist without a database: every stretch is looked at, one by one, as the rules say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from service.domain.access import Role, Viewer
from service.domain.follow_up import Hold, Stretch
from service.domain.outreach import Outreach, OutreachResult, latest, waits
from service.domain.window import State
from service.domain.worklist import PeopleCounts, Sort, Standing, WorklistQuestion
from service.storage.seen.moment import start_of
from service.storage.tables.columns import OPEN
from tests.storage.follow_ups_told import Region, Somebody, Told

LATEST = OPEN - timedelta(microseconds=1)


class Found(NamedTuple):
    """A row of the list."""

    person: Somebody
    told: Told
    stretch: Stretch


def rows_of(region: Region, question: WorklistQuestion, viewer: Viewer) -> list[Found]:
    """All rows that a question asks for, in their order."""
    found = (
        Found(person, told, stretch)
        for person in region.people
        if _sees(viewer, person) and _fits(question, person)
        for told in person.follow_ups
        if (stretch := told.on(question.as_of, question.known_at or LATEST))
    )
    asked = [one for one in found if _asked(region, question, one)]
    return sorted(asked, key=lambda one: _place(question, one))


def people_of(
    region: Region, question: WorklistQuestion, viewer: Viewer
) -> list[tuple[str, list[str]]]:
    """The people that a question asks for, each with their rows."""
    found: dict[str, list[Found]] = {}
    for one in rows_of(region, question, viewer):
        found.setdefault(one.person.id, []).append(one)
    return [
        (id_, [one.told.id for one in theirs])
        for id_, theirs in found.items()
        if question.standing in {None, standing(theirs, question)}
    ]


def counts_of(region: Region, question: WorklistQuestion, viewer: Viewer) -> PeopleCounts:
    """How many people stand under each tab."""
    whole = replace(question, booked=None, contacted=None, not_known=None, standing=None)
    found: dict[str, list[Found]] = {}
    for one in rows_of(region, whole, viewer):
        found.setdefault(one.person.id, []).append(one)
    stands = [standing(theirs, question) for theirs in found.values()]
    marked = [
        any(not_known(region, one, question.as_of) for one in each) for each in found.values()
    ]
    return PeopleCounts(
        to_call=stands.count(Standing.TO_CALL),
        booked=stands.count(Standing.BOOKED),
        agreed=stands.count(Standing.AGREED),
        contacted=sum(any(is_waiting(one, question) for one in each) for each in found.values()),
        not_known=sum(marked),
        everybody=len(found),
        follow_ups=sum(map(len, found.values())),
    )


def standing(theirs: list[Found], question: WorklistQuestion) -> Standing:
    """How matters stand with a person, by their rows."""
    day = question.as_of
    if any(not is_booked(one, day) and not _is_agreed(one, question) for one in theirs):
        return Standing.TO_CALL
    are_booked = any(is_booked(one, day) or _is_said_to_be_booked(one, question) for one in theirs)
    return Standing.BOOKED if are_booked else Standing.AGREED


def last_contact(one: Found, question: WorklistQuestion) -> Outreach | None:
    """The last contact about the follow-up up to the day, as far as it was known."""
    known_at = question.known_at or LATEST
    known = (each for each in one.person.contacts if each.known_from <= known_at < each.known_to)
    return latest((each.outreach for each in known), one.told.id, question.as_of)


def is_waiting(one: Found, question: WorklistQuestion) -> bool:
    """Whether the follow-up waits after a contact."""
    return waits(last_contact(one, question), question.as_of)


def _is_said_to_be_booked(one: Found, question: WorklistQuestion) -> bool:
    last = last_contact(one, question)
    is_booked_ = last is not None and last.result is OutreachResult.BOOKED
    return is_booked_ and waits(last, question.as_of)


def is_booked(one: Found, day: date) -> bool:
    """Whether an appointment from that day on is for the follow-up."""
    return any(
        booked.at >= start_of(day)
        and (
            booked.follow_up == one.told.id
            or (not booked.follow_up and booked.activity == one.told.activity)
        )
        for booked in one.person.appointments
    )


def not_known(region: Region, one: Found, day: date) -> bool:
    """Whether nothing was ever done and the source has been silent since the anchor."""
    heard = any(
        (unit, kind) == (one.stretch.unit, one.told.kind) and one.stretch.anchor_on <= fed <= day
        for unit, kind, fed in region.fed
    )
    return one.stretch.done is None and not heard


def _is_agreed(one: Found, question: WorklistQuestion) -> bool:
    stretch = one.stretch
    is_postponed = stretch.original_due_on is not None and stretch.overdue_from > question.as_of
    return stretch.hold is Hold.PAUSED or is_postponed or is_waiting(one, question)


def _sees(viewer: Viewer, person: Somebody) -> bool:
    if viewer.role is Role.SYSTEM:
        return True
    return viewer.role is Role.CLINICIAN and person.unit_on(viewer.today) == viewer.unit


def _fits(question: WorklistQuestion, person: Somebody) -> bool:
    if question.distance_over is not None and person.distance <= question.distance_over:
        return False
    return question.language in {"", person.language}


def _asked(region: Region, question: WorklistQuestion, one: Found) -> bool:
    return all(_checks(region, question, one))


def _checks(region: Region, question: WorklistQuestion, one: Found) -> Iterator[bool]:
    stretch, told, day = one.stretch, one.told, question.as_of
    yield stretch.state_on(day) in question.states
    yield not question.units or stretch.unit in question.units
    yield not question.protocols or bool(question.protocols & set(stretch.protocols))
    yield not question.activities or told.activity in question.activities
    yield not question.performers or told.performer in question.performers
    yield question.booked in {None, is_booked(one, day)}
    yield question.contacted in {None, is_waiting(one, question)}
    yield question.not_known in {None, not_known(region, one, day)}


def _place(question: WorklistQuestion, one: Found) -> tuple[object, ...]:
    stretch, key = one.stretch, one.told.key
    if question.sort is Sort.SINCE:
        return (stretch.overdue_from, key)
    return (stretch.urgency.value, stretch.order_on, key)


def state_of(one: Found, day: date) -> State:
    """The state of a row on a day."""
    return one.stretch.state_on(day)


def known_before(instant: datetime) -> datetime:
    """The last instant before another."""
    return instant - timedelta(microseconds=1)
