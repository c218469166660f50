"""History of one resource, newest first, in pages (R4 http.html#history)."""

import re
from itertools import takewhile
from typing import Final, NamedTuple
from urllib.parse import urlencode

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_bundle
from service.api.fhir.paging import PAGE, opened, sealed_link
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.errors import Invalid, Issue
from service.domain.record import History
from service.domain.scope import Interaction
from service.fhir.answers import history_bundle
from service.fhir.search.query import pairs_of
from service.fhir.timing import instant_of
from service.runtime import Runtime

_PAGE_SIZE: Final = 50
_LARGEST_PAGE: Final = 500
_COUNT: Final = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)
_OF_THE_FORMAT: Final = frozenset({"_format", "_pretty"})


class _Asked(NamedTuple):
    """How many versions, from which instant on, from where; `text` is what was really used."""

    most: int = _PAGE_SIZE
    since: str = ""
    before: int | None = None
    text: str = ""


def history(runtime: Runtime, type_: str, id_: str) -> Response:
    """Answer with a page of versions, deletions included; 404 where there never was one."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    expect_id(id_)
    pairs = pairs_of(request.query_string.decode("ascii", "replace"))
    return answer_bundle(page_of_history(runtime, viewer, type_, id_, pairs))


def page_of_history(
    runtime: Runtime, viewer: Viewer, type_: str, id_: str, pairs: list[tuple[str, str]]
) -> bytes:
    """The page that the parameters ask for, its reading noted."""
    address = f"{type_}/{id_}/_history"
    asked = _asked(runtime, viewer, address, pairs)
    with runtime.store.read() as view:
        found = view.resources.history(
            type_, id_, viewer=viewer, count=asked.most, before=asked.before
        )
    found = _since(found, asked.since)
    people = {one.patient for one in found.versions if one.patient > 0}
    runtime.note_read(
        viewer, "history", scope=f"{type_}/{id_}", patients=people, request=request_id()
    )
    base_url = f"{runtime.settings.base_url}/fhir"
    text = f"?{asked.text}" if asked.text else ""
    links = {"self": f"{base_url}/{address}{text}"}
    if found.before is not None:
        links["next"] = sealed_link(runtime, viewer, address, asked.text, (found.before,))
    return history_bundle(found.versions, base_url=base_url, links=links, at=runtime.clock.now())


def _asked(runtime: Runtime, viewer: Viewer, address: str, pairs: list[tuple[str, str]]) -> _Asked:
    cursor = dict(pairs).get(PAGE, "")
    if not cursor:
        return _read(pairs)
    page = opened(runtime, viewer, address, cursor)
    before = page.after[0] if page.after else None
    return _read(pairs_of(page.text))._replace(before=before if isinstance(before, int) else None)


def _read(pairs: list[tuple[str, str]]) -> _Asked:
    given = {name: value for name, value in pairs if value and name not in _OF_THE_FORMAT}
    if len({name for name, _ in pairs}) < len(pairs):
        raise _refused("each parameter may stand once", "")
    for name in given.keys() - {"_count", "_since"}:
        raise _refused(f"a history has no parameter `{name[:64]}`", name[:64])
    count, since = given.get("_count", str(_PAGE_SIZE)), given.get("_since", "")
    if not _COUNT.fullmatch(count):
        raise _refused("`_count` is a whole number of 1 or more", "_count")
    if since and instant_of(since.replace(" ", "+")) is None:
        raise _refused("`_since` is an instant with its time zone", "_since")
    return _Asked(min(int(count), _LARGEST_PAGE), since.replace(" ", "+"), None, urlencode(given))


def _since(found: History, since: str) -> History:
    """The versions from an instant on; those before it end the history."""
    moment = instant_of(since) if since else None
    if moment is None:
        return found
    kept = tuple(takewhile(lambda one: one.at >= moment, found.versions))
    return History(kept, found.before if len(kept) == len(found.versions) else None)


def _refused(words: str, name: str) -> Invalid:
    return Invalid(issues=[Issue("value", words, name)])
