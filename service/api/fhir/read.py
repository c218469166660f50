"""Read and vread: the current version of a resource, or a certain one (R4 http.html#read, #vread)."""

import re
from typing import Final

from flask import Response, request

from service.api.auth import expect
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_stored
from service.api.fhir.content import sent_query
from service.api.fhir.showing import DATED, Shown
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.errors import Invalid, Issue, NotFound
from service.domain.record import Stored
from service.domain.scope import Interaction
from service.fhir.search.query import pairs_of
from service.fhir.subset import WHOLE, Subset, Summary, part_of, subset_of
from service.runtime import Runtime

_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def read(runtime: Runtime, type_: str, id_: str) -> Response:
    """Answer with the resource; 404 where there is none for this viewer, 410 where it was deleted."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    wanted = _wanted()
    stored, body = current(runtime, viewer, type_, id_)
    shown = part_of(type_, body, wanted)
    return answer_stored(stored, shown, is_constant=body is stored.body)


def vread(runtime: Runtime, type_: str, id_: str, version: str) -> Response:
    """Answer with that version; 404 where there is none, 410 where it is a deletion."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    wanted = _wanted()
    stored = of_version(runtime, viewer, type_, id_, version)
    return answer_stored(stored, part_of(type_, stored.body, wanted), is_constant=True)


def _wanted() -> Subset:
    """How much of the resource the parameters ask for."""
    if not request.query_string:
        return WHOLE
    subset = subset_of(pairs_of(sent_query()))
    if subset.summary is Summary.COUNT:
        words = "`_summary=count` is asked of a search or a history"
        raise Invalid(issues=[Issue("not-supported", words, "_summary")])
    return subset


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
