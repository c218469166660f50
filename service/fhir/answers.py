"""Bundles that answer: of a batch or transaction, of a search, of a history, joined from stored bytes.

Source: R4 http.html#transaction-response, #history, search.html#return. No stored body is read or
written anew on its way out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from service.domain.record import Stored
from service.fhir.timing import instant_text

MATCH: Final = "match"
INCLUDE: Final = "include"
OUTCOME: Final = "outcome"

_DELETED: Final = "204 No Content"
_NO_LINKS: Final[Mapping[str, str]] = {}


class Answer(NamedTuple):
    """What became of one request: `body` of a read, or asked back; `outcome` of a refusal or advice."""

    status: str
    location: str = ""
    etag: str = ""
    last_modified: datetime | None = None
    body: bytes = b""
    outcome: bytes = b""


class Hit(NamedTuple):
    """One entry of a search's answer: a resource and why it is there."""

    full_url: str
    body: bytes
    mode: str = MATCH


def etag_of(version: int | str) -> str:
    """The entity tag of a version."""
    return f'W/"{version}"'


def response_bundle(answers: Iterable[Answer], *, is_transaction: bool) -> bytes:
    """The answers of a batch or transaction, in the order of its requests."""
    kind = "transaction-response" if is_transaction else "batch-response"
    return _bundle(kind, [_answered(answer) for answer in answers])


def searchset(
    hits: Iterable[Hit],
    *,
    links: Mapping[str, str],
    at: datetime,
    total: int | None = None,
) -> bytes:
    """A page of a search; `links` by relation, `self` among them; `total` counts matches."""
    return _bundle("searchset", [_hit(hit) for hit in hits], links=links, at=at, total=total)


def history_bundle(
    versions: Iterable[tuple[Stored, bool]],
    *,
    base_url: str,
    links: Mapping[str, str],
    at: datetime,
    total: int | None = None,
) -> bytes:
    """A page of a history, newest first, each with whether its resource began, or began again, with it."""
    entries = [_version(version, base_url, begun=begun) for version, begun in versions]
    return _bundle("history", entries, links=links, at=at, total=total)


def _bundle(
    kind: str,
    entries: list[bytes],
    *,
    links: Mapping[str, str] = _NO_LINKS,
    at: datetime | None = None,
    total: int | None = None,
) -> bytes:
    members = [b'"resourceType":"Bundle"']
    instant = b"" if at is None else _text(instant_text(at))
    if instant:
        members.append(_member("meta", _object(_member("lastUpdated", instant))))
    members.append(_member("type", _text(kind)))
    if instant:
        members.append(_member("timestamp", instant))
    if total is not None:
        members.append(_member("total", b"%d" % total))
    if links:
        listed = [{"relation": relation, "url": url} for relation, url in links.items()]
        members.append(_member("link", orjson.dumps(listed)))
    if entries:
        members.append(_member("entry", b"[" + b",".join(entries) + b"]"))
    return _object(*members)


def _answered(answer: Answer) -> bytes:
    told = [_member("status", _text(answer.status))]
    if answer.location:
        told.append(_member("location", _text(answer.location)))
    if answer.etag:
        told.append(_member("etag", _text(answer.etag)))
    if answer.last_modified is not None:
        told.append(_member("lastModified", _text(instant_text(answer.last_modified))))
    if answer.outcome:
        told.append(_member("outcome", answer.outcome))
    resource = [_member("resource", answer.body)] if answer.body else []
    return _object(*resource, _member("response", _object(*told)))


def _hit(hit: Hit) -> bytes:
    place = b'"fullUrl":%s,' % _text(hit.full_url) if hit.full_url else b""
    return b'{%s"resource":%s,"search":{"mode":%s}}' % (place, hit.body, _text(hit.mode))


def _version(stored: Stored, base_url: str, *, begun: bool) -> bytes:
    """A version; a deletion has no resource."""
    place = f"{stored.type}/{stored.id}"
    request = {"method": stored.method, "url": stored.type if stored.method == "POST" else place}
    response = {
        "status": _DELETED if stored.deleted else "201 Created" if begun else "200 OK",
        "etag": etag_of(stored.version),
        "lastModified": instant_text(stored.at),
    }
    resource = [] if stored.deleted else [_member("resource", stored.body)]
    return _object(
        _member("fullUrl", _text(f"{base_url}/{place}")),
        *resource,
        _member("request", orjson.dumps(request)),
        _member("response", orjson.dumps(response)),
    )


def _object(*members: bytes) -> bytes:
    return b"{" + b",".join(members) + b"}"


def _member(name: str, value: bytes) -> bytes:
    return b'"%s":%s' % (name.encode(), value)


def _text(value: str) -> bytes:
    return orjson.dumps(value)
