"""Read and vread: the current version of a resource, or a certain one (R4 http.html#read, #vread)."""

import re
from typing import Final

from flask import Response

from service.api.auth import expect
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_stored
from service.api.fhir.showing import DATED, Shown
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.errors import NotFound
from service.domain.record import Stored
from service.domain.scope import Interaction
from service.runtime import Runtime

_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def read(runtime: Runtime, type_: str, id_: str) -> Response:
    """Answer with the resource; 404 where there is none for this viewer, 410 where it was deleted."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    stored, body = current(runtime, viewer, type_, id_)
    return answer_stored(stored, body, is_constant=body is stored.body)


def vread(runtime: Runtime, type_: str, id_: str, version: str) -> Response:
    """Answer with that version; 404 where there is none, 410 where it is a deletion."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    stored = of_version(runtime, viewer, type_, id_, version)
    return answer_stored(stored, stored.body, is_constant=True)


def current(runtime: Runtime, viewer: Viewer, type_: str, id_: str) -> tuple[Stored, bytes]:
    """The current version and its body as it is shown today, its reading noted."""
    expect_id(id_)
    if type_ in DATED:
        with runtime.store.read() as view:
            stored = view.resources.read(type_, id_, viewer=viewer)
            body = Shown(runtime, view, viewer).body(stored)
    else:
        stored = runtime.store.current(type_, id_, viewer=viewer)
        body = stored.body
    _note(runtime, viewer, stored, "read")
    return stored, body


def of_version(runtime: Runtime, viewer: Viewer, type_: str, id_: str, version: str) -> Stored:
    """One version, its reading noted; NotFound for what can be no version of ours."""
    expect_id(id_)
    if not _VERSION.fullmatch(version):
        raise NotFound(f"There is no such version of this {type_}.")
    with runtime.store.read() as view:
        stored = view.resources.read_version(type_, id_, version=int(version), viewer=viewer)
    _note(runtime, viewer, stored, "vread")
    return stored


def _note(runtime: Runtime, viewer: Viewer, stored: Stored, action: str) -> None:
    patients = (stored.patient,) if stored.patient > 0 else ()
    scope = f"{stored.type}/{stored.id}"
    runtime.note_read(viewer, action, scope=scope, patients=patients, request=request_id())
