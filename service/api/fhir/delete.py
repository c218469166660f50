"""Delete, by id or by a condition (R4 http.html#delete): the versions stay, the current one is a deletion."""

from flask import Response

from service.api.auth import expect
from service.api.carrying_out import carry_out
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences
from service.api.fhir.definitions import intake_for
from service.api.fhir.writing import answer_of, conditions_sent
from service.domain.scope import Interaction
from service.runtime import Runtime


def delete(runtime: Runtime, type_: str, id_: str) -> Response:
    """Delete: 204, also where there is nothing; 412 where If-Match names another version."""
    expect_type(type_)
    expect(runtime, type_, Interaction.DELETE)
    expect_id(id_)
    return _deleted(runtime, type_, id_)


def delete_by_condition(runtime: Runtime, type_: str) -> Response:
    """Delete the one resource that meets the condition, if one does; 412 where several do."""
    expect_type(type_)
    expect(runtime, type_, Interaction.DELETE)
    expect(runtime, type_, Interaction.SEARCH)
    return _deleted(runtime, type_, "")


def _deleted(runtime: Runtime, type_: str, id_: str) -> Response:
    viewer = expect(runtime, type_, Interaction.DELETE)
    at = runtime.clock.now()
    conditions = conditions_sent(by_query=not id_)
    deletion = intake_for(runtime, viewer).deletion(type_, id=id_, conditions=conditions, at=at)
    received = carry_out(runtime, viewer, deletion, at=at, action="delete")
    preferred = preferences()
    answer = answer_of(runtime, viewer, received[0], preferred, returned="")
    return answer_write(answer, preferred)
