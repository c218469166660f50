"""What describes the server: CapabilityStatement and SMART configuration; both open to everybody.

Source: R4 http.html#capabilities, capabilitystatement.html; SMART App Launch 2.2.0, conformance.
"""

from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from flask import Response, request

from service import __version__
from service.api.fhir.answering import as_read
from service.api.fhir.content import answer_type, sent_query
from service.fhir.capability import Offer, Operation, Statement, capability_statement
from service.fhir.profiles.library import profiles_of_type
from service.fhir.search.query import pairs_of
from service.fhir.subset import part_of, subset_of
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime
from service.tokens import Issuer

# The day on which what is offered last changed; it stands in the statement as its date.
_CHANGED_ON: Final = date(2026, 11, 28)
ON_EVERY_TYPE: Final = "<type_>"
_OPEN_TO_ALL: Final = "public, max-age=60"
_DEFINITIONS: Final = "https://seuranta.example/fhir/OperationDefinition"
_SMART: Final = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
            "code": "SMART-on-FHIR",
        }
    ]
}


class Offered(NamedTuple):
    """What is registered below the FHIR base: codes on every type, on the system, operations by type."""

    on_types: tuple[str, ...]
    on_system: tuple[str, ...]
    operations: tuple[tuple[str, str], ...]


def metadata(runtime: Runtime, offered: Offered) -> Response:
    """Answer with what is registered here; 304 where the client knows it."""
    settings = runtime.settings
    is_open = bool(settings.cors_origins)
    statement = _statement(f"{settings.base_url}/fhir", offered, cors=is_open)
    headers = {"ETag": statement.etag, "Cache-Control": _OPEN_TO_ALL}
    answered = answer_type()
    wanted = subset_of(pairs_of(sent_query()))
    if statement.etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    body = part_of("CapabilityStatement", statement.body, wanted)
    return Response(as_read(body), headers=headers, content_type=answered)


@lru_cache(maxsize=4)
def _statement(base_url: str, offered: Offered, *, cors: bool) -> Statement:
    return capability_statement(
        base_url=base_url,
        software_version=__version__,
        on=_CHANGED_ON,
        offers={type_: _offer(type_, offered) for type_ in SERVED_TYPES},
        system_interactions=offered.on_system,
        security={"cors": cors, "service": [_SMART]},
    )


def _offer(type_: str, offered: Offered) -> Offer:
    operations = [
        Operation(name, f"{_DEFINITIONS}/{name}")
        for on_type, name in offered.operations
        if on_type in {type_, ON_EVERY_TYPE}
    ]
    return Offer(
        offered.on_types,
        tuple(operations),
        profiles_of_type(type_),
        creates_on_update=True,
        creates_conditionally=True,
    )


def smart_configuration(runtime: Runtime) -> Response:
    """Answer with who signs the tokens that this server takes, and where its keys are."""
    settings = runtime.settings
    told: dict[str, Any] = {
        "issuer": settings.issuer,
        "jwks_uri": settings.jwks_url or f"{settings.base_url}/fhir/.well-known/jwks.json",
        "grant_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["patient/*.rs", "user/*.cruds", "system/*.cruds"],
        "capabilities": ["permission-patient", "permission-user", "permission-v2"],
    }
    return Response(orjson.dumps(told), content_type="application/json")


def key_set(runtime: Runtime) -> Response:
    """Answer with the embedded issuer's public key (RFC 7517); with none where another one signs."""
    keys = []
    if runtime.settings.issues_own_tokens:
        issuer = Issuer.opened(runtime.settings)
        keys = [{**issuer.public_key, "kid": issuer.key_id, "use": "sig", "alg": "ES384"}]
    return Response(orjson.dumps({"keys": keys}), content_type="application/json")
