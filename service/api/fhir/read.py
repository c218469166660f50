"""Read: the current version of a resource (R4 http.html#read)."""

from flask import Response

from service.api.auth import expect
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_stored
from service.api.request_ids import request_id
from service.domain.scope import Interaction
from service.runtime import Runtime


def read(runtime: Runtime, type_: str, id_: str) -> Response:
    """Answer with the resource; 404 where there is none for this viewer, 410 where it was deleted."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    expect_id(id_)
    with runtime.store.read() as view:
        stored = view.resources.read(type_, id_, viewer=viewer)
    answer = answer_stored(stored, stored.body, is_constant=True)
    patients = (stored.patient,) if stored.patient > 0 else ()
    runtime.note_read(
        viewer, "read", scope=f"{type_}/{id_}", patients=patients, request=request_id()
    )
    return answer
