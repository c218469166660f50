"""On which conditions a write is done: the conditional headers, and the search of a conditional address.

Source: R4 http.html#concurrency, #ccreate, #cond-update; RFC 9110, 13.1.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple

from service.domain.errors import Invalid, NotSupported
from service.domain.record import ANY_VERSION
from service.domain.search import Query
from service.fhir.search.criteria import Ours
from service.fhir.search.query import pairs_of, read_search

_TAG: Final = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)
_NEVER: Final = -1  # a tag that names no version of ours matches none


class Conditions(NamedTuple):
    """The conditional headers of a write, and the search of a conditional address."""

    if_match: str = ""
    if_none_exist: str = ""
    if_none_match: str = ""
    query: str | None = None


def condition(
    type_: str, text: str, *, base_url: str, at: datetime, ours: Ours, place: str = ""
) -> Query:
    """The query of a conditional address; strict, for a typing error must not match everything.

    It names what a search may name of `ours`. What goes wrong is about `place`, if one is given: a part of a Bundle rather than a parameter.
    """
    pairs = pairs_of(_search_in(type_, text, place))
    try:
        query = read_search(type_, pairs, base_url=base_url, at=at, strict=True, ours=ours).query
    except Invalid as error:
        if place:
            error.issues = tuple(issue._replace(expression=place) for issue in error.issues)
        raise
    if not query.criteria:
        raise Invalid("a condition needs at least one search parameter with a value", place)
    return query


def _search_in(type_: str, text: str, place: str) -> str:
    """The search alone: HAPI's client, and many after it, write `Type?` or a whole address before it."""
    address, mark, search = text.strip().partition("?")
    if not mark or "=" in address:
        return text
    if address.rpartition("/")[2] not in {"", type_}:
        raise Invalid(f"the condition is not about the type {type_}", place)
    return search


def expected(if_match: str) -> int | None:
    """The version that If-Match names, weak or strong; one that no version has for any other tag."""
    if not if_match:
        return None
    if if_match.strip() == "*":
        return ANY_VERSION
    match = _TAG.fullmatch(if_match.strip())
    return int(match[1]) or _NEVER if match else _NEVER


def must_be_new(if_none_match: str, place: str = "") -> bool:
    """Whether If-None-Match lets an update make a resource only; `*` is all that it may say there."""
    if if_none_match.strip() not in {"", "*"}:
        raise NotSupported("of an update If-None-Match can ask `*` alone", place)
    return bool(if_none_match)
