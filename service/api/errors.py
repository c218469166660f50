"""The one table that turns what went wrong into an HTTP answer: OperationOutcome or problem+json.

Source: R4 http.html (status codes), RFC 9457. No stack trace, no identity code, no name of a table
leaves the process: what is not in the table is a 500 that names the request and nothing else.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.api.request_ids import request_id
from service.domain.errors import (
    BusinessRuleBroken,
    Conflict,
    Deleted,
    Forbidden,
    Invalid,
    Issue,
    Malformed,
    ManyMatches,
    NotFound,
    NotSignedIn,
    NotSupported,
    SchemaMismatch,
    SeurantaError,
    StorageFull,
    TooLarge,
    UnknownVersion,
    Unreachable,
    UnusableProtocol,
    VersionConflict,
)
from service.fhir.outcome import outcome
from service.fhir.patching.json_patch import JSON_PATCH

FHIR_JSON: Final = "application/fhir+json; charset=utf-8"
PROBLEM_JSON: Final = "application/problem+json"

_STATUSES: Final[Mapping[type[SeurantaError], HTTPStatus]] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Invalid: HTTPStatus.BAD_REQUEST,
    NotSupported: HTTPStatus.BAD_REQUEST,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Deleted: HTTPStatus.GONE,
    VersionConflict: HTTPStatus.PRECONDITION_FAILED,
    ManyMatches: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BusinessRuleBroken: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnusableProtocol: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownVersion: HTTPStatus.SERVICE_UNAVAILABLE,
    Unreachable: HTTPStatus.SERVICE_UNAVAILABLE,
    SchemaMismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
}

# The codes of the value set issue-type for what the web framework itself refuses.
_CODES: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not-supported",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-costly",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not-supported",
}
_WORDS: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
}
_LOCKED: Final = "lock-error"
_log = logging.getLogger(__name__)


def register_errors(app: Flask, missing_page: Callable[[], Response | None]) -> None:
    """Let every error of the app end in the table, and everything else in a 500.

    `missing_page` makes the page for a person whose address leads nowhere.
    """

    def missing(error: HTTPException) -> Any:
        return missing_page() or _answer_http(error)

    app.register_error_handler(SeurantaError, answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(HTTPStatus.NOT_FOUND, missing)
    app.register_error_handler(Exception, _answer_unexpected)


def status_of(error: SeurantaError) -> HTTPStatus:
    """The HTTP status of an error; one that another change only delayed is 503: send it again."""
    if isinstance(error, Conflict) and error.code == _LOCKED:
        return HTTPStatus.SERVICE_UNAVAILABLE
    found = (_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def answer_error(error: SeurantaError) -> Response:
    """The answer to an error that the caller can act on."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("refused: %s", error)
    answer = _answer(status, error.issues)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _challenge()
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "1"
    return answer


def _challenge() -> str:
    """RFC 6750: a token that was sent and did not do is named as such."""
    told = ', error="invalid_token"' if "Authorization" in request.headers else ""
    return f'Bearer realm="seuranta"{told}'


def _answer_http(error: HTTPException) -> Any:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error
    # What the framework says of an unknown address would repeat it.
    words = _WORDS.get(code) or error.description or HTTPStatus(code).phrase
    answer = _answer(HTTPStatus(code), [Issue(_CODES.get(code, "invalid"), words)])
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    if code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        _say_what_is_taken(answer)
    return answer


def _say_what_is_taken(answer: Response) -> None:
    """RFC 5789, 2.2 and RFC 9110, 15.5.16: a refused kind of body comes with those that are taken."""
    if "Content-Encoding" in request.headers:
        answer.headers["Accept-Encoding"] = "identity"
    if request.method == "PATCH":
        answer.headers["Accept-Patch"] = f"{JSON_PATCH}, application/fhir+json"


def _answer_unexpected(error: Exception) -> Response:
    _log.error("failed", exc_info=error)
    words = f"The service failed; the request is {request_id()}."
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, [Issue("exception", words)])


def _answer(status: HTTPStatus, issues: Sequence[Issue]) -> Response:
    if request.path == "/fhir" or request.path.startswith("/fhir/"):
        return Response(outcome(issues), status, content_type=FHIR_JSON)
    return Response(problem(status, issues), status, content_type=PROBLEM_JSON)


def problem(status: HTTPStatus, issues: Iterable[Issue]) -> bytes:
    """Issues as problem details; `at` names the parameter or member that each is about."""
    listed = list(issues)
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": listed[0].words,
        "errors": [{"code": one.code, "detail": one.words, "at": one.expression} for one in listed],
    }
    return orjson.dumps(told)
