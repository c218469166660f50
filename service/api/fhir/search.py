"""Search of a type, a compartment or the system, by GET and by POST `_search`, page by page.

Source: R4 search.html, http.html#search, #vsearch, #paging.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Final, NamedTuple

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_type
from service.api.fhir.answering import answer_bundle
from service.api.fhir.content import preferences, sent_form, sent_query
from service.api.fhir.definitions import ours
from service.api.fhir.explaining import explained, is_to_be_explained
from service.api.fhir.paging import LAST, PAGE, Links, links_of, opened
from service.api.fhir.showing import DATED, Shown
from service.api.fhir.sought import (
    Pairs,
    Sought,
    in_compartment,
    in_system,
    in_type,
    is_open,
)
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.asked_about import asked_about
from service.domain.polling import asks_by_instant, held_back
from service.domain.record import Found, Named, Stored
from service.domain.scope import Interaction
from service.domain.search import Query
from service.fhir.answers import INCLUDE, OUTCOME, Hit, searchset
from service.fhir.outcome import outcome
from service.fhir.search.criteria import Ours
from service.fhir.search.query import Search, pairs_of, read_search
from service.fhir.search.several import TYPES, together, within
from service.fhir.subset import part_of
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime

_as_stored: Final = attrgetter("body")


def search(runtime: Runtime, type_: str) -> Response:
    """Answer with a page of matches; parameters in the address and in the body add up."""
    expect_type(type_)
    pairs = _sent()
    if is_to_be_explained(pairs):
        return answer_bundle(explained(runtime, type_, pairs))
    return _answer(runtime, expect(runtime, type_, Interaction.SEARCH), in_type(type_), pairs)


def search_compartment(runtime: Runtime, type_: str, id_: str, inner: str) -> Response:
    """The same of what stands in the compartment of a resource."""
    viewer, sought = in_compartment(runtime, Named(type_, id_), inner)
    return _answer(runtime, viewer, sought, _sent())


def search_system(runtime: Runtime) -> Response:
    """The same of several types at once."""
    viewer, sought, pairs = in_system(runtime, _sent())
    return _answer(runtime, viewer, sought, pairs)


def _sent() -> Pairs:
    pairs = pairs_of(sent_query())
    return pairs + pairs_of(sent_form()) if request.method == "POST" else pairs


def _answer(runtime: Runtime, viewer: Viewer, sought: Sought, pairs: Pairs) -> Response:
    preferred = preferences()
    body = page_sought(runtime, viewer, sought, pairs, strict=preferred.strict)
    return answer_bundle(body, preferred)


def page_of_search(
    runtime: Runtime, viewer: Viewer, type_: str, pairs: Pairs, *, strict: bool
) -> bytes:
    """The page of one type that the parameters ask for, its reading noted."""
    return page_sought(runtime, viewer, in_type(type_), pairs, strict=strict)


def page_sought(
    runtime: Runtime, viewer: Viewer, sought: Sought, pairs: Pairs, *, strict: bool
) -> bytes:
    """The page that the parameters ask for, its reading noted."""
    links, asked = _continued(runtime, viewer, sought, pairs, strict=strict)
    asked = asked._replace(query=_settled(runtime, asked.query))
    base_url = f"{runtime.settings.base_url}/fhir"
    if _is_read_in_parts(asked.query, sought):
        with runtime.store.read(one_moment=True) as view:
            found = view.resources.search(asked.query, viewer=viewer)
            hits = list(_hits(found, asked, base_url, Shown(runtime, view, viewer).body))
    else:
        found = runtime.store.search(asked.query, viewer=viewer)
        hits = list(_hits(found, asked, base_url, _as_stored))
    people = _people(runtime, asked.query, found, viewer)
    runtime.note_read(viewer, "search", scope=sought.scope, patients=people, request=request_id())
    return searchset(
        hits,
        links=dict(_links(links, asked.query, found)),
        at=runtime.clock.now(),
        total=found.total,
    )


def _settled(runtime: Runtime, query: Query) -> Query:
    """The query, without what who polls would find too early."""
    held_from = runtime.store.held_from() if asks_by_instant(query) else None
    return query if held_from is None else held_back(query, held_from)


def read_question(
    runtime: Runtime, viewer: Viewer, sought: Sought, pairs: Pairs, *, strict: bool
) -> Search:
    """What the parameters ask, or what the link that they hold asks on."""
    return _continued(runtime, viewer, sought, pairs, strict=strict)[1]


def _continued(
    runtime: Runtime, viewer: Viewer, sought: Sought, pairs: Pairs, *, strict: bool
) -> tuple[Links, Search]:
    """The links of a search and what is asked: by parameters, or by the link that they hold."""
    links = links_of(runtime, viewer, sought.address, "")
    cursor = dict(pairs).get(PAGE, "")
    if cursor == LAST:
        page = links.begun._replace(backwards=True)
        pairs = [pair for pair in pairs if pair[0] != PAGE]
    elif cursor:
        page = opened(runtime, viewer, sought.address, cursor)
        links = Links(runtime, page._replace(after=None, backwards=False))
        pairs, sought, strict = pairs_of(page.text), _resumed(sought, page.text), False
    else:
        page = links.begun
    by = _By(page.at or runtime.clock.now(), ours(runtime, viewer), strict)
    read = _read(runtime, sought, pairs, by)
    query = replace(
        read.query,
        after=page.after,
        backwards=page.backwards,
        count=0 if read.counted_only else read.query.count,
        includable=_includable(viewer) if read.query.includes else None,
        as_of=page.day,
    )
    links = replace(links, begun=links.begun._replace(text=read.text))
    return links, read._replace(query=query)


def _resumed(sought: Sought, text: str) -> Sought:
    """Where a search of the system looks that was begun with some types named."""
    types = dict(pairs_of(text)).get(TYPES, "")
    return sought._replace(types=tuple(types.split(",")), named=True) if types else sought


class _By(NamedTuple):
    """By what parameters are read: now, what they may name, and how strictly."""

    at: datetime
    ours: Ours
    strict: bool


def _read(runtime: Runtime, sought: Sought, pairs: Pairs, by: _By) -> Search:
    read = partial(
        read_search,
        parameters=[pair for pair in pairs if pair[0] != TYPES or sought.address],
        base_url=f"{runtime.settings.base_url}/fhir",
        at=by.at,
        ours=by.ours,
    )
    if sought.address and len(sought.types) == 1:
        asked = read(sought.types[0], strict=by.strict)
    else:  # what one of the types does not know would widen or narrow the answer unseen
        asked = together([read(one, strict=True) for one in sought.types], named=sought.named)
    if sought.owner is None:
        return asked
    return asked._replace(query=within(asked.query, sought.owner))


def _includable(viewer: Viewer) -> frozenset[str] | None:
    """The types that a token lets be read; None where it lets all."""
    allowed = frozenset(one for one in SERVED_TYPES if is_open(viewer, one, Interaction.READ))
    return None if len(allowed) == len(SERVED_TYPES) else allowed


def _is_read_in_parts(query: Query, sought: Sought) -> bool:
    """Whether the answer takes several statements, which must agree."""
    return bool(query.includes or query.total or not DATED.isdisjoint(sought.types))


def _hits(
    found: Found, asked: Search, base_url: str, shown: Callable[[Stored], bytes]
) -> Iterator[Hit]:
    """The entries of a page; `_elements` is about the matches alone (R4 3.1.1.5.9).

    A count has none, not even a warning (3.1.1.5.3): its `self` says what was used.
    """
    for stored in found.matches:
        body = part_of(stored.type, shown(stored), asked.subset)
        yield Hit(f"{base_url}/{stored.type}/{stored.id}", body)
    of_included = asked.subset._replace(elements=frozenset())
    for stored in found.included:
        body = part_of(stored.type, shown(stored), of_included)
        yield Hit(f"{base_url}/{stored.type}/{stored.id}", body, INCLUDE)
    if asked.issues and not asked.counted_only:
        yield Hit("", outcome(asked.issues), OUTCOME)


def _links(links: Links, query: Query, found: Found) -> Iterator[tuple[str, str]]:
    """The page itself and those around it; what holds an identity code is sealed."""
    is_first = query.after is None and not query.backwards
    yield "self", links.to_first() if is_first else links.to(query.after, backwards=query.backwards)
    if not is_first:
        yield "first", links.to_first()
    if found.before is not None:
        yield "previous", links.to(found.before, backwards=True)
    if found.after is not None:
        yield "next", links.to(found.after)
        yield "last", links.to_last()


def _people(runtime: Runtime, query: Query, found: Found, viewer: Viewer) -> set[int]:
    """Whom the page shows; where it shows nothing, or a number alone, whom it was asked about."""
    shown: Iterable[Stored] = (*found.matches, *found.included)
    people = {one.patient for one in shown if one.patient > 0}
    if people or not (named := asked_about(query)):
        return people
    with runtime.store.read() as view:
        return set(view.patients.keys(named, viewer=viewer).values())
