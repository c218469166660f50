"""What went wrong, as a page in the reader's language: nothing of it tells whether anything exists."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, request

from service.domain.errors import (
    Conflict,
    Deleted,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    SeurantaError,
    StorageFull,
)
from service.runtime import Runtime
from service.web.language import teller_of
from service.web.pages import finish, message_page, page, request_id
from service.web.sessions import LinkUsed

_log = logging.getLogger(__name__)
_BUSY_MINUTES: Final = 1
_PAGE: Final = "text/html"
_OF_PROGRAMS: Final = ("/fhir", "/portal/v1/", "/worklist/v1/", "/protocols/v1/", "/audit/")
# Nearest kind first. A page that is not there and one that is not theirs say the same.
_STATUSES: Final[Mapping[type[SeurantaError], HTTPStatus]] = {
    LinkUsed: HTTPStatus.GONE,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.NOT_FOUND,
    NotFound: HTTPStatus.NOT_FOUND,
    Deleted: HTTPStatus.NOT_FOUND,
    Invalid: HTTPStatus.BAD_REQUEST,
    Conflict: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
}


def register_errors(blueprint: Blueprint, runtime: Runtime) -> None:
    """Let every error of a page end in a page."""

    @blueprint.errorhandler(SeurantaError)
    def refused(error: SeurantaError) -> Response:
        return _refused(runtime, error)

    @blueprint.errorhandler(HTTPStatus.NOT_FOUND)
    @blueprint.errorhandler(HTTPStatus.METHOD_NOT_ALLOWED)
    def not_there(error: Any) -> Response:
        return _not_found(runtime, HTTPStatus(error.code))

    @blueprint.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        _log.error("failed", exc_info=error)
        return _fault(runtime, HTTPStatus.INTERNAL_SERVER_ERROR)


def missing_page(runtime: Runtime) -> Response | None:
    """The page for a person whose address leads nowhere; None where a program asked."""
    wanted = request.accept_mimetypes.best_match(("application/json", _PAGE))
    if wanted != _PAGE or request.path.startswith(_OF_PROGRAMS):
        return None
    return finish(runtime, _not_found(runtime, HTTPStatus.NOT_FOUND))


def _refused(runtime: Runtime, error: SeurantaError) -> Response:
    found = (_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
    status = next(found, HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, LinkUsed):
        return message_page(
            runtime, "page.link_used", ("message.link_used", _how(runtime)), status=status
        )
    if status is HTTPStatus.UNAUTHORIZED:
        return message_page(runtime, "page.sign_in", (_how(runtime),), status=status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return _busy(runtime)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("refused: %s", error)
        return _fault(runtime, status)
    return _not_found(runtime, status)


def _how(runtime: Runtime) -> str:
    """How to sign in: by a link where the service is its own issuer, else by Suomi.fi."""
    by_link = runtime.settings.issues_own_tokens
    return "message.sign_in.link" if by_link else "message.sign_in"


def _not_found(runtime: Runtime, status: HTTPStatus) -> Response:
    of_staff = request.path.startswith(("/worklist", "/protocols"))
    return message_page(
        runtime,
        "page.not_found",
        ("message.not_found",),
        status=status,
        to_plan=not of_staff,
        to_worklist=of_staff,
    )


def _busy(runtime: Runtime) -> Response:
    words = teller_of(runtime).words
    said = (words.plural("message.busy", _BUSY_MINUTES),)
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer = page(
        runtime, "message.html", "page.busy", status=status, invented=False, messages=said
    )
    answer.headers["Retry-After"] = str(_BUSY_MINUTES * 60)
    return answer


def _fault(runtime: Runtime, status: HTTPStatus) -> Response:
    words = teller_of(runtime).words
    said = (words.text("message.fault.no_phone", request_id=request_id() or "-"),)
    # Nothing is asked of a database that may be what failed.
    return page(runtime, "message.html", "page.fault", status=status, invented=False, messages=said)
