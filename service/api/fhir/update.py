"""Update, also of what is not there yet, and by a condition (R4 http.html#update, #upsert, #cond-update)."""

from flask import Response

from service.api.auth import expect
from service.api.carrying_out import carry_out
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences, sent_body
from service.api.fhir.definitions import intake_for
from service.api.fhir.writing import answer_of, conditions_sent
from service.domain.scope import Interaction
from service.runtime import Runtime


def update(runtime: Runtime, type_: str, id_: str) -> Response:
    """Store the next version: 200, or 201 where it is the first; 412 where If-Match names another."""
    expect_type(type_)
    expect(runtime, type_, Interaction.UPDATE)
    expect_id(id_)
    return _updated(runtime, type_, id_)


def update_by_condition(runtime: Runtime, type_: str) -> Response:
    """Update the one resource that meets the condition; store a new one where none does."""
    expect_type(type_)
    expect(runtime, type_, Interaction.UPDATE)
    expect(runtime, type_, Interaction.SEARCH)
    return _updated(runtime, type_, "")


def _updated(runtime: Runtime, type_: str, id_: str) -> Response:
    viewer = expect(runtime, type_, Interaction.UPDATE)
    at = runtime.clock.now()
    conditions = conditions_sent(by_query=not id_)
    submissions = intake_for(runtime, viewer).single(
        type_, sent_body(), id=id_, conditions=conditions, at=at
    )
    received = carry_out(runtime, viewer, submissions, at=at, action="update")
    preferred = preferences()
    answer = answer_of(runtime, viewer, received[0], preferred, returned="representation")
    return answer_write(answer, preferred)
