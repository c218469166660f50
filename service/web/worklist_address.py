"""What the address of the worklist asks: tab, filters, order, and where the page before ended.

The whole state is in the address, without any person's data, so that a list can be kept and shared.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlencode

from service.domain.access import Viewer
from service.domain.catalogue import Catalogue
from service.domain.errors import Forbidden, Invalid
from service.domain.window import State
from service.domain.worklist import Position, Sort, Standing, WorklistQuestion
from service.fhir.cursor import Page, open_cursor, seal
from service.web.language import LANGUAGE

PEOPLE_ON_A_PAGE: Final = 20
STATES: Final = (State.OVERDUE, State.DUE, State.UPCOMING, State.PAUSED)
RECORDED: Final = "recorded"
"""The parameter by which the page is told what was just recorded; sealed, so that it names nobody."""
_TYPE: Final = "worklist-page"
_CURSOR: Final = "cursor"
# What the page itself is told, and no question of the list.
_OF_THE_PAGE: Final = frozenset({LANGUAGE, RECORDED})


class Tab(StrEnum):
    """The parts of the list, in their order on the page."""

    TO_CALL = "to_call"
    BOOKED = "booked"
    AGREED = "agreed"
    NOT_KNOWN = "not_known"
    ALL = "all"


TO_LOOK_AFTER: Final = frozenset({State.OVERDUE, State.PAUSED})
"""What the list shows unless it is narrowed: what is overdue, and what people put to rest."""

_STANDINGS: Final = {
    Tab.TO_CALL: Standing.TO_CALL,
    Tab.BOOKED: Standing.BOOKED,
    Tab.AGREED: Standing.AGREED,
}


class UnknownFilter(Invalid):
    """The address names a filter that the list does not have."""


class UnknownValue(UnknownFilter):
    """The address gives a filter a value that it does not have; `allowed` are those that it has.

    `allowed` is empty where the value is no choice but has a form, such as a number of kilometres.
    """

    def __init__(self, name: str, value: str, allowed: Iterable[str]) -> None:
        super().__init__(f"The filter {name} has no such value.", name)
        self.value = value
        self.allowed = tuple(sorted(allowed))


class OtherUnit(Forbidden):
    """The list of another unit is asked for."""


class Asked(NamedTuple):
    """The address of a list in parts; `filters` are its parameters but the page's own."""

    tab: Tab
    filters: Mapping[str, str]
    as_of: date
    first: int
    after: Position | None
    cursor: str


def asked(
    arguments: Mapping[str, str], catalogue: Catalogue, viewer: Viewer, *, key: bytes, at: datetime
) -> Asked:
    """What an address asks; UnknownFilter, OtherUnit, or Invalid for a cursor that opens nothing."""
    given = {name: value for name, value in arguments.items() if value and name not in _OF_THE_PAGE}
    cursor = given.pop(_CURSOR, "")
    for name, value in given.items():
        _check(name, value, catalogue)
    if given.get("unit", viewer.unit) != viewer.unit:
        raise OtherUnit
    tab = Tab(given.get("tab", Tab.TO_CALL))
    filters = {name: value for name, value in given.items() if name != "tab"}
    begun = Asked(tab, filters, viewer.today, 1, None, "")
    return _continued(begun, cursor, viewer, key=key, at=at) if cursor else begun


def question(one: Asked) -> WorklistQuestion:
    """The question that an address asks of the list."""
    filters = one.filters
    status = filters.get("status")
    distance = filters.get("distance_over")
    return WorklistQuestion(
        as_of=one.as_of,
        states=frozenset({State(status)}) if status else TO_LOOK_AFTER,
        standing=_STANDINGS.get(one.tab),
        not_known=True if one.tab is Tab.NOT_KNOWN else None,
        protocols=_set(filters.get("protocol")),
        activities=_set(filters.get("activity")),
        performers=_set(filters.get("performer")),
        booked=_YES_OR_NO.get(filters.get("booked", "")),
        contacted=_YES_OR_NO.get(filters.get("contacted", "")),
        language=filters.get("language", ""),
        distance_over=int(distance) if distance else None,
        sort=Sort(filters.get("sort", Sort.URGENCY)),
        limit=PEOPLE_ON_A_PAGE,
        after=one.after,
    )


def all_tabs(one: Asked) -> Asked:
    """The same list from its beginning, whichever tab people stand under."""
    return one._replace(tab=Tab.ALL, after=None)


def without_filters(one: Asked) -> Asked:
    """The same tab from its beginning, narrowed by nothing."""
    return one._replace(filters={}, first=1, after=None, cursor="")


def address(one: Asked, **changed: str) -> str:
    """The address of the list with something changed; an empty value takes it away."""
    parts = {"tab": one.tab.value, **one.filters, **changed}
    return "?" + urlencode({name: value for name, value in parts.items() if value})


def next_address(
    one: Asked, after: Position, shown: int, viewer: Viewer, *, key: bytes, at: datetime
) -> str:
    """The address of the next page: it goes on on the day on which the list was begun."""
    text = _text(one, as_of=one.as_of, first=one.first + shown)
    page = Page(_TYPE, text, tuple(after), _bearer(viewer))
    return address(one, **{_CURSOR: seal(page, key=key, at=at)})


def _continued(begun: Asked, cursor: str, viewer: Viewer, *, key: bytes, at: datetime) -> Asked:
    page = open_cursor(cursor, key=key, at=at)
    filters, _, rest = page.text.partition("|")
    if page.type != _TYPE or page.viewer != _bearer(viewer) or filters != _filters(begun):
        raise Invalid("this page is of another list: begin the list again", _CURSOR)
    as_of, _, first = rest.partition("|")
    after = tuple(value for value in page.after or () if isinstance(value, str | int))
    return begun._replace(
        as_of=date.fromisoformat(as_of), first=int(first), after=after, cursor=cursor
    )


def _text(one: Asked, *, as_of: date, first: int) -> str:
    return f"{_filters(one)}|{as_of.isoformat()}|{first}"


def _filters(one: Asked) -> str:
    return urlencode(sorted({"tab": one.tab.value, **one.filters}.items()))


def _bearer(viewer: Viewer) -> str:
    return f"{viewer.role}|{viewer.subject}|{viewer.unit}"


def _check(name: str, value: str, catalogue: Catalogue) -> None:
    if name in _FORMS:
        if not _FORMS[name].fullmatch(value):
            raise UnknownValue(name, value, ())
    elif name not in _CHOICES:
        raise UnknownFilter(f"The list has no filter {name}.", name)
    elif value not in (choices := _CHOICES[name](catalogue)):
        raise UnknownValue(name, value, choices)


def _set(value: str | None) -> frozenset[str]:
    return frozenset({value} if value else ())


_YES_OR_NO: Final = {"yes": True, "no": False}
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "unit": re.compile(r".+", re.DOTALL),  # whose it may be is a matter of rights
    "language": re.compile(r"[^\W\d_]{2,3}"),
    "distance_over": re.compile(r"[0-9]{1,4}", re.ASCII),
}
_CHOICES: Final[Mapping[str, Callable[[Catalogue], Collection[str]]]] = {
    "tab": lambda _: [one.value for one in Tab],
    "status": lambda _: [one.value for one in STATES],
    "protocol": lambda catalogue: catalogue.known,
    "activity": lambda catalogue: catalogue.activities,
    "performer": lambda catalogue: catalogue.names["performer"],
    "booked": lambda _: _YES_OR_NO,
    "contacted": lambda _: _YES_OR_NO,
    "sort": lambda _: [one.value for one in Sort],
}
