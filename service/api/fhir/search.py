"""Search of one type, by GET and by POST `_search`, page by page (R4 search.html, http.html#search)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote_plus

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_type
from service.api.fhir.answering import answer_bundle
from service.api.fhir.content import preferences, sent_form
from service.api.fhir.paging import PAGE, opened, sealed_link
from service.api.fhir.showing import Shown
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.record import Found, Stored
from service.domain.scope import Interaction
from service.fhir.answers import INCLUDE, OUTCOME, Hit, searchset
from service.fhir.identity_code import holds_identity_code
from service.fhir.outcome import outcome
from service.fhir.search.query import Search, pairs_of, read_search
from service.runtime import Runtime

Pairs = list[tuple[str, str]]


def search(runtime: Runtime, type_: str) -> Response:
    """Answer with a page of matches; parameters in the address and in the body add up."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.SEARCH)
    pairs = pairs_of(request.query_string.decode("ascii", "replace"))
    if request.method == "POST":
        pairs += pairs_of(sent_form())
    preferred = preferences()
    body = page_of_search(runtime, viewer, type_, pairs, strict=preferred.strict)
    return answer_bundle(body, preferred)


def page_of_search(
    runtime: Runtime, viewer: Viewer, type_: str, pairs: Pairs, *, strict: bool
) -> bytes:
    """The page that the parameters ask for, its reading noted."""
    asked = read_question(runtime, viewer, type_, pairs, strict=strict)
    base_url = f"{runtime.settings.base_url}/fhir"
    with runtime.store.read() as view:
        found = view.resources.search(asked.query, viewer=viewer)
        hits = list(_hits(found, asked, Shown(runtime, view, viewer), base_url))
    _note(runtime, viewer, type_, found)
    return searchset(
        hits,
        links=_links(runtime, viewer, asked, found),
        at=runtime.clock.now(),
        total=found.total,
    )


def read_question(
    runtime: Runtime, viewer: Viewer, type_: str, pairs: Pairs, *, strict: bool
) -> Search:
    """What the parameters ask, or what the link that they hold asks on."""
    cursor = dict(pairs).get(PAGE, "")
    page = opened(runtime, viewer, type_, cursor) if cursor else None
    read = read_search(
        type_,
        pairs_of(page.text) if page else pairs,
        base_url=f"{runtime.settings.base_url}/fhir",
        at=runtime.clock.now(),
        strict=strict and page is None,
    )
    query = replace(
        read.query,
        after=page.after if page else None,
        count=0 if read.counted_only else read.query.count,
    )
    return read._replace(query=query)


def _hits(found: Found, asked: Search, shown: Shown, base_url: str) -> Iterator[Hit]:
    for stored in found.matches:
        yield Hit(f"{base_url}/{stored.type}/{stored.id}", shown.body(stored))
    for stored in found.included:
        yield Hit(f"{base_url}/{stored.type}/{stored.id}", shown.body(stored), INCLUDE)
    if asked.issues:
        yield Hit("", outcome(asked.issues), OUTCOME)


def _links(runtime: Runtime, viewer: Viewer, asked: Search, found: Found) -> dict[str, str]:
    """The page itself and the next one; what holds an identity code is sealed there too."""
    type_, text = asked.query.type, asked.text
    if asked.query.after or holds_identity_code(unquote_plus(text)):
        links = {"self": sealed_link(runtime, viewer, type_, text, asked.query.after)}
    else:
        links = {"self": f"{runtime.settings.base_url}/fhir/{type_}{'?' if text else ''}{text}"}
    if found.after is not None:
        links["next"] = sealed_link(runtime, viewer, type_, text, found.after)
    return links


def _note(runtime: Runtime, viewer: Viewer, type_: str, found: Found) -> None:
    shown: Iterable[Stored] = (*found.matches, *found.included)
    people = {one.patient for one in shown if one.patient > 0}
    runtime.note_read(viewer, "search", scope=type_, patients=people, request=request_id())
