"""A search as a client writes it, read into a `Query`, with what was not understood of it.

Source: R4 search.html. Unknown parameters are left out with a warning, or refused where the client
asks for strict handling; an unsupported modifier is always refused; an empty value says nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from service.domain.errors import Invalid, Issue
from service.domain.search import Criterion, Query, ReferenceValue, SearchKind, Value
from service.fhir.search.controls import Controls, refused
from service.fhir.search.own_parameters import ASKED_OF, OWN, is_taken_for_ours
from service.fhir.search.own_values import or_as_shown, own_values
from service.fhir.search.query_values import (
    plain_values,
    reference_value,
    split_unescaped,
    string_value,
    token_value,
)
from service.fhir.search.registry import SearchParameter, searchable, unsearchable
from service.fhir.types import SERVED_TYPES

# Parameters of every interaction, which say nothing about what is sought.
_OF_THE_FORMAT: Final = frozenset({"_format", "_pretty"})
_WITHOUT_ROWS: Final = frozenset({SearchKind.ID, SearchKind.LAST_UPDATED})
_OURS_ARE: Final = f"of follow-ups there are {', '.join(OWN)}, on {' and '.join(ASKED_OF)}"
_NUL: Final = "\0"  # PostgreSQL keeps no text with it, and no resource has it


class Search(NamedTuple):
    """A query as read: `issues` are warnings about what was left out, `text` what was really used.

    `counted_only`: the client wants the total and no matches.
    """

    query: Query
    issues: tuple[Issue, ...]
    text: str
    counted_only: bool = False


def pairs_of(query_string: str) -> list[tuple[str, str]]:
    """The parameters of a query string or of a form, decoded, in order."""
    return parse_qsl(query_string, keep_blank_values=True, errors="replace")


def read_search(
    resource_type: str,
    parameters: Iterable[tuple[str, str]],
    *,
    base_url: str,
    at: datetime,
    strict: bool = False,
) -> Search:
    """The query that a client's parameters ask of a type.

    Raises Invalid for a wrong value or an unsupported modifier, and in strict handling for a
    parameter that the type does not have. References under `base_url` are our own; `at` is now.
    """
    reader = _Reader(resource_type, base_url, at)
    for name, value in parameters:
        if not value and name in OWN:
            raise refused(name, "it has no value, and without it everything would be found")
        if value and name not in _OF_THE_FORMAT:
            reader.take(name, value)
    search = reader.search()
    if search.issues and (strict or reader.asks_for_a_state):
        raise Invalid(issues=[issue._replace(severity="error") for issue in search.issues])
    return search


class _Reader:
    """Takes one parameter after another."""

    def __init__(self, resource_type: str, base_url: str, at: datetime) -> None:
        self._type = resource_type
        self._base_url = base_url
        self._at = at
        self._known = searchable(resource_type)
        self._criteria: list[Criterion] = []
        self._controls = Controls(resource_type)

    @property
    def asks_for_a_state(self) -> bool:
        """Whether anything of ours is asked: a typo beside it must not widen the answer."""
        asked = {one.kind for one in self._criteria} | {one.kind for one in self._controls.sort}
        return not asked.isdisjoint(ASKED_OF.values())

    def search(self) -> Search:
        """All that was taken."""
        controls = self._controls
        query = Query(
            type=self._type,
            criteria=tuple(self._criteria),
            sort=tuple(controls.sort),
            count=controls.count,
            includes=tuple(controls.includes),
            total=controls.total or controls.counted_only,
        )
        text = urlencode(controls.used)
        return Search(query, tuple(controls.left_out), text, controls.counted_only)

    def take(self, name: str, value: str) -> None:
        """Read one parameter with its value."""
        plain, _, modifier = name.partition(":")
        if (control := self._controls.reader_of(plain)) is not None:
            if modifier:
                raise refused(name, f"the modifier `:{modifier[:64]}` is not supported for it")
            control(value)
        elif "." in name or plain == "_has":
            raise refused(name, "chained searches and `_has` are not supported")
        elif plain == "_query":
            raise refused(name, "there are no named queries")
        elif (parameter := self._known.get(plain)) is not None:
            self._take_criterion(parameter, name, value)
        else:
            self._leave_out(plain)

    def _take_criterion(self, parameter: SearchParameter, name: str, value: str) -> None:
        modifier = name.partition(":")[2]
        try:
            self._criteria.append(self._criterion(parameter, modifier, value))
        except ValueError as error:
            raise Invalid(issues=[Issue("value", f"`{name}`: {error}", name)]) from None
        self._controls.used.append((name, value))

    def _leave_out(self, name: str) -> None:
        if is_taken_for_ours(name, self._type):
            raise refused(name, f"{_OURS_ARE}; {self._type} has {', '.join(self._known)}")
        words = f"{self._type} has no search parameter `{name[:64]}`"
        if (reason := unsearchable(self._type).get(name)) is not None:
            words = f"{self._type} cannot be searched by `{name}`: {reason}"
        self._controls.leave_out(f"{words}; there are {', '.join(self._known)}", name)

    def _criterion(self, parameter: SearchParameter, modifier: str, value: str) -> Criterion:
        if _NUL in value:
            raise ValueError("no value has the character NUL")
        return or_as_shown(self._type, parameter.code, self._plain(parameter, modifier, value))

    def _plain(self, parameter: SearchParameter, modifier: str, value: str) -> Criterion:
        number, *also = parameter.numbers
        if modifier == "missing":
            missing = _missing(parameter, value)
            return Criterion(number, parameter.kind, (), missing=missing, also=tuple(also))
        texts = [text for text in split_unescaped(value, ",") if text]
        kind, values = self._values(parameter, modifier, texts)
        return Criterion(number, kind, values, negated=modifier == "not", also=tuple(also))

    def _values(
        self, parameter: SearchParameter, modifier: str, texts: list[str]
    ) -> tuple[SearchKind, tuple[Value, ...]]:
        if parameter.kind is SearchKind.REFERENCE:
            return self._references(parameter, modifier, texts)
        if parameter.kind is SearchKind.STRING and modifier in {"exact", "contains"}:
            return parameter.kind, tuple(string_value(text, modifier) for text in texts)
        is_token = SearchKind.TOKEN in {parameter.kind, parameter.own_type}
        if modifier and not (is_token and modifier == "not"):
            raise _unsupported(parameter, modifier)
        if parameter.own_type:
            read_here = partial(own_values, base_url=self._base_url, at=self._at)
            return parameter.kind, read_here(parameter, texts)
        read = plain_values(parameter, self._at)[parameter.kind]
        return parameter.kind, tuple(value for text in texts for value in read(text))

    def _references(
        self, parameter: SearchParameter, modifier: str, texts: list[str]
    ) -> tuple[SearchKind, tuple[Value, ...]]:
        if modifier == "identifier" and not parameter.is_canonical:
            return SearchKind.TOKEN, tuple(token_value(text, parameter) for text in texts)
        if modifier and (modifier not in SERVED_TYPES or parameter.is_canonical):
            raise _unsupported(parameter, modifier)
        found = [
            reference_value(text, parameter, base_url=self._base_url, target=modifier)
            for text in texts
        ]
        addresses = tuple(value for value in found if isinstance(value, str))
        if addresses and len(addresses) < len(found):
            raise ValueError("own resources and other servers' cannot stand in one list")
        if addresses:
            return SearchKind.URI, addresses
        own = [value for value in found if isinstance(value, ReferenceValue)]
        fitting = (value for value in own if parameter.target in {"", value.type})
        return parameter.kind, tuple(fitting)


def _missing(parameter: SearchParameter, value: str) -> bool:
    if value not in {"true", "false"}:
        raise ValueError("`:missing` is true or false")
    if parameter.target or parameter.kind in _WITHOUT_ROWS:
        raise _unsupported(parameter, "missing")
    return value == "true"


def _unsupported(parameter: SearchParameter, modifier: str) -> Invalid:
    return refused(parameter.code, f"the modifier `:{modifier[:64]}` is not supported for it")
