"""Create, also conditional (R4 http.html#create, #ccreate)."""

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences, sent_body
from service.api.fhir.writing import answer_of, carry_out
from service.domain.scope import Interaction
from service.fhir.conditions import Conditions
from service.fhir.identity_code import refuse_identity_codes
from service.runtime import Runtime


def create(runtime: Runtime, type_: str) -> Response:
    """Store a new resource: 201; with If-None-Exist 200 and the one that stands already."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.CREATE)
    condition = request.headers.get("If-None-Exist", "")
    refuse_identity_codes([("If-None-Exist", condition)])
    if condition:
        expect(runtime, type_, Interaction.SEARCH)
    at = runtime.clock.now()
    submissions = runtime.intake.single(
        type_, sent_body(), id="", conditions=Conditions(if_none_exist=condition), at=at
    )
    received = carry_out(runtime, viewer, submissions, at=at, action="create")
    preferred = preferences()
    answer = answer_of(runtime, viewer, received[0], preferred, returned="representation")
    return answer_write(answer, preferred)
