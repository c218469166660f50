"""`PlanDefinition/{id}/$preview`: what moving running plans to this version would do, without doing it."""

from datetime import date
from typing import Final

import orjson
from flask import Response

from service.api.auth import expect, note_refused
from service.api.fhir.addresses import expect_id
from service.api.fhir.answering import ASK_AGAIN
from service.api.fhir.content import answer_type
from service.api.fhir.operation_inputs import simple_inputs
from service.api.request_ids import request_id
from service.api.schemas.parameters import Day
from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden, Invalid
from service.domain.plan_preview import PlanPreview
from service.domain.protocol import Protocol
from service.domain.scope import Interaction
from service.fhir.asked import once
from service.fhir.protocol.publication import protocol_id
from service.fhir.rendering.plan_preview import plan_preview_parameters
from service.runtime import Runtime
from service.workflows.preview_migration import Asked, prepare, preview_migration

_SCOPE: Final = "PlanDefinition/$preview"
_KNOWN: Final = frozenset({"unit", "as-of", "from-protocol", "people", "_format", "_pretty"})
_EVERYBODY: Final = frozenset({Role.SYSTEM, Role.ADMIN})


def preview_plans(runtime: Runtime, id_: str) -> Response:
    """Answer with Parameters; a clinician learns of their own unit, and only a system who it is."""
    viewer = expect(runtime, "PlanDefinition", Interaction.READ)
    expect_id(id_)
    pairs = simple_inputs()
    once(pairs, known=_KNOWN, repeated=frozenset({"unit"}))
    given = dict(pairs)
    units = _units(runtime, viewer, tuple(value for name, value in pairs if name == "unit"))
    with_people = given.get("people") == "true"
    if with_people and viewer.role is not Role.SYSTEM:
        note_refused(runtime, viewer, _SCOPE)
        raise Forbidden("Who it is, is listed for a system alone.")
    new, day = _version(runtime, id_, viewer), _day(given.get("as-of", ""), viewer)
    origin = given.get("from-protocol") or new.id
    found = _previewed(runtime, Asked(new, origin, day, units))
    people = [one.key for one in found.people] if with_people else []
    runtime.note_read(viewer, "preview", scope=_SCOPE, patients=people, request=request_id())
    body = plan_preview_parameters(found, day, with_people=with_people)
    headers = {"Cache-Control": ASK_AGAIN, "Vary": "Authorization"}
    return Response(body, headers=headers, content_type=answer_type())


def _previewed(runtime: Runtime, asked: Asked) -> PlanPreview:
    found = PlanPreview()
    with runtime.store.read() as view:
        renewal, parts = prepare(view, runtime.catalogue, asked)
        for keys in parts:
            found.add(preview_migration(view, keys, renewal))
    return found


def _units(runtime: Runtime, viewer: Viewer, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The units that may be asked about; those of a clinician are their own."""
    if viewer.role in _EVERYBODY:
        return asked
    if viewer.role is Role.CLINICIAN and viewer.unit and set(asked) <= {viewer.unit}:
        return (viewer.unit,)
    note_refused(runtime, viewer, _SCOPE)
    raise Forbidden(
        "A preview is for the roles system and admin, and for clinicians of their unit."
    )


def _version(runtime: Runtime, id_: str, viewer: Viewer) -> Protocol:
    stored = orjson.loads(runtime.store.current("PlanDefinition", id_, viewer=viewer).body)
    protocol, version = protocol_id(stored.get("url", "")), stored.get("version", "")
    return runtime.catalogue.version_of(protocol, version)


def _day(given: str, viewer: Viewer) -> date:
    found = Day().read(given) if given else viewer.today
    if found is None:
        raise Invalid(f"what is expected is {Day.allowed}", "as-of")
    return found
