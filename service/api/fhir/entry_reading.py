"""The reads and searches inside a Bundle: they come last and see what its writes have left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.api.auth import expect_scope
from service.api.fhir.entry_asking import answer_as_alone, expect_askable, owner_of
from service.api.fhir.history import page_of_history
from service.api.fhir.read import current, of_version
from service.api.fhir.search import page_of_search, read_question
from service.api.fhir.sought import in_type
from service.domain.access import Viewer
from service.domain.errors import Deleted, Issue, NotFound, SeurantaError
from service.domain.record import Named, Stored
from service.domain.scope import Interaction
from service.fhir.answers import Answer, etag_of
from service.fhir.bundle import Entry
from service.fhir.search.query import pairs_of
from service.fhir.subset import part_of, subset_of
from service.fhir.timing import moment_of, range_of
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime
from service.workflows.ports import Work

_HISTORY: Final = "/_history"


@contextmanager
def placed(entry: Entry) -> Iterator[None]:
    """Say of an error where in the Bundle it happened."""
    try:
        yield
    except SeurantaError as error:
        error.issues = tuple(_placed(issue, entry) for issue in error.issues)
        raise


def _placed(issue: Issue, entry: Entry) -> Issue:
    """What names a parameter of the entry's address is about that address."""
    if issue.expression.startswith("Bundle"):
        return issue
    at = f"{entry.expression}.request.url" if issue.expression else entry.expression
    return issue._replace(expression=at)


def answer_read(runtime: Runtime, viewer: Viewer, entry: Entry, *, strict: bool) -> Answer:
    """What a GET or HEAD inside a Bundle finds; `strict` handling of the parameters of a search."""
    with placed(entry):
        if _is_asked_as_alone(entry):
            return answer_as_alone(runtime, entry)
        _expect_allowed(viewer, entry)
        pairs = pairs_of(entry.query)
        if _is_history(entry):
            return _page(page_of_history(runtime, viewer, entry.type, entry.id, pairs), entry)
        if not entry.id:
            return _page(page_of_search(runtime, viewer, entry.type, pairs, strict=strict), entry)
        if entry.version:
            version = of_version(runtime, viewer, entry.type, entry.id, entry.version)
            return _stored(version, version.body, entry)
        return _stored(*current(runtime, viewer, entry.type, entry.id), entry)


def _is_history(entry: Entry) -> bool:
    return entry.url.partition("?")[0].endswith(_HISTORY)


def expect_readable(runtime: Runtime, viewer: Viewer, entry: Entry, *, strict: bool) -> None:
    """Raise, before anything of a transaction is stored, where a GET of it asks wrongly."""
    with placed(entry):
        if _is_asked_as_alone(entry):
            expect_askable(runtime, entry, strict=strict)
            return
        _expect_allowed(viewer, entry)
        if not entry.id:
            sought = in_type(entry.type)
            read_question(runtime, viewer, sought, pairs_of(entry.query), strict=strict)


def expect_found(runtime: Runtime, viewer: Viewer, entry: Entry, work: Work) -> None:
    """Raise, before the commit, where a GET of a transaction would find nothing."""
    with placed(entry):
        named = _named(runtime, entry)
        if named is None:
            return
        stored = work.resources.find(named.type, named.id, viewer=viewer)
        if stored is None:
            raise NotFound
        if stored.deleted and not entry.version:
            raise Deleted


def _named(runtime: Runtime, entry: Entry) -> Named | None:
    """The resource that is read, or that an operation is asked of."""
    if _is_asked_as_alone(entry):
        return owner_of(runtime, entry)
    return Named(entry.type, entry.id) if entry.id else None


def _is_asked_as_alone(entry: Entry) -> bool:
    """Whether no single resource is read and no one type searched."""
    return entry.type not in SERVED_TYPES or (_is_history(entry) and not entry.id)


def _expect_allowed(viewer: Viewer, entry: Entry) -> None:
    expect_scope(viewer, entry.type, Interaction.READ if entry.id else Interaction.SEARCH)


def _page(body: bytes, entry: Entry) -> Answer:
    return Answer("200 OK", body=_sent(body, entry))


def _stored(stored: Stored, shown: bytes, entry: Entry) -> Answer:
    etag = etag_of(stored.version)
    if shown is stored.body and _is_known(stored, etag, entry):
        return Answer("304 Not Modified", etag=etag, last_modified=stored.at)
    part = part_of(entry.type, shown, subset_of(pairs_of(entry.query)))
    return Answer("200 OK", etag=etag, last_modified=stored.at, body=_sent(part, entry))


def _sent(body: bytes, entry: Entry) -> bytes:
    return b"" if entry.method == "HEAD" else body


def _is_known(stored: Stored, etag: str, entry: Entry) -> bool:
    """Whether the client has this version; a tag counts before an instant (RFC 9110, 13.2.2)."""
    if entry.if_none_match:
        known = {tag.strip().removeprefix("W/") for tag in entry.if_none_match.split(",")}
        return "*" in known or etag.removeprefix("W/") in known
    since = range_of(entry.if_modified_since) if entry.if_modified_since else None
    return since is not None and stored.at <= moment_of(since.high - 1)
