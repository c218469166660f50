"""`PlanDefinition/$apply`: what a protocol would ask of one patient, proposed and not saved.

Source: R4 plandefinition-operation-apply.html. What is proposed is `CarePlan/$accept`'s to take in.
"""

from collections.abc import Mapping
from typing import Final

from flask import Response, request

from service.api.auth import expect, note_refused
from service.api.fhir.addresses import expect_id
from service.api.fhir.answering import as_read
from service.api.fhir.content import answer_type, sent_body
from service.api.fhir.definitions import Definitions
from service.api.fhir.operation_inputs import address_inputs
from service.api.fhir.read import current
from service.api.json_answers import kept_by_nobody, language_of
from service.api.request_ids import request_id
from service.domain.access import CARING, Viewer
from service.domain.errors import Forbidden, Invalid, Issue, NotFound
from service.domain.proposal import ProposedFollowUp
from service.domain.scope import Interaction
from service.fhir.asked import PARAMETERS, Pairs, inputs_of, once
from service.fhir.nested import Resource
from service.fhir.parsing import parse
from service.fhir.protocol.applied import PLAN_DEFINITION, protocol_of
from service.fhir.references import own_target
from service.fhir.rendering.proposal import ProposalContent, proposed_care_plan
from service.runtime import Runtime
from service.wording.because import because
from service.workflows.apply_protocol import Applied, apply_protocol
from service.workflows.ports import View

SUBJECT: Final = "subject"
LANGUAGE: Final = "userLanguage"
CARE_TEAM: Final = ("Practitioner", "PractitionerRole")
# Who and what a proposal may name, with the types that each may be.
NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "encounter": ("Encounter",),
    "practitioner": CARE_TEAM,
    "organization": ("Organization",),
}
_OF_THE_ANSWER: Final = frozenset({"_format", "_pretty"})
_KNOWN: Final = frozenset({SUBJECT, LANGUAGE, *NAMED}) | _OF_THE_ANSWER
_DEFINITION: Final = "planDefinition"


def apply_instance(runtime: Runtime, id_: str) -> Response:
    """Apply the PlanDefinition of an id; 422 where it cannot be followed, or does not fit the patient."""
    viewer = _viewer(runtime)
    expect_id(id_)
    pairs, resources = _inputs()
    once(pairs, known=_KNOWN)
    _expect_none(resources)
    _, body = current(runtime, viewer, PLAN_DEFINITION, id_)
    return _answer(runtime, viewer, parse(body), pairs)


def apply_type(runtime: Runtime) -> Response:
    """Apply the `planDefinition` that is sent, or that a canonical names."""
    viewer = _viewer(runtime)
    pairs, resources = _inputs()
    sent = resources.pop(_DEFINITION, None)
    once(pairs, known=_KNOWN if sent else _KNOWN | {_DEFINITION})
    _expect_none(resources)
    canonical = dict(pairs).get(_DEFINITION, "")
    plan = sent or _defined(runtime, viewer, canonical)
    if plan["resourceType"] != PLAN_DEFINITION:
        raise Invalid(issues=[Issue("value", "a PlanDefinition is expected", _DEFINITION)])
    return _answer(runtime, viewer, plan, pairs)


def expect_apply(runtime: Runtime) -> None:
    """Raise what the question is refused for by its scopes and inputs."""
    _viewer(runtime)
    pairs, _ = _inputs()
    once(pairs, known=_KNOWN | {_DEFINITION})


def _viewer(runtime: Runtime) -> Viewer:
    """Who asks: a proposal is made by those who care for patients."""
    runtime.store.catch_up()
    viewer = expect(runtime, "CarePlan", Interaction.READ)
    if viewer.role not in CARING:
        note_refused(runtime, viewer, "$apply")
        raise Forbidden("A protocol is applied by a professional, or by a system.")
    return viewer


def _inputs() -> tuple[Pairs, dict[str, Resource]]:
    pairs, resources = address_inputs(), dict[str, Resource]()
    if request.method == "POST" and request.content_length:
        sent = parse(sent_body())
        if sent["resourceType"] != PARAMETERS:
            raise Invalid("an operation takes a Parameters resource", "resourceType")
        more, resources = inputs_of(sent)
        pairs += more
    return pairs, resources


