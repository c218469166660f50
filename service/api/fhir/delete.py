"""Delete (R4 http.html#delete): the versions stay, the current one is a deletion."""

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences
from service.api.fhir.writing import answer_of, carry_out
from service.domain.errors import NotSupported
from service.domain.scope import Interaction
from service.fhir.intake import Deletion
from service.runtime import Runtime


def delete(runtime: Runtime, type_: str, id_: str) -> Response:
    """Delete: 204, also where there is nothing; 412 where If-Match names another version."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.DELETE)
    expect_id(id_)
    deletion = Deletion.of(type_, id_, request.headers.get("If-Match", ""))
    at = runtime.clock.now()
    received = carry_out(runtime, viewer, deletion, at=at, action="delete")
    preferred = preferences()
    return answer_write(answer_of(runtime, received[0], preferred, returned=""), preferred)


def refuse_conditional_delete(runtime: Runtime, type_: str) -> Response:
    """Raise NotSupported: what is deleted is named by its id."""
    del runtime
    expect_type(type_)
    raise NotSupported("conditional delete is not supported; name the resource by its id")
