"""The FHIR R4 base: one file an interaction or operation, registered here under its name."""

from functools import partial

from flask import Blueprint

from service.api.auth import viewer_of
from service.api.fhir.create import create
from service.api.fhir.read import read
from service.runtime import Runtime


def blueprint(runtime: Runtime) -> Blueprint:
    """Everything below `/fhir`; all but what describes the server wants a bearer token."""
    pages = Blueprint("fhir", __name__, url_prefix="/fhir")
    pages.before_request(partial(_expect_token, runtime))
    for method, address, interaction in _INTERACTIONS:
        pages.add_url_rule(
            address,
            interaction.__name__,
            partial(interaction, runtime),
            methods=[method],
            strict_slashes=False,
        )
    return pages


def _expect_token(runtime: Runtime) -> None:
    viewer_of(runtime)


_INTERACTIONS = (
    ("GET", "/<type_>/<id_>", read),
    ("POST", "/<type_>", create),
)