def _expect_none(resources: Mapping[str, Resource]) -> None:
    for name in resources:
        words = f"this operation takes no resource `{name[:64]}` here"
        raise Invalid(issues=[Issue("not-supported", words, PARAMETERS)])


def _defined(runtime: Runtime, viewer: Viewer, canonical: str) -> Resource:
    if not canonical:
        raise Invalid(issues=[Issue("required", "which `planDefinition`?", _DEFINITION)])
    with runtime.store.read() as view:
        found = Definitions(runtime, view, viewer).find(PLAN_DEFINITION, canonical)
    if found is None:
        raise NotFound(issues=[Issue("not-found", "there is no such PlanDefinition", _DEFINITION)])
    return found


def _answer(runtime: Runtime, viewer: Viewer, plan: Resource, pairs: Pairs) -> Response:
    given = dict(pairs)
    language = _language(runtime, given)
    patient = target_of_input(runtime, given, SUBJECT, ("Patient",))
    if not patient:
        raise Invalid(issues=[Issue("required", "for which patient?", SUBJECT)])
    patient = patient.removeprefix("Patient/")
    protocol = protocol_of(plan, runtime.catalogue, runtime.settings.profiles_dir)
    with runtime.store.read() as view:
        applied = apply_protocol(
            view, patient, protocol, runtime.catalogue, viewer=viewer, today=viewer.today
        )
        named = _named(runtime, view, viewer, given, applied)
    runtime.note_read(
        viewer,
        "apply",
        scope=f"{PLAN_DEFINITION}/{protocol.id}",
        patients=(applied.key,),
        request=request_id(),
    )
    content = ProposalContent(
        patient,
        applied.invented,
        viewer.today,
        language,
        _reasons(runtime, applied.proposal.follow_ups, language),
        **named,
    )
    body = proposed_care_plan(applied.proposal, plan, runtime.catalogue, content)
    return _proposed(body, language)


def _proposed(body: bytes, language: str) -> Response:
    headers = {"Content-Language": language}
    answer = Response(as_read(body), headers=headers, content_type=answer_type())
    return kept_by_nobody(answer, "Accept-Language")


def _language(runtime: Runtime, given: Mapping[str, str]) -> str:
    asked = given.get(LANGUAGE)
    if asked is None:
        return language_of(runtime)
    language = asked.partition("-")[0].lower()
    if language not in runtime.words:
        words = f"what is told is told in {', '.join(sorted(runtime.words))}"
        raise Invalid(issues=[Issue("not-supported", words, LANGUAGE)])
    return language


def target_of_input(
    runtime: Runtime, given: Mapping[str, str], name: str, types: tuple[str, ...]
) -> str:
    """What an input names, as a relative reference; empty where it is not given."""
    text = given.get(name, "")
    if not text:
        return ""
    whole = text if "/" in text else f"{types[0]}/{text}"
    target = own_target(whole, f"{runtime.settings.base_url}/fhir")
    if target is None or target.type not in types:
        words = f"a reference to a {' or '.join(types)} of this server is expected"
        raise Invalid(issues=[Issue("value", words, name)])
    return f"{target.type}/{target.id}"


def _named(
    runtime: Runtime, view: View, viewer: Viewer, given: Mapping[str, str], applied: Applied
) -> dict[str, str]:
    """What else the proposal names; Invalid for what the viewer does not see, or is another patient's."""
    found = {name: target_of_input(runtime, given, name, types) for name, types in NAMED.items()}
    for name, target in found.items():
        type_, _, id_ = target.partition("/")
        stored = view.resources.find_many(type_, [id_], viewer=viewer).get(id_) if target else None
        is_theirs = stored is not None and stored.patient in {0, applied.key}
        if target and not (is_theirs and stored is not None and not stored.deleted):
            words = "there is no such resource, or it is not about this patient"
            raise Invalid(issues=[Issue("not-found", words, name)])
    return found


def _reasons(
    runtime: Runtime, proposed: tuple[ProposedFollowUp, ...], language: str
) -> dict[str, str]:
    """Why each is asked for then, in words, by the activity's id."""
    teller = runtime.tellers[language]
    return {one.activity.id: str(because(teller, one.follow_up).text) for one in proposed}
