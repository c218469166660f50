"""The pages a person sees: a patient's plan, a health centre's worklist, signing in and out.

Server-rendered and readable without script. A page takes the session cookie, never a token; who may
see what is the store's to say, by the viewer of the session.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Blueprint, Response

from service.domain.errors import NotFound
from service.runtime import Runtime
from service.web import (
    contact,
    pages,
    patient,
    patient_decisions,
    patient_questions,
    portal,
    protocol_confirming,
    protocol_upload,
    protocols,
    sessions,
    start,
    worklist,
)
from service.web.errors import register_errors


def blueprint(runtime: Runtime) -> Blueprint:
    """The pages over a runtime; each leaves its line in the access log before it goes out."""
    web = Blueprint(
        "web",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    web.add_url_rule("/", "start", lambda: start.show(runtime))
    web.add_url_rule("/portal/", "portal", lambda: portal.show(runtime))
    web.add_url_rule("/worklist/", "worklist", lambda: worklist.show(runtime))
    web.add_url_rule("/worklist/people/<id_>", "patient", lambda id_: patient.show(runtime, id_))
    _add_protocols(web, runtime)
    for path, endpoint, method, answer in _of_one_person(runtime):
        web.add_url_rule(path, endpoint, answer, methods=[method])
    web.add_url_rule("/sign-in/<secret>", "link", lambda secret: sessions.sign_in(runtime, secret))
    web.add_url_rule("/sign-out", "sign_out", lambda: sessions.sign_out(runtime), methods=["POST"])
    web.add_url_rule("/signed-out", "signed_out", lambda: sessions.signed_out(runtime))
    for folder in ("/portal/<missing>", "/worklist/<missing>"):
        web.add_url_rule(folder, f"missing {folder}".replace(".", ""), _missing)
    register_errors(web, runtime)

    @web.after_request
    def finish(response: Response) -> Response:
        return pages.finish(runtime, response)

    return web


def _of_one_person(runtime: Runtime) -> Iterator[tuple[str, str, str, Any]]:
    for part in (contact, patient_questions, patient_decisions):
        yield from part.routes(runtime)


def _add_protocols(web: Blueprint, runtime: Runtime) -> None:
    """The pages below one protocol: what is shown of it, and what its administrators send."""
    web.add_url_rule("/protocols/", "protocols", lambda: protocols.show_all(runtime))
    shown = {
        "protocol": ("", protocols.show_one),
        "protocol_difference": ("/difference", protocols.show_difference),
        "protocol_workbook": ("/workbook", protocols.workbook),
        "protocol_confirm": ("/confirm", protocol_confirming.show),
        "protocol_upload": ("/upload", protocol_upload.show),
    }
    sent = {
        "protocol_confirmed": ("/confirm", protocol_confirming.record),
        "protocol_uploaded": ("/upload", protocol_upload.record),
    }
    for method, pages_ in (("GET", shown), ("POST", sent)):
        for name, (end, answer) in pages_.items():
            address = f"/protocols/<protocol>{end}"
            web.add_url_rule(address, name, partial(answer, runtime), methods=[method])


def _missing(missing: str) -> Response:
    del missing
    raise NotFound
