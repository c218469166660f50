"""Who asks: the bearer token of a request as a Viewer, and whether its scopes allow what is asked.

Source: RFC 6750, SMART App Launch 2.2.0. Whose data a viewer sees is no matter of this module: the
store compiles it into every statement.
"""

from typing import Final

from flask import request

from service.api.request_ids import request_id
from service.domain.access import PUBLIC_TYPES, Role, Viewer
from service.domain.errors import Forbidden, NotSignedIn
from service.domain.scope import Interaction, allows
from service.runtime import Runtime

# Roles that see no person: what they may know is about no one, or counts.
_WITHOUT_PEOPLE: Final = frozenset({Role.AUDITOR, Role.ADMIN})
_SCHEME: Final = "bearer "
_VIEWER: Final = "seuranta.viewer"


def viewer_of(runtime: Runtime) -> Viewer:
    """The viewer whom the request's bearer token speaks for; NotSignedIn or TokenExpired without one."""
    # Kept with the request, not in flask.g: two requests in one application context have two viewers.
    known: Viewer | None = request.environ.get(_VIEWER)
    if known is None:
        grant = runtime.verifier.verify(_token(), at=runtime.clock.now())
        known = request.environ[_VIEWER] = Viewer(
            grant.role,
            runtime.clock.today(),
            subject=grant.subject,
            patient=grant.patient,
            unit=grant.unit,
            scopes=grant.scopes,
        )
    return known


def expect(runtime: Runtime, type_: str, interaction: Interaction) -> Viewer:
    """The viewer of the request; Forbidden where the token does not allow this with this type."""
    viewer = viewer_of(runtime)
    try:
        expect_scope(viewer, type_, interaction)
    except Forbidden:
        note_refused(runtime, viewer, type_)
        raise
    return viewer


def note_refused(runtime: Runtime, viewer: Viewer, scope: str) -> None:
    """Leave a line in the access log of what was not allowed."""
    action = request.method.lower()
    runtime.note_read(viewer, action, scope=scope, request=request_id(), outcome="forbidden")


def expect_scope(viewer: Viewer, type_: str, interaction: Interaction) -> None:
    """Raise Forbidden where scopes or role do not allow an interaction with a type at all."""
    if not allows(viewer.scopes, type_, interaction):
        words = f"The token's scopes do not allow this: {type_}.{interaction} is needed."
        raise Forbidden(words)
    if viewer.role in _WITHOUT_PEOPLE and type_ not in PUBLIC_TYPES:
        raise Forbidden(f"The role {viewer.role} sees no data of people.")


def _token() -> str:
    sent = request.headers.get("Authorization", "")
    if not sent[: len(_SCHEME)].lower() == _SCHEME:
        raise NotSignedIn("A bearer token is needed: Authorization: Bearer ...")
    return sent[len(_SCHEME) :].strip()
