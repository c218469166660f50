"""`CarePlan/$accept`: what `$apply` proposed is taken into the patient's live plan, in one transaction.

Source: what-is-due 8.6. The plan follows the facts of the moment: the outcome lists what differs from
what was proposed (`Prefer: return=OperationOutcome`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

import orjson
from flask import Response

from service.api.auth import expect, note_refused
from service.api.fhir.answering import answer_write
from service.api.fhir.apply import CARE_TEAM, target_of_input
from service.api.fhir.content import OUTCOME, Preferences, preferences, sent_body
from service.api.fhir.operation_inputs import address_inputs
from service.api.request_ids import request_id
from service.domain.access import CARING, Access, Viewer
from service.domain.errors import Forbidden, Invalid, Issue, NotFound
from service.domain.record import Stored
from service.domain.scope import Interaction
from service.fhir.acceptance import ProposalReader
from service.fhir.answers import Answer, etag_of
from service.fhir.asked import PARAMETERS, inputs_of, once
from service.fhir.bundle import read_bundle
from service.fhir.evidence.days import day_of
from service.fhir.nested import Resource
from service.fhir.outcome import outcome
from service.fhir.parsing import parse
from service.fhir.rendering.accepted import (
    Accepting,
    accepted_goals,
    accepted_plan,
    decided_request,
)
from service.fhir.rendering.consequences import acceptance_told
from service.fhir.rendering.made import Json
from service.fhir.submissions import raise_on
from service.fhir.validation import issues_of
from service.runtime import Runtime
from service.workflows.ports import Work
from service.workflows.receive_resources import receive_resources
from service.workflows.start_care_plan import Begun, start_care_plan

_PLAN: Final = "CarePlan"
_INPUT: Final = "care-plan"
_AGREED_ON, _REASON, _PRACTITIONER = "agreed-on", "reason", "practitioner"
_KNOWN: Final = frozenset({_AGREED_ON, _REASON, _PRACTITIONER, "_format", "_pretty"})
_NEEDED: Final = (
    (_PLAN, Interaction.UPDATE),
    ("ServiceRequest", Interaction.UPDATE),
    ("Goal", Interaction.CREATE),
)


class _Sent(NamedTuple):
    """What is accepted, by whom, why, and since when it is agreed on."""

    plan: Resource
    practitioner: str
    reason: str
    agreed_on: date | None


def accept(runtime: Runtime) -> Response:
    """Begin what was proposed, or add it: 201 where the plan is new, else 200; again, it changes nothing."""
    viewer = _viewer(runtime)
    runtime.store.catch_up()
    sent = _sent(runtime, viewer)
    preferred = preferences()
    begun, stored = _carry_out(runtime, viewer, sent)
    return answer_write(_answer(runtime, begun, stored, preferred), preferred)


def _viewer(runtime: Runtime) -> Viewer:
    """Who accepts: one of those who care for patients, who may write all that an acceptance writes."""
    viewer = expect(runtime, _PLAN, Interaction.CREATE)
    if viewer.role not in CARING:
        note_refused(runtime, viewer, "$accept")
        raise Forbidden("A proposal is accepted by a professional, or by a system.")
    for type_, interaction in _NEEDED:
        expect(runtime, type_, interaction)
    return viewer


def _sent(runtime: Runtime, viewer: Viewer) -> _Sent:
    pairs, plan = address_inputs(), parse(sent_body())
    if plan["resourceType"] == PARAMETERS:
        more, resources = inputs_of(plan)
        pairs += more
        if resources.keys() != {_INPUT}:
            words = f"the proposal is sent as `{_INPUT}`, and no other resource"
            raise Invalid(issues=[Issue("required", words, PARAMETERS)])
        plan = resources[_INPUT]
    if plan["resourceType"] != _PLAN:
        raise Invalid("a CarePlan is accepted, as $apply gave it", "resourceType")
    once(pairs, known=_KNOWN)
    raise_on([*issues_of(plan), *runtime.reader.refusals(plan, _PLAN)])
    given = dict(pairs)
    return _Sent(
        plan,
        target_of_input(runtime, given, _PRACTITIONER, CARE_TEAM),
        given.get(_REASON, ""),
        _agreed_on(given.get(_AGREED_ON, ""), viewer.today),
    )


def _agreed_on(text: str, today: date) -> date | None:
    day = day_of(text) if text else None
    if text and (day is None or day > today):
        words = "a day is expected, today or before"
        raise Invalid(issues=[Issue("value", words, _AGREED_ON)])
    return day


def _carry_out(runtime: Runtime, viewer: Viewer, sent: _Sent) -> tuple[Begun, Stored]:
    reader = ProposalReader(sent.plan, runtime.catalogue, f"{runtime.settings.base_url}/fhir")
    acceptance = reader.acceptance(author=sent.practitioner, reason=sent.reason)
    keeping, today = runtime.receiving.keeping, viewer.today

    def change(work: Work) -> tuple[Begun, Stored]:
        begun = start_care_plan(work, acceptance, keeping, viewer=viewer, today=today)
        writing = Accepting(
            acceptance,
            begun.proposal,
            begun.care_plan,
            today,
            begun.invented,
            sent.agreed_on,
        )
        _write(runtime, viewer, work, list(_written(work, viewer, begun, sent.plan, writing)))
        work.access_log.add(_access(viewer, begun, work))
        stored = work.resources.find(_PLAN, begun.care_plan, viewer=viewer)
        if stored is None:
            raise NotFound
        return begun, stored

    try:
        return runtime.store.carry_out(
            change, actor=viewer.subject, request=request_id(), at=runtime.clock.now()
        )
    except Forbidden:
        note_refused(runtime, viewer, "$accept")
        raise


def _written(
    work: Work, viewer: Viewer, begun: Begun, sent: Resource, writing: Accepting
) -> Iterator[Json]:
    """What the one who accepts writes into the plan."""
    requests = work.resources.find_many("ServiceRequest", begun.decided, viewer=viewer)
    for id_, decided in begun.decided.items():
        yield decided_request(requests[id_].body, decided)
    goals = work.resources.find_many("Goal", writing.goal_ids, viewer=viewer)
    standing = {id_: one.body for id_, one in goals.items() if not one.deleted}
    yield from accepted_goals(sent, writing, standing)
    plan = work.resources.find(_PLAN, begun.care_plan, viewer=viewer)
    changed = accepted_plan(plan.body, writing) if plan else None
    if changed:
        yield changed


def _write(runtime: Runtime, viewer: Viewer, work: Work, resources: list[Json]) -> None:
    if not resources:
        return
    entries = [
        {
            "resource": one,
            "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
        }
        for one in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    submissions = runtime.intake.bundle(read_bundle(orjson.dumps(bundle)), at=work.at)
    receive_resources(work, submissions, runtime.receiving, viewer=viewer, today=viewer.today)


def _access(viewer: Viewer, begun: Begun, work: Work) -> Access:
    return Access(
        at=work.at,
        who=viewer.subject,
        role=viewer.role,
        action="accept",
        outcome="success",
        scope=f"{_PLAN}/{begun.care_plan}",
        on_behalf=viewer.patient,
        unit=viewer.unit,
        why=viewer.reason,
        request=request_id(),
        patients=(begun.key,),
    )


def _answer(runtime: Runtime, begun: Begun, stored: Stored, preferred: Preferences) -> Answer:
    told = b""
    if preferred.returned == OUTCOME:
        told = outcome(
            acceptance_told(begun.proposal.protocol, begun.differences, is_begun=begun.is_begun)
        )
    return Answer(
        "201 Created" if begun.is_new else "200 OK",
        f"{runtime.settings.base_url}/fhir/{_PLAN}/{stored.id}/_history/{stored.version}",
        etag_of(stored.version),
        stored.at,
        body=stored.body if preferred.returned in {"", "representation"} else b"",
        outcome=told,
    )
