"""A search as a client writes it, read into a `Query`, with what was not understood of it.

Source: R4 search.html. Unknown parameters are left out with a warning, or refused where the client
asks for strict handling; an unsupported modifier is always refused; an empty value says nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from service.domain.errors import Invalid, Issue
from service.domain.search import Asked, Composite, Criterion, Either, Query
from service.fhir.search.controls import Controls
from service.fhir.search.criteria import (
    NOTHING,
    Ours,
    Reading,
    expect_few_ways,
    is_known,
    read_criteria,
)
from service.fhir.search.own_parameters import ASKED_OF, OWN, is_ours, is_taken_for_ours
from service.fhir.search.refusing import refused
from service.fhir.search.registry import searchable, unsearchable
from service.fhir.subset import WHOLE, Subset

# Parameters of every interaction, which say nothing about what is sought.
_OF_THE_FORMAT: Final = frozenset({"_format", "_pretty"})
# What changes the meaning of a whole search is never left out.
_REFUSED: Final = {
    "_filter": "filter expressions are not read",
    "_query": "there are no named queries",
}
NOT_UTF_8: Final = "the parameters are no UTF-8"
# What a database plans for each grows faster than their number. Of quantities that are compared,
# the dearest, thirty take PostgreSQL's planner a second and fifty six; fifteen composites take it
# a third of a second and thirty eight, for each is met by two conditions at once.
_MOST_PARAMETERS: Final = 30
_MOST_COMPOSITES: Final = 15
_MOST_INCLUSIONS: Final = 200
_INCLUDING: Final = ("_include", "_revinclude")
_OURS_ARE: Final = f"of follow-ups there are {', '.join(OWN)}, on {' and '.join(ASKED_OF)}"


class Search(NamedTuple):
    """A query as read: `issues` are warnings about what was left out, `text` what was really used.

    `counted_only`: the client wants the total and no matches; `subset` is how much of each.
    """

    query: Query
    issues: tuple[Issue, ...]
    text: str
    counted_only: bool = False
    subset: Subset = WHOLE


def pairs_of(query_string: str) -> list[tuple[str, str]]:
    """The parameters of a query string or of a form, decoded, in order; Invalid for no UTF-8."""
    try:
        return parse_qsl(query_string, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Invalid(NOT_UTF_8) from None


def read_search(
    resource_type: str,
    parameters: Iterable[tuple[str, str]],
    *,
    base_url: str,
    at: datetime,
    strict: bool = False,
    ours: Ours = NOTHING,
) -> Search:
    """The query that a client's parameters ask of a type.

    Raises Invalid for a wrong value or an unsupported modifier, and in strict handling for a
    parameter that the type does not have. References under `base_url` are our own; `at` is now;
    `ours` are the definitions of our own that it may name.
    """
    reader = _Reader(resource_type, Reading(base_url, at, ours))
    for name, value in _few(parameters):
        if not value and is_ours(name):
            raise refused(name, "it has no value, and without it everything would be found")
        if value and name not in _OF_THE_FORMAT:
            reader.take(name, value)
    search = reader.search()
    if search.issues and (strict or reader.asks_for_a_state):
        raise Invalid(issues=[issue._replace(severity="error") for issue in search.issues])
    return search


def _few(parameters: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters; Invalid where they are more than a database plans."""
    listed = list(parameters)
    inclusions = sum(name.startswith(_INCLUDING) for name, _ in listed)
    if inclusions > _MOST_INCLUSIONS or len(listed) - inclusions > _MOST_PARAMETERS:
        words = (
            f"a search has {_MOST_PARAMETERS} parameters at most,"
            f" and includes along {_MOST_INCLUSIONS} at most"
        )
        raise Invalid(issues=[Issue("too-costly", words)])
    return listed


def _is_composite(asked: Asked) -> bool:
    if isinstance(asked, Either):
        return any(map(_is_composite, asked.alternatives))
    return isinstance(asked, Composite)


class _Reader:
    """Takes one parameter after another."""

    def __init__(self, resource_type: str, by: Reading) -> None:
        self._type = resource_type
        self._by = by
        self._known = searchable(resource_type)
        self._criteria: list[Asked] = []
        self._controls = Controls(resource_type)

    @property
    def asks_for_a_state(self) -> bool:
        """Whether anything of ours is asked: a typo beside it must not widen the answer."""
        own = (one.kind for one in self._criteria if isinstance(one, Criterion))
        asked = {*own, *(one.kind for one in self._controls.sort)}
        along = any(is_ours(name) for name, _ in self._controls.used)
        return along or not asked.isdisjoint(ASKED_OF.values())

    def search(self) -> Search:
        """All that was taken."""
        controls = self._controls
        controls.check()
        query = Query(
            type=self._type,
            criteria=tuple(self._criteria),
            sort=controls.sort,
            count=controls.count,
            includes=tuple(controls.includes),
            total=controls.total or controls.counted_only,
        )
        text, issues = urlencode(controls.used), tuple(controls.left_out)
        return Search(query, issues, text, controls.counted_only, controls.subset)

    def take(self, name: str, value: str) -> None:
        """Read one parameter with its value."""
        plain = name.partition(":")[0]
        if (control := self._controls.reader_of(name)) is not None:
            control(value)
        elif plain in _REFUSED:
            raise refused(name, _REFUSED[plain])
        elif is_known(self._type, name):
            self._take_criteria(name, value)
        else:
            self._leave_out(plain)

    def _take_criteria(self, name: str, value: str) -> None:
        try:
            self._criteria += read_criteria(self._type, name, value, self._by)
        except ValueError as error:
            raise Invalid(issues=[Issue("value", f"`{name}`: {error}", name)]) from None
        expect_few_ways(self._criteria)
        if sum(map(_is_composite, self._criteria)) > _MOST_COMPOSITES:
            words = f"a search has {_MOST_COMPOSITES} composite parameters at most"
            raise Invalid(issues=[Issue("too-costly", f"`{name}`: {words}", name)])
        self._controls.used.append((name, value))

    def _leave_out(self, name: str) -> None:
        if is_taken_for_ours(name, self._type):
            raise refused(name, f"{_OURS_ARE}; {self._type} has {', '.join(self._known)}")
        words = f"{self._type} has no search parameter `{name[:64]}`"
        if (reason := unsearchable(self._type).get(name)) is not None:
            words = f"{self._type} cannot be searched by `{name}`: {reason}"
        self._controls.leave_out(f"{words}; there are {', '.join(self._known)}", name)
