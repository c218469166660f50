"""Patch, by id or by a condition: JSON Patch and FHIRPath Patch (R4 http.html#patch)."""

from flask import Response

from service.api.auth import expect
from service.api.carrying_out import carry_out
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences, sent_patch
from service.api.fhir.definitions import intake_for
from service.api.fhir.writing import answer_of, conditions_sent
from service.domain.scope import Interaction
from service.fhir.patching.reading import read_patch
from service.runtime import Runtime


def patch(runtime: Runtime, type_: str, id_: str) -> Response:
    """Change parts of a resource: 200 and its next version; 422 where one operation cannot be done."""
    expect_type(type_)
    expect(runtime, type_, Interaction.UPDATE)
    expect_id(id_)
    return _patched(runtime, type_, id_)


def patch_by_condition(runtime: Runtime, type_: str) -> Response:
    """Patch the one resource that meets the condition; 404 where none does, 412 where several do."""
    expect_type(type_)
    expect(runtime, type_, Interaction.UPDATE)
    expect(runtime, type_, Interaction.SEARCH)
    return _patched(runtime, type_, "")


def _patched(runtime: Runtime, type_: str, id_: str) -> Response:
    viewer = expect(runtime, type_, Interaction.UPDATE)
    body, is_json_patch = sent_patch()
    sent = read_patch(body, is_json_patch=is_json_patch)
    at = runtime.clock.now()
    conditions = conditions_sent(by_query=not id_)
    submissions = intake_for(runtime, viewer).patch(
        type_, sent, id=id_, conditions=conditions, at=at
    )
    received = carry_out(runtime, viewer, submissions, at=at, action="patch")
    preferred = preferences()
    answer = answer_of(runtime, viewer, received[0], preferred, returned="representation")
    return answer_write(answer, preferred)
