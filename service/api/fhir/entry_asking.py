"""The reads inside a Bundle of what is no single resource and no search of one type.

They are GETs, and operations by POST, which are answered as the same requests by themselves are: searches of the system and of compartments,
histories of a type and of all, operations that change nothing, what describes the server.
"""

from http import HTTPStatus
from io import BytesIO
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from service.api.auth import viewer_of
from service.api.fhir.addresses import expect_type
from service.api.fhir.apply import expect_apply
from service.api.fhir.content import FHIR_JSON
from service.api.fhir.everything import expect_everything
from service.api.fhir.follow_up import expect_follow_up
from service.api.fhir.history import expect_history
from service.api.fhir.plan_visit import expect_visits
from service.api.fhir.search import read_question
from service.api.fhir.sought import in_compartment, in_system
from service.api.fhir.validate import expect_validate
from service.domain.errors import NotFound, NotSupported
from service.domain.record import Named
from service.fhir.answers import Answer
from service.fhir.bundle import Entry
from service.fhir.search.query import pairs_of
from service.runtime import Runtime

_BASE: Final = "/fhir"
_HISTORY: Final = "_history"
_DEEPEST: Final = 3  # `Type/id/_history/version`
# What is about the Bundle's own body.
_OF_THE_BUNDLE: Final = frozenset(
    {"CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
)


class _Address(NamedTuple):
    """The steps below the base, and the parameters."""

    steps: tuple[str, ...]
    query: str


def owner_of(runtime: Runtime, entry: Entry) -> Named | None:
    """The resource that an operation is asked of, if it is asked of one and not of what it sends."""
    if entry.operation == "$validate" and entry.resource is not None:
        return None
    match _address(runtime, entry).steps:
        case (type_, id_, operation) if operation.startswith("$"):
            return Named(type_, id_)
    return None


def expect_askable(runtime: Runtime, entry: Entry, *, strict: bool) -> None:
    """Raise what a read is refused for by its address, scopes and parameters or inputs."""
    asked = _address(runtime, entry)
    if asked.steps and asked.steps[-1].startswith("$"):
        _expect_operation(runtime, asked, entry)
    else:
        _expect_search_or_history(runtime, asked, strict=strict)


def _expect_search_or_history(runtime: Runtime, asked: _Address, *, strict: bool) -> None:
    steps, query = asked
    pairs = pairs_of(query)
    match steps:
        case ():
            viewer, sought, pairs = in_system(runtime, pairs)
            read_question(runtime, viewer, sought, pairs, strict=strict)
        case ("_history",):
            expect_history(runtime, viewer_of(runtime), _HISTORY, pairs)
        case (type_, "_history"):
            expect_type(type_)
            expect_history(runtime, viewer_of(runtime), f"{type_}/{_HISTORY}", pairs)
        case (type_, id_, inner) if not inner.startswith(_HISTORY):
            viewer, sought = in_compartment(runtime, Named(type_, id_), inner)
            read_question(runtime, viewer, sought, pairs, strict=strict)
        case ("metadata",):
            return
        case (type_, *more):
            expect_type(type_)
            if len(more) > _DEEPEST:
                raise NotFound


def _expect_operation(runtime: Runtime, asked: _Address, entry: Entry) -> None:
    expect_type(asked.steps[0])
    with current_app.request_context(_environ(asked, entry)):
        match asked.steps:
            case ("Patient", id_, "$everything"):
                expect_everything(runtime, id_)
            case ("Patient", id_, "$follow-up"):
                expect_follow_up(runtime, id_)
            case ("PlanDefinition", *_, "$apply"):
                expect_apply(runtime)
            case ("Patient", id_, "$plan-visit"):
                expect_visits(runtime, id_)
            case (_, "$validate") | (_, _, "$validate"):
                expect_validate(runtime)


def answer_as_alone(runtime: Runtime, entry: Entry) -> Answer:
    """What the address of the entry answers by itself; raises what that request would be refused with."""
    with current_app.request_context(_environ(_address(runtime, entry), entry)):
        try:
            answer = current_app.make_response(current_app.dispatch_request())
        except HTTPException as error:
            raise _refused(error) from None
        status = HTTPStatus(answer.status_code)
        body = b"" if entry.method == "HEAD" else answer.get_data()
        return Answer(
            f"{status.value} {status.phrase}", etag=answer.headers.get("ETag", ""), body=body
        )


def _address(runtime: Runtime, entry: Entry) -> _Address:
    """What the entry asks for, whether it names our base before it or not."""
    try:
        parts = urlsplit(iri_to_uri(entry.url))
    except ValueError:
        raise NotFound("no address") from None
    path = parts.path
    if parts.netloc:
        own = urlsplit(f"{runtime.settings.base_url}{_BASE}")
        if parts.netloc != own.netloc or not f"{path}/".startswith(f"{own.path}/"):
            raise NotFound("the address leads to another server")
        path = path.removeprefix(own.path)
    steps = tuple(unquote(step) for step in path.strip("/").split("/"))
    if steps[0].startswith("."):  # what stands there is no resource
        raise NotFound
    return _Address(steps if steps != ("",) else (), parts.query)


def _environ(asked: _Address, entry: Entry) -> dict[str, Any]:
    """The request by itself: who asks and how the answer is wanted stay those of the Bundle."""
    kept = {
        name: value
        for name, value in request.environ.items()
        if name not in _OF_THE_BUNDLE and not name.startswith("werkzeug.")
    }
    if entry.if_none_match:
        kept["HTTP_IF_NONE_MATCH"] = entry.if_none_match
    sent = entry.body if entry.operation else b""
    if sent:
        kept |= {"CONTENT_TYPE": FHIR_JSON, "CONTENT_LENGTH": str(len(sent))}
    path = "/".join((_BASE, *asked.steps))
    return kept | {
        "REQUEST_METHOD": entry.method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": asked.query,
        "wsgi.input": BytesIO(sent),
    }


def _refused(error: HTTPException) -> NotFound | NotSupported:
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        return NotSupported("this address does not take this method")
    if error.code == HTTPStatus.NOT_ACCEPTABLE:
        return NotSupported("this server answers in application/fhir+json, FHIR version 4.0")
    return NotFound("there is nothing at this address")
