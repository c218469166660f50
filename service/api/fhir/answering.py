"""Answers with a resource: its bytes as stored, its version and instant in the headers.

Source: R4 http.html#return, #concurrency. What is about people is kept by no cache that does not
ask us again.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from flask import Response, request
from werkzeug.http import http_date, parse_date

from service.api.fhir.content import Preferences, answer_type, asked_of_the_answer
from service.domain.errors import Issue
from service.domain.record import Stored
from service.fhir.answers import Answer, etag_of
from service.fhir.outcome import outcome

ASK_AGAIN: Final = "private, no-cache"
_UNSEEN: Final = "no-store"
_INDENT: Final = 2


def answer_stored(stored: Stored, body: bytes, *, is_constant: bool) -> Response:
    """A version that was asked for; 304 where the client has it, unless the body depends on the day."""
    headers = {
        "ETag": etag_of(stored.version),
        "Last-Modified": _http_date(stored.at),
        "Cache-Control": ASK_AGAIN,
    }
    if is_constant and _is_known(stored, headers["ETag"]):
        return Response(status=304, headers=headers)
    return Response(as_read(body), headers=headers, content_type=answer_type())


@lru_cache(maxsize=4096)
def _http_date(at: datetime) -> str:
    return http_date(at)


def answer_bundle(body: bytes, preferred: Preferences | None = None) -> Response:
    """A page of a search or history, or what became of a Bundle."""
    headers = {"Cache-Control": _UNSEEN}
    headers |= _applied(preferred)
    return Response(as_read(body), headers=headers, content_type=answer_type())


def answer_outcome(issues: Iterable[Issue]) -> Response:
    """What was found about something that was asked about; that itself went well."""
    body = as_read(outcome(issues))
    return Response(body, headers={"Cache-Control": _UNSEEN}, content_type=answer_type())


def answer_write(answer: Answer, preferred: Preferences) -> Response:
    """What became of a write: with the resource, its outcome, or neither, as the client prefers."""
    headers: dict[str, Any] = {"Cache-Control": ASK_AGAIN} | _applied(preferred)
    if answer.etag:
        headers["ETag"] = answer.etag
    if answer.last_modified is not None:
        headers["Last-Modified"] = http_date(answer.last_modified)
    if answer.location:
        headers["Location"] = answer.location
    body = answer.outcome or answer.body
    return Response(as_read(body), answer.status, headers=headers, content_type=answer_type())


def as_read(body: bytes) -> bytes:
    """The body, with line breaks and indents where `_pretty` asks for them; numbers stay as written."""
    if body and asked_of_the_answer("_pretty") == "true":
        return msgspec.json.format(body, indent=_INDENT)
    return body


def _applied(preferred: Preferences | None) -> dict[str, str]:
    applied = preferred.applied if preferred else ""
    return {"Preference-Applied": applied} if applied else {}


def _is_known(stored: Stored, etag: str) -> bool:
    """Whether the client already has this version; a tag counts before a time (RFC 9110, 13.2.2)."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or etag.removeprefix("W/") in known
    since = request.headers.get("If-Modified-Since")
    moment = parse_date(since) if since else None
    return moment is not None and stored.at.replace(microsecond=0) <= moment
