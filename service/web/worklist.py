"""The page of a health centre: whom to call, in the order of the worklist, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from flask import Response, request

from service.clock import CLINIC_ZONE
from service.domain.access import Role, Viewer
from service.domain.catalogue import Catalogue
from service.domain.compliance import NotFollowed
from service.domain.directory import Unit
from service.domain.outreach import Opening
from service.domain.visit_figures import VisitFigures
from service.domain.visit_plan import visits_of
from service.domain.window import State
from service.domain.worklist import PeopleCounts, PeoplePage
from service.fhir.contact_details import ContactDetails, contact_details
from service.runtime import Runtime
from service.web.contact import notice_of
from service.web.language import teller_of
from service.web.pages import page, request_id
from service.web.person_line import PersonLine, person_line
from service.web.sessions import viewer
from service.web.worklist_address import (
    Asked,
    OtherUnit,
    Tab,
    UnknownFilter,
    UnknownValue,
    address,
    all_tabs,
    asked,
    next_address,
    question,
    without_filters,
)
from service.web.worklist_controls import filters, people_under, tabs
from service.wording.alphabet import in_alphabet
from service.wording.sentences import Text
from service.wording.telling import Teller
from service.workflows.count_not_followed import count_not_followed
from service.workflows.count_people import count_people
from service.workflows.find_people import find_people
from service.workflows.ports import View

_PATIENT: Final = "Patient"
_VALUE_SHOWN: Final = 40
_BETWEEN: Final = " · "
_NOBODY: Final = PeopleCounts(0, 0, 0, 0, 0, 0, 0)


class Found(NamedTuple):
    """What the list has: a page of people with how to call them, the counts, the unit.

    `not_followed` are those of whom the list knows nothing; only its first page tells of them.
    """

    people: PeoplePage
    details: Mapping[str, ContactDetails]
    counts: PeopleCounts
    otherwise: PeopleCounts
    unit: Unit
    opened: Mapping[int, Opening]
    not_followed: Sequence[NotFollowed]


def show(runtime: Runtime) -> Response:
    """A page of the list of the unit of who is signed in; a wrong address is told, not guessed."""
    nurse = viewer(runtime, Role.CLINICIAN)
    at = runtime.clock.now()
    try:
        one = asked(request.args, runtime.catalogue, nurse, key=runtime.cursor_key, at=at)
    except UnknownValue as error:
        return _wrong_value(runtime, error)
    except UnknownFilter as error:
        return _refused(runtime, "worklist.error.unknown_filter", name=error.issues[0].expression)
    except OtherUnit:
        return _refused(runtime, "worklist.error.no_right", status=HTTPStatus.FORBIDDEN)
    with runtime.store.read() as view:
        found = _found(view, one, nurse, runtime.catalogue, at)
    runtime.note_read(
        nurse,
        "search",
        scope="worklist/people",
        patients=[row.person.key for row in found.people.people],
        request=request_id(),
    )
    teller = teller_of(runtime)
    return page(
        runtime,
        "worklist.html",
        "worklist.title",
        notice=notice_of(runtime, nurse, teller.words),
        **_shown(runtime, teller, one, found, nurse),
    )


def _found(view: View, one: Asked, nurse: Viewer, catalogue: Catalogue, at: datetime) -> Found:
    asked_for = question(one)
    asked_for = replace(asked_for, protocols=catalogue.family(asked_for.protocols))
    people = find_people(view, asked_for, viewer=nurse)
    ids = [row.person.id for row in people.people]
    # A person may be listed whose Patient is deleted, or has never come.
    found = view.resources.find_many(_PATIENT, ids, viewer=nurse)
    standing = {id_: stored.body for id_, stored in found.items() if not stored.deleted}
    details = {
        id_: contact_details(standing[id_], on=one.as_of) if id_ in standing else ContactDetails()
        for id_ in ids
    }
    return Found(
        people=people,
        details=details,
        counts=count_people(view, question(all_tabs(one)), viewer=nurse),
        otherwise=_NOBODY if people.people else _otherwise(view, one, nurse),
        unit=view.directory.units().get(nurse.unit, Unit("")),
        opened=view.openings.of_others(
            [row.person.key for row in people.people], nurse.subject, at=at
        ),
        not_followed=()
        if one.cursor
        else count_not_followed(view, viewer=nurse, as_of=one.as_of, units=(nurse.unit,)),
    )


def _otherwise(view: View, one: Asked, nurse: Viewer) -> PeopleCounts:
    """Why a page is empty: whom it would have without its filters, else in any state at all."""
    every = question(all_tabs(without_filters(one)))
    asked_for = every if one.filters else replace(every, states=frozenset(State))
    return count_people(view, asked_for, viewer=nurse)


def _shown(
    runtime: Runtime, teller: Teller, one: Asked, found: Found, nurse: Viewer
) -> dict[str, Any]:
    people = tuple(_lines(teller, one, found, runtime.catalogue.visit_figures))
    more = found.people.after
    at = runtime.clock.now()
    key = runtime.cursor_key
    return {
        "unit": found.unit.name,
        "invented": _invented(found),
        "as_of": _as_of(teller, one, at),
        "tabs": tuple(tabs(teller, one, found.counts)),
        "tab": one.tab,
        "filters": tuple(filters(teller, one, runtime.catalogue)),
        "distance_over": one.filters.get("distance_over", ""),
        "is_filtered": bool(one.filters),
        "cleared": address(without_filters(one)),
        "without_filters": people_under(found.otherwise, one.tab),
        "empty": _empty(one, found),
        "counts": found.counts,
        "waiting": address(one._replace(tab=Tab.ALL), contacted="yes"),
        "listed": address(one, cursor=one.cursor),
        "not_followed": _not_followed(teller, runtime.catalogue, found.not_followed),
        "people": people,
        "first": one.first,
        "last": one.first + len(people) - 1,
        "total": people_under(found.counts, one.tab),
        "begin": address(one) if one.cursor else "",
        "next": next_address(one, more, len(people), nurse, key=key, at=at) if more else "",
    }


def _not_followed(teller: Teller, catalogue: Catalogue, found: Sequence[NotFollowed]) -> Text | str:
    """Whom protocols fit without anybody following them up; empty where there is nobody."""
    words, protocols = teller.words, catalogue.known
    told = (
        words.plural("worklist.not_followed.protocol", one.people, protocol=name)
        for one in found
        if one.protocol in protocols and (name := teller.name(protocols[one.protocol].names))
    )
    listed = _BETWEEN.join(sorted(told, key=in_alphabet))
    return words.text("worklist.not_followed", protocols=listed) if listed else ""


def _invented(found: Found) -> bool | None:
    people = (row.person.person for row in found.people.people)
    return found.unit.invented or any(one.invented for one in people) or None


def _empty(one: Asked, found: Found) -> str:
    """The key of what an empty list says: nobody waits, or nobody is under follow-up at all."""
    if not found.otherwise.everybody:
        return "worklist.empty.nobody_enrolled"
    return "worklist.empty.none" if one.tab is Tab.TO_CALL else "worklist.empty.tab"


def _lines(teller: Teller, one: Asked, found: Found, figures: VisitFigures) -> Iterator[PersonLine]:
    for row in found.people.people:
        visits = visits_of(
            row.follow_ups, day=one.as_of, figures=figures, distance_km=row.person.distance_km
        )
        details, opened = found.details[row.person.id], found.opened.get(row.person.key)
        yield person_line(teller, row, details, visits=visits, opened=opened)


def _as_of(teller: Teller, one: Asked, at: datetime) -> str:
    local = at.astimezone(CLINIC_ZONE)
    if local.date() != one.as_of:
        return teller.words.text("worklist.as_of.day", date=one.as_of)
    return teller.words.text("worklist.as_of", date=one.as_of, time=local.time())


def _wrong_value(runtime: Runtime, error: UnknownValue) -> Response:
    """The value that a filter does not have is told, with those that it has."""
    name = error.issues[0].expression
    value = error.value[:_VALUE_SHOWN]
    if not error.allowed:
        return _refused(runtime, f"worklist.error.value.{name}", value=value)
    allowed = ", ".join(error.allowed)
    return _refused(runtime, "worklist.error.value", name=name, value=value, allowed=allowed)


def _refused(
    runtime: Runtime, key: str, *, status: HTTPStatus = HTTPStatus.BAD_REQUEST, **said: str
) -> Response:
    sentence = teller_of(runtime).words.text(key, **said)
    return page(
        runtime,
        "message.html",
        "worklist.title",
        status=status,
        messages=(sentence,),
        is_error=True,
        to_worklist=True,
    )
