"""Signing a browser in by a one-time link, the session it then has, and signing out.

A page takes the session cookie only, never a token. The link's own GET signs in: it is opened by
the one person it was printed for, and one tap must do. What opens links ahead of a person (HEAD, a
browser's prefetch) does not use it up.
"""

from typing import Final

from flask import Response, make_response, redirect, request, url_for

from service.domain.access import Role, Viewer
from service.domain.errors import NotSignedIn
from service.domain.scope import DEFAULT_SCOPES
from service.runtime import Runtime
from service.web.cookies import is_secure, session_cookie, sessions
from service.web.pages import message_page, request_id
from service.workflows.sign_in import SESSION_LIFETIME, Session
from service.workflows.sign_in import sign_in as use_link
from service.workflows.sign_out import sign_out as end_session

_ACTOR: Final = "sign-in"
_HOME: Final = {
    Role.PATIENT: "web.portal",
    Role.CLINICIAN: "web.worklist",
    Role.AUDITOR: "web.protocols",
    Role.ADMIN: "web.protocols",
}
# Who works here, those first who may do most with a protocol.
_STAFF: Final = (Role.ADMIN, Role.SYSTEM, Role.CLINICIAN, Role.AUDITOR)


class LinkUsed(NotSignedIn):
    """The sign-in link has been used or is too old."""


def viewer(runtime: Runtime, role: Role) -> Viewer:
    """Who is looking at a page for this role, by the session that the browser has for it.

    Raises NotSignedIn where there is none, it is over, or it stands for another role.
    """
    secret = request.cookies.get(session_cookie(runtime, role), "")
    with runtime.store.read() as view:
        identity = view.sign_in.session(secret, at=runtime.clock.now()) if secret else None
    if identity is None or identity.role is not role:
        raise NotSignedIn
    return Viewer(
        role,
        runtime.clock.today(),
        subject=identity.subject,
        patient=identity.patient,
        unit=identity.unit,
        scopes=DEFAULT_SCOPES[role],
    )


def staff(runtime: Runtime) -> Viewer:
    """Who is looking at a page for all who work here; NotSignedIn where nobody of them is."""
    for role in _STAFF:
        try:
            return viewer(runtime, role)
        except NotSignedIn:
            continue
    raise NotSignedIn


def sign_in(runtime: Runtime, secret: str) -> Response:
    """Use a link up and go to the page of whom it stands for; LinkUsed where it is of no use."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return Response(status=204)
    begun = runtime.store.carry_out(
        lambda work: use_link(work, secret),
        actor=_ACTOR,
        request=request_id(),
        at=runtime.clock.now(),
    )
    if begun is None:
        raise LinkUsed
    return _entered(runtime, begun)


def sign_out(runtime: Runtime) -> Response:
    """End the sessions of this browser, wherever their secrets may still be, and say so."""
    response = make_response(redirect(url_for("web.signed_out"), code=303))
    for cookie, secret in sessions(runtime):
        _end(runtime, secret)
        response.delete_cookie(cookie, secure=is_secure(runtime), httponly=True, samesite="Lax")
    return response


def _end(runtime: Runtime, secret: str) -> None:
    runtime.store.carry_out(
        lambda work: end_session(work, secret),
        actor=_ACTOR,
        request=request_id(),
        at=runtime.clock.now(),
    )


def signed_out(runtime: Runtime) -> Response:
    """The page after signing out."""
    return message_page(runtime, "page.signed_out", ("message.signed_out",))


def _entered(runtime: Runtime, begun: Session) -> Response:
    home = _HOME.get(begun.identity.role, "web.start")
    response = make_response(redirect(url_for(home), code=303))
    response.set_cookie(
        session_cookie(runtime, begun.identity.role),
        begun.secret,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=is_secure(runtime),
    )
    return response
