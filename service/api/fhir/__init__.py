"""The FHIR R4 base: one file an interaction or operation; what stands here is what is offered."""

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from flask import Blueprint, Response

from service.api.auth import viewer_of
from service.api.fhir.accept import accept
from service.api.fhir.addresses import as_addressed
from service.api.fhir.apply import apply_instance, apply_type
from service.api.fhir.bundle import batch_or_transaction
from service.api.fhir.capabilities import Offered, key_set, metadata, smart_configuration
from service.api.fhir.content import answer_type, expect_plain_body
from service.api.fhir.create import create
from service.api.fhir.delete import delete, delete_by_condition
from service.api.fhir.everything import everything
from service.api.fhir.follow_up import follow_up
from service.api.fhir.history import history, history_of_system, history_of_type
from service.api.fhir.patch import patch, patch_by_condition
from service.api.fhir.plan_visit import visits
from service.api.fhir.preview import preview_plans
from service.api.fhir.read import read, vread
from service.api.fhir.search import search, search_compartment, search_system
from service.api.fhir.update import update, update_by_condition
from service.api.fhir.validate import validate, validate_instance
from service.runtime import Runtime


class _Interaction(NamedTuple):
    """An address and what answers there; `codes` stand in the CapabilityStatement."""

    method: str
    address: str
    answer: Callable[..., Response]
    codes: tuple[str, ...] = ()


_ON_TYPES: Final = (
    _Interaction("GET", "/<type_>/<id_>", read, ("read",)),
    _Interaction("GET", "/<type_>/<id_>/_history/<version>", vread, ("vread",)),
    _Interaction("PUT", "/<type_>/<id_>", update, ("update",)),
    _Interaction("PATCH", "/<type_>/<id_>", patch, ("patch",)),
    _Interaction("DELETE", "/<type_>/<id_>", delete, ("delete",)),
    _Interaction("GET", "/<type_>/<id_>/_history", history, ("history-instance",)),
    _Interaction("GET", "/<type_>/_history", history_of_type, ("history-type",)),
    _Interaction("POST", "/<type_>", create, ("create",)),
    _Interaction("GET", "/<type_>", search, ("search-type",)),
    _Interaction("POST", "/<type_>/_search", search),
    _Interaction("GET", "/<type_>/<id_>/<inner>", search_compartment),
    _Interaction("POST", "/<type_>/<id_>/<inner>/_search", search_compartment),
    _Interaction("PUT", "/<type_>", update_by_condition),
    _Interaction("PATCH", "/<type_>", patch_by_condition),
    _Interaction("DELETE", "/<type_>", delete_by_condition),
)
_ON_SYSTEM: Final = (
    _Interaction("POST", "", batch_or_transaction, ("transaction", "batch")),
    _Interaction("GET", "", search_system, ("search-system",)),
    _Interaction("POST", "/_search", search_system),
    _Interaction("GET", "/_history", history_of_system, ("history-system",)),
)
_OPEN: Final = (
    _Interaction("GET", "/.well-known/smart-configuration", smart_configuration),
    _Interaction("GET", "/.well-known/jwks.json", key_set),
)
# By POST with Parameters; by GET too, where they change nothing and take simple inputs.
_OPERATIONS: Final = (
    _Interaction("GET POST", "/Patient/<id_>/$follow-up", follow_up, ("follow-up",)),
    _Interaction("GET POST", "/Patient/<id_>/$plan-visit", visits, ("plan-visit",)),
    _Interaction("GET POST", "/Patient/<id_>/$everything", everything, ("everything",)),
    _Interaction("GET POST", "/PlanDefinition/<id_>/$preview", preview_plans, ("preview",)),
    _Interaction("POST", "/<type_>/$validate", validate, ("validate",)),
    _Interaction("GET POST", "/<type_>/<id_>/$validate", validate_instance, ("validate",)),
    _Interaction("GET POST", "/PlanDefinition/<id_>/$apply", apply_instance, ("apply",)),
    _Interaction("GET POST", "/PlanDefinition/$apply", apply_type, ("apply",)),
    _Interaction("POST", "/CarePlan/$accept", accept, ("accept",)),
)


def blueprint(runtime: Runtime) -> Blueprint:
    """Everything below `/fhir`; all but what describes the server wants a bearer token."""
    pages = Blueprint("fhir", __name__, url_prefix="/fhir")
    for one in (*_ON_TYPES, *_ON_SYSTEM, *_OPERATIONS):
        _register(pages, one, _signed_in(runtime, one.answer))
    for one in _OPEN:
        _register(pages, one, _open(runtime, one.answer))
    _register(
        pages,
        _Interaction("GET", "/metadata", metadata),
        _open(runtime, partial(metadata, offered=_offered())),
    )
    pages.after_request(_as_no_page)
    return pages


def _as_no_page(answer: Response) -> Response:
    """Let no browser take for a page what holds a narrative that somebody sent."""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _register(pages: Blueprint, one: _Interaction, answer: Callable[..., Response]) -> None:
    endpoint = f"{one.answer.__name__}_by_post" if "_search" in one.address else one.answer.__name__
    pages.add_url_rule(
        one.address, endpoint, answer, methods=one.method.split(), strict_slashes=False
    )


def _offered() -> Offered:
    return Offered(
        on_types=tuple(code for one in _ON_TYPES for code in one.codes),
        on_system=tuple(code for one in _ON_SYSTEM for code in one.codes),
        operations=tuple(
            dict.fromkeys(
                (one.address.split("/")[1], code) for one in _OPERATIONS for code in one.codes
            )
        ),
    )


def _signed_in(runtime: Runtime, answer: Callable[..., Response]) -> Callable[..., Response]:
    """What answers those alone who bring a token, before anything is said of what they ask."""

    def answer_signed_in(**named: str) -> Response:
        viewer_of(runtime)
        answer_type()  # what cannot be answered is not carried out either
        expect_plain_body()
        return answer(as_addressed(runtime), **named)

    return answer_signed_in


def _open(runtime: Runtime, answer: Callable[..., Response]) -> Callable[[], Response]:
    """What answers everybody."""
    return lambda: answer(as_addressed(runtime))
