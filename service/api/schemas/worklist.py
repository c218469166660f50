"""What can be asked of the worklist, and its cursor: a question with the place where a page ended.

Source: design.md 6. The cursor pins the day and the instant of what was known, and opens for none
but the viewer whom it was given to.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, urlencode

from marshmallow import Schema

from service.api.schemas.parameters import (
    AnyOf,
    Choice,
    Day,
    Ids,
    Instant,
    LanguageCode,
    Number,
    Sealed,
    read_parameters,
    themselves,
)
from service.domain.access import Viewer
from service.domain.catalogue import Catalogue
from service.domain.errors import Invalid, Issue
from service.domain.window import State
from service.domain.worklist import Position, Sort, WorklistQuestion
from service.fhir.cursor import Page, open_cursor, seal

MOST_ROWS: Final = 500
_FARTHEST_KM: Final = 2_000
_CURSOR: Final = "cursor"
_LIMIT: Final = "limit"
_PINNED: Final = ("as_of", "known_at", _LIMIT)

Pairs: TypeAlias = Sequence[tuple[str, str]]


class Asked(NamedTuple):
    """A question with the words that asked it, from which the next page's cursor is made."""

    question: WorklistQuestion
    pairs: Pairs


class Reading:
    """Reads the questions that one list takes; `list_` names it in its cursors."""

    def __init__(self, list_: str, published: Callable[[], Catalogue], key: bytes) -> None:
        self._list = list_
        self._key = key
        self._published = published

    @property
    def _schema(self) -> Schema:
        return _schema(self._published())

    def read(self, pairs: Pairs, *, viewer: Viewer, at: datetime) -> Asked:
        """The question of an address; Invalid names what is wrong in it and what is allowed."""
        given = read_parameters(self._schema, pairs)
        cursor = given.pop(_CURSOR, None)
        if cursor is None:
            return Asked(WorklistQuestion(**({"as_of": viewer.today} | given)), pairs)
        return self._continued(self._opened(cursor, viewer, at), given)

    def next(
        self,
        asked: Asked,
        after: Position | None,
        *,
        viewer: Viewer,
        at: datetime,
        known_at: datetime | None = None,
    ) -> str | None:
        """The cursor of the page after this one, which is asked as of `known_at`; None on the last."""
        if after is None:
            return None
        question = asked.question
        pinned = dict(asked.pairs) | {
            "as_of": question.as_of.isoformat(),
            "known_at": (known_at or question.known_at or at).isoformat(),
            _LIMIT: str(question.limit),
        }
        several = [pair for pair in asked.pairs if pair[0] not in {_CURSOR, *_PINNED}]
        text = urlencode([*several, *((name, pinned[name]) for name in _PINNED)])
        return seal(Page(self._list, text, after, _bearer(viewer)), key=self._key, at=at)

    def _opened(self, cursor: str, viewer: Viewer, at: datetime) -> Page:
        try:
            page = open_cursor(cursor, key=self._key, at=at)
        except Invalid as error:
            raise _wrong_cursor(str(error)) from None
        if (page.type, page.viewer) != (self._list, _bearer(viewer)):
            raise _wrong_cursor("it was given for another list, or to somebody else")
        return page

    def _continued(self, page: Page, given: dict[str, Any]) -> Asked:
        """The question goes on as it was asked; a page may be of another length."""
        pairs = parse_qsl(page.text)
        pinned = read_parameters(self._schema, pairs)
        after = tuple(one for one in page.after or () if isinstance(one, str | int))
        question = WorklistQuestion(**(pinned | {_LIMIT: given.pop(_LIMIT, pinned[_LIMIT])}))
        differing = [name for name, value in given.items() if getattr(question, name) != value]
        if differing:
            raise Invalid(issues=[self._differs(name) for name in differing])
        return Asked(replace(question, after=after), pairs)

    def _differs(self, attribute: str) -> Issue:
        fields = self._schema.fields.items()
        name = next(name for name, field in fields if attribute in {name, field.attribute})
        words = f"`{name}`: it differs from the question that the cursor goes on with."
        return Issue(Invalid.code, words, name)


@lru_cache(maxsize=2)
def _schema(catalogue: Catalogue) -> Schema:
    protocols = sorted(catalogue.known)
    return Schema.from_dict(
        {
            "status": AnyOf({state.value: state for state in State}, attribute="states"),
            "unit": Ids(attribute="units"),
            "protocol": AnyOf(themselves(protocols), attribute="protocols"),
            "activity": AnyOf(themselves(catalogue.activities), attribute="activities"),
            "performer": AnyOf(themselves(_performers(catalogue)), attribute="performers"),
            "booked": Choice({"yes": True, "no": False}),
            "contacted": Choice({"yes": True, "no": False}),
            "not_known": Choice({"yes": True, "no": False}),
            "language": LanguageCode(),
            "distance_over": Number(0, _FARTHEST_KM),
            "as_of": Day(),
            "known_at": Instant(),
            "sort": Choice({sort.value: sort for sort in Sort}),
            _LIMIT: Number(1, MOST_ROWS),
            _CURSOR: Sealed(),
        }
    )()


def _performers(catalogue: Catalogue) -> Iterable[str]:
    return catalogue.names.get("performer", {})


def _bearer(viewer: Viewer) -> str:
    return "|".join((viewer.role, viewer.subject, viewer.unit, viewer.patient))


def _wrong_cursor(words: str) -> Invalid:
    return Invalid(f"`{_CURSOR}`: {words}.", _CURSOR)
