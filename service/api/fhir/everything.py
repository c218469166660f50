"""`Patient/{id}/$everything`: all about one person and what that refers to, page by page.

Source: R4 patient-operation-everything.html.
"""

from typing import Final
from urllib.parse import urlencode

from flask import Response

from service.api.auth import expect
from service.api.fhir.addresses import expect_id
from service.api.fhir.answering import answer_bundle
from service.api.fhir.operation_inputs import simple_inputs
from service.api.fhir.paging import PAGE, opened, sealed_link
from service.api.fhir.showing import Shown
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.everything import Everything, EverythingPage, Place
from service.domain.scope import Interaction, allows
from service.domain.search import Position
from service.fhir.answers import INCLUDE, Hit, searchset
from service.fhir.asked import Pairs
from service.fhir.everything import read_everything
from service.fhir.search.query import pairs_of
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime

_PERSON: Final = "Patient"


def everything(runtime: Runtime, id_: str) -> Response:
    """Answer with a page, the person first; 404 where the viewer sees no such patient."""
    viewer = expect(runtime, _PERSON, Interaction.READ)
    expect_id(id_)
    address = f"{_PERSON}/{id_}/$everything"
    pairs, asked = _asked(runtime, viewer, address, id_)
    with runtime.store.read() as view:
        found = view.resources.everything(asked, viewer=viewer)
        hits = _hits(found, Shown(runtime, view, viewer), f"{runtime.settings.base_url}/fhir")
    people = {one.patient for one in (*found.about, *found.referred) if one.patient > 0}
    runtime.note_read(
        viewer, "everything", scope=f"{_PERSON}/{id_}", patients=people, request=request_id()
    )
    text = urlencode(pairs)
    links = {"self": sealed_link(runtime, viewer, address, text, _position(asked.after))}
    if asked.after is None:
        query = f"?{text}" if text else ""
        links["self"] = f"{runtime.settings.base_url}/fhir/{address}{query}"
    if found.ended is not None:
        links["next"] = sealed_link(runtime, viewer, address, text, _position(found.ended))
    return answer_bundle(searchset(hits, links=links, at=runtime.clock.now()))


def expect_everything(runtime: Runtime, id_: str) -> None:
    """Raise what the question is refused for by its scopes, id and inputs."""
    viewer = expect(runtime, _PERSON, Interaction.READ)
    expect_id(id_)
    _asked(runtime, viewer, f"{_PERSON}/{id_}/$everything", id_)


def _asked(runtime: Runtime, viewer: Viewer, address: str, id_: str) -> tuple[Pairs, Everything]:
    pairs = simple_inputs()
    cursor = dict(pairs).get(PAGE, "")
    after = None
    if cursor:
        page = opened(runtime, viewer, address, cursor)
        pairs = pairs_of(page.text)
        after = _place(page.after)
    allowed = [type_ for type_ in SERVED_TYPES if allows(viewer.scopes, type_, Interaction.READ)]
    return pairs, read_everything(id_, pairs, allowed=allowed, after=after)


def _place(position: Position | None) -> Place | None:
    referred, resource = position or (0, 0)
    return Place(bool(referred), int(resource or 0))


def _position(after: Place | None) -> Position | None:
    return (int(after.referred), after.resource) if after else None


def _hits(found: EverythingPage, shown: Shown, base_url: str) -> list[Hit]:
    about = [Hit(f"{base_url}/{one.type}/{one.id}", shown.body(one)) for one in found.about]
    referred = [Hit(f"{base_url}/{one.type}/{one.id}", one.body, INCLUDE) for one in found.referred]
    return [*about, *referred]
