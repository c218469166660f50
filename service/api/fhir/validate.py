"""`$validate`: what is wrong with a resource, without storing it (R4 resource-operation-validate.html).

The answer is 200 with an OperationOutcome whatever is found; only what is no question gets a 4xx.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from flask import Response, request

from service.api.auth import expect, expect_scope, viewer_of
from service.api.fhir.addresses import expect_id, expect_type
from service.api.fhir.answering import answer_outcome
from service.api.fhir.content import sent_body
from service.api.fhir.definitions import Definitions
from service.api.fhir.operation_inputs import address_inputs
from service.api.fhir.read import current
from service.domain.access import Viewer
from service.domain.errors import Deleted, Invalid, Issue, NotFound, NotSupported
from service.domain.scope import Interaction
from service.fhir.asked import PARAMETERS, Pairs, inputs_of, once
from service.fhir.nested import Resource
from service.fhir.parsing import parse
from service.fhir.profiles.verdict import verdict
from service.runtime import Runtime

_MODES: Final = frozenset({"", "create", "update", "delete", "profile"})
_KNOWN: Final = frozenset({"mode", "profile", "_format", "_pretty"})


class _Asked(NamedTuple):
    """What is to be judged (None: what is stored), for which interaction, by which profile."""

    resource: Resource | None
    mode: str
    profile: str
    faults: tuple[Issue, ...] = ()


def validate(runtime: Runtime, type_: str) -> Response:
    """Judge what was sent."""
    expect_type(type_)
    viewer = viewer_of(runtime)
    asked = _sent()
    if asked.mode == "delete":
        raise Invalid(issues=[Issue("value", "a deletion is of one resource: name its id", "mode")])
    if asked.resource is None and not asked.faults:
        raise Invalid(issues=[Issue("required", "a resource to validate is missing", PARAMETERS)])
    return answer_outcome(_judged(runtime, viewer, asked, type_))


def validate_instance(runtime: Runtime, type_: str, id_: str) -> Response:
    """Judge what was sent for this id, or, where nothing was, what is stored under it."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.READ)
    expect_id(id_)
    asked = _sent()
    if asked.mode == "delete":
        return answer_outcome(_deletable(runtime, viewer, type_, id_))
    if asked.resource is None and not asked.faults:
        _, body = current(runtime, viewer, type_, id_)
        asked = asked._replace(resource=parse(body))
    return answer_outcome([*_named(asked, type_, id_), *_judged(runtime, viewer, asked, type_)])


def expect_validate(runtime: Runtime) -> None:
    """Raise what the question is refused for by its inputs."""
    viewer_of(runtime)
    _sent()


def _sent() -> _Asked:
    pairs = address_inputs()
    resource: Resource | None = None
    faults: tuple[Issue, ...] = ()
    if request.content_length:
        try:
            resource = parse(sent_body())
        except (Invalid, NotSupported) as error:
            faults = error.issues
    if resource and resource["resourceType"] == PARAMETERS:
        more, resources = inputs_of(resource)
        _expect_only_resource(resources)
        resource, pairs = resources.get("resource"), pairs + more
    return _asked(pairs, resource, faults)


def _expect_only_resource(resources: Mapping[str, Resource]) -> None:
    for name in resources.keys() - {"resource"}:
        words = f"this operation takes no resource `{name[:64]}`"
        raise Invalid(issues=[Issue("not-supported", words, PARAMETERS)])


def _asked(pairs: Pairs, resource: Resource | None, faults: tuple[Issue, ...]) -> _Asked:
    once(pairs, known=_KNOWN)
    given = dict(pairs)
    mode, profile = given.get("mode", ""), given.get("profile", "")
    if mode not in _MODES:
        words = f"`mode` is one of {', '.join(sorted(_MODES - {''}))}"
        raise Invalid(issues=[Issue("value", words, "mode")])
    if mode == "profile" and not profile:
        raise Invalid(issues=[Issue("required", "which `profile`?", "profile")])
    return _Asked(resource, mode, profile, faults)


def _judged(runtime: Runtime, viewer: Viewer, asked: _Asked, type_: str) -> list[Issue]:
    if asked.resource is None:
        return list(asked.faults)
    if asked.resource["resourceType"] != type_:
        words = f"a resource of the type {type_} is expected here, as the address says"
        return [Issue("value", words, f"{asked.resource['resourceType']}.resourceType")]
    profiles = [asked.profile] if asked.profile else []
    with runtime.store.read() as view:
        found = verdict(asked.resource, profiles, Definitions(runtime, view, viewer))
    if any(one.severity == "error" for one in found):
        return found
    return [*found, *runtime.reader.protocol_issues(asked.resource, type_)]


def _named(asked: _Asked, type_: str, id_: str) -> Iterator[Issue]:
    """An update is of the resource that its address names."""
    if asked.resource is not None and asked.mode == "update" and asked.resource.get("id") != id_:
        words = "the id must be there and the same as in the address"
        yield Issue("value", words, f"{type_}.id")


def _deletable(runtime: Runtime, viewer: Viewer, type_: str, id_: str) -> list[Issue]:
    """Whatever is there may be deleted; what is deleted already, or was never there, is no fault."""
    expect_scope(viewer, type_, Interaction.DELETE)
    try:
        current(runtime, viewer, type_, id_)
    except (Deleted, NotFound) as error:
        return [issue._replace(severity="information") for issue in error.issues]
    return []
