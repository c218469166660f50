"""Update, also of what is not there yet (R4 http.html#update, #upsert, #concurrency)."""

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences, sent_body
from service.api.fhir.writing import answer_of, carry_out
from service.domain.errors import NotSupported
from service.domain.scope import Interaction
from service.fhir.intake import Conditions
from service.runtime import Runtime


def update(runtime: Runtime, type_: str, id_: str) -> Response:
    """Store the next version: 200, or 201 where it is the first; 412 where If-Match names another."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.UPDATE)
    expect_id(id_)
    at = runtime.clock.now()
    conditions = Conditions(if_match=request.headers.get("If-Match", ""))
    submissions = runtime.intake.single(type_, sent_body(), id=id_, conditions=conditions, at=at)
    received = carry_out(runtime, viewer, submissions, at=at, action="update")
    preferred = preferences()
    answer = answer_of(runtime, received[0], preferred, returned="representation")
    return answer_write(answer, preferred)


def refuse_conditional_update(runtime: Runtime, type_: str) -> Response:
    """Raise NotSupported: what is updated is named by its id."""
    del runtime
    expect_type(type_)
    raise NotSupported("conditional update is not supported; name the resource by its id")
