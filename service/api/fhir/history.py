"""History of one resource, of a type and of the system, newest first, in pages (R4 http.html#history)."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from flask import Response

from service.api.auth import expect, viewer_of
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_bundle
from service.api.fhir.content import sent_query
from service.api.fhir.paging import PAGE, Links, links_of, opened
from service.api.fhir.sought import Pairs, open_types
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.errors import Invalid, Issue
from service.domain.record import HistoryQuestion
from service.domain.scope import Interaction
from service.fhir.answers import history_bundle
from service.fhir.search.query import pairs_of
from service.fhir.subset import WHOLE, Subset, Summary, part_of, subset_of
from service.fhir.timing import INSTANT, full_instant_of, range_of
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime

_PAGE_SIZE: Final = 50
_LARGEST_PAGE: Final = 500
_COUNT: Final = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)
_OF_THE_FORMAT: Final = frozenset({"_format", "_pretty"})
_KNOWN: Final = frozenset({"_count", "_since", "_at", "_summary", "_elements"})


class _Asked(NamedTuple):
    """The versions asked for and how much of each; `text` is what was really used."""

    question: HistoryQuestion
    subset: Subset = WHOLE
    text: str = ""


def history(runtime: Runtime, type_: str, id_: str) -> Response:
    """Answer with a page of versions, deletions included; 404 where there never was one."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    expect_id(id_)
    return answer_bundle(page_of_history(runtime, viewer, type_, id_, _sent()))


def history_of_type(runtime: Runtime, type_: str) -> Response:
    """The same of all resources of a type."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.SEARCH)
    question = HistoryQuestion((type_,))
    body = _page(runtime, viewer, f"{type_}/_history", question, _sent())
    return answer_bundle(body)


def history_of_system(runtime: Runtime) -> Response:
    """The same of all resources that the token allows."""
    viewer = viewer_of(runtime)
    types = open_types(runtime, viewer, SERVED_TYPES)
    question = HistoryQuestion(() if types == SERVED_TYPES else types)
    return answer_bundle(_page(runtime, viewer, "_history", question, _sent()))


def page_of_history(runtime: Runtime, viewer: Viewer, type_: str, id_: str, pairs: Pairs) -> bytes:
    """The page of one resource that the parameters ask for, its reading noted."""
    address = f"{type_}/{id_}/_history"
    return _page(runtime, viewer, address, HistoryQuestion((type_,), id_), pairs)


def expect_history(runtime: Runtime, viewer: Viewer, address: str, pairs: Pairs) -> None:
    """Raise what the parameters of a history are refused for."""
    _continued(runtime, viewer, address, HistoryQuestion(()), pairs)


def _sent() -> Pairs:
    return pairs_of(sent_query())


def _page(
    runtime: Runtime, viewer: Viewer, address: str, question: HistoryQuestion, pairs: Pairs
) -> bytes:
    links, asked = _continued(runtime, viewer, address, question, pairs)
    asked = asked._replace(question=replace(asked.question, held_from=runtime.store.held_from()))
    with runtime.store.read(one_moment=asked.question.total) as view:
        found = view.resources.history(asked.question, viewer=viewer)
    people = {one.patient for one in found.versions if one.patient > 0}
    scope = address.removesuffix("/_history").replace("_history", "all types")
    runtime.note_read(viewer, "history", scope=scope, patients=people, request=request_id())
    told = {"self": links.to_first()}
    if asked.question.after is not None:
        told = {"self": links.to(asked.question.after), "first": links.to_first()}
    if found.after is not None:
        told["next"] = links.to(found.after)
    versions = [
        one if one.deleted else one._replace(body=part_of(one.type, one.body, asked.subset))
        for one in found.versions
    ]
    base_url, at = f"{runtime.settings.base_url}/fhir", runtime.clock.now()
    listed = zip(versions, found.begun, strict=True)
    return history_bundle(listed, base_url=base_url, links=told, at=at, total=found.total)


def _continued(
    runtime: Runtime, viewer: Viewer, address: str, question: HistoryQuestion, pairs: Pairs
) -> tuple[Links, _Asked]:
    """The links of a history and what is asked: by parameters, or by the link that they hold."""
    links, after = links_of(runtime, viewer, address, ""), None
    if cursor := dict(pairs).get(PAGE, ""):
        page = opened(runtime, viewer, address, cursor)
        links, pairs = Links(runtime, page._replace(after=None)), pairs_of(page.text)
        after = tuple(one for one in page.after or () if isinstance(one, int)) or None
    asked = _read(question, pairs)
    links = replace(links, begun=links.begun._replace(text=asked.text))
    return links, asked._replace(question=replace(asked.question, after=after))


def _read(question: HistoryQuestion, pairs: Pairs) -> _Asked:
    given = {name: value for name, value in pairs if value and name not in _OF_THE_FORMAT}
    if len({name for name, _ in pairs}) < len(pairs):
        raise _refused("each parameter may stand once", "")
    for name in given.keys() - _KNOWN:
        raise _refused(f"a history has no parameter `{name[:64]}`", name[:64])
    subset = subset_of(pairs)
    is_count = subset.summary is Summary.COUNT
    read = replace(
        question,
        since=_since(given.get("_since", "")),
        during=_during(given.get("_at", "")),
        count=0 if is_count else _count(given.get("_count", str(_PAGE_SIZE))),
        total=is_count or bool(question.id),  # of all others the count would be the dearest part
    )
    return _Asked(read, subset, urlencode(given))


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise _refused("`_count` is a whole number of 1 or more", "_count")
    return min(int(text), _LARGEST_PAGE)


def _since(text: str) -> datetime | None:
    moment = full_instant_of(text.replace(" ", "+"))
    if text and moment is None:
        raise _refused(f"`_since` is {INSTANT}", "_since")
    return moment


def _during(text: str) -> tuple[int, int] | None:
    """The moments that a date of any precision spans."""
    read = range_of(text.replace(" ", "+")) if text else None
    if text and read is None:
        raise _refused("`_at` is a date, or a date with a time and its zone", "_at")
    return (read.low, read.high) if read else None


def _refused(words: str, name: str) -> Invalid:
    return Invalid(issues=[Issue("value", words, name)])
