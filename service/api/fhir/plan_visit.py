"""`Patient/{id}/$plan-visit`: the fewest contacts for one patient, with the proof; nothing is stored."""

from typing import Final

from flask import Response

from service.api.auth import expect
from service.api.fhir.addresses import expect_id
from service.api.fhir.answering import ASK_AGAIN
from service.api.fhir.content import answer_type
from service.api.fhir.follow_up import day_given, known_at_given
from service.api.fhir.operation_inputs import simple_inputs
from service.api.json_answers import language_of
from service.api.request_ids import request_id
from service.domain.access import Viewer
from service.domain.errors import Invalid
from service.domain.interval import Interval
from service.domain.scope import Interaction
from service.domain.seen import SeenFollowUp
from service.fhir.asked import once
from service.fhir.rendering.visits import visit_parameters
from service.runtime import Runtime
from service.workflows.plan_visit import VisitQuestion, plan_visit

_KNOWN: Final = frozenset({"from", "until", "as-of", "known-at", "_format", "_pretty"})
_AHEAD: Final = Interval(months=12)
# As far as the projection is kept ahead (what-is-due 7.3).
_AHEAD_AT_MOST: Final = Interval(months=24)


def visits(runtime: Runtime, id_: str) -> Response:
    """Answer with Parameters; 404 where the viewer sees no such patient."""
    viewer, asked = expect_visits(runtime, id_)
    with runtime.store.read() as view:
        found = plan_visit(view, id_, asked, viewer=viewer, catalogue=runtime.catalogue)
    runtime.note_read(
        viewer,
        "plan-visit",
        scope=f"Patient/{id_}",
        patients=(found.plan.key,),
        request=request_id(),
    )
    language = language_of(runtime)
    teller = runtime.tellers[language]

    def name_of(one: SeenFollowUp) -> str:
        return teller.name_of(one.activity, one.kind, one.stretch)

    body = visit_parameters(
        found.plan, found.visits, runtime.catalogue, name_of, checked=not found.faults
    )
    headers = {
        "Cache-Control": ASK_AGAIN,
        "Content-Language": language,
        "Vary": "Accept-Language, Authorization",
    }
    return Response(body, headers=headers, content_type=answer_type())


def expect_visits(runtime: Runtime, id_: str) -> tuple[Viewer, VisitQuestion]:
    """Who asks for which visits; raises what the question is refused for."""
    viewer = expect(runtime, "ServiceRequest", Interaction.READ)
    expect_id(id_)
    pairs = simple_inputs()
    once(pairs, known=_KNOWN)
    given = dict(pairs)
    as_of = day_given(given, "as-of") or viewer.today
    from_day = day_given(given, "from") or as_of
    until = day_given(given, "until") or _AHEAD.after(from_day)
    if not as_of <= from_day <= _AHEAD.after(as_of):
        raise Invalid("a day not before `as-of`, nor more than 12 months after it", "from")
    if not from_day <= until <= _AHEAD_AT_MOST.after(from_day):
        raise Invalid("a day not before `from`, nor more than 24 months after it", "until")
    return viewer, VisitQuestion(as_of, known_at_given(given), from_day, until)
