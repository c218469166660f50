"""`Patient/{id}/$follow-up`: every follow-up with window, state and reason, on any day, as then known."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from flask import Response

from service.api.auth import expect
from service.api.fhir.addresses import expect_id
from service.api.fhir.answering import ASK_AGAIN
from service.api.fhir.content import answer_type
from service.api.fhir.operation_inputs import simple_inputs
from service.api.json_answers import language_of
from service.api.request_ids import request_id
from service.api.schemas.parameters import Day
from service.domain.access import Role, Viewer
from service.domain.errors import Invalid
from service.domain.scope import Interaction
from service.domain.seen import SeenFollowUp
from service.fhir.asked import once
from service.fhir.rendering.parameters import follow_up_parameters
from service.fhir.timing import instant_of, moment_of, range_of
from service.runtime import Runtime
from service.wording.because import because
from service.wording.grounds import Reader
from service.workflows.show_care_plan import show_care_plan

_KNOWN: Final = frozenset({"as-of", "known-at", "_format", "_pretty"})


def follow_up(runtime: Runtime, id_: str) -> Response:
    """Answer with Parameters; 404 where the viewer sees no such patient."""
    viewer, as_of, known_at = expect_follow_up(runtime, id_)
    with runtime.store.read() as view:
        plan = show_care_plan(view, id_, viewer=viewer, as_of=as_of, known_at=known_at)
    runtime.note_read(
        viewer,
        "follow-up",
        scope=f"Patient/{id_}",
        patients=(plan.key,),
        request=request_id(),
    )
    language = language_of(runtime)
    teller = runtime.tellers[language]
    reader = Reader.PATIENT if viewer.role is Role.PATIENT else Reader.STAFF

    def told(one: SeenFollowUp) -> str:
        return str(because(teller, one, reader=reader).text)

    body = follow_up_parameters(plan, runtime.catalogue, told)
    headers = {
        "Cache-Control": ASK_AGAIN,
        "Content-Language": language,
        "Vary": "Accept-Language, Authorization",
    }
    return Response(body, headers=headers, content_type=answer_type())


def expect_follow_up(runtime: Runtime, id_: str) -> tuple[Viewer, date, datetime | None]:
    """Who asks, of which day, as known when; raises what the question is refused for."""
    viewer = expect(runtime, "ServiceRequest", Interaction.READ)
    expect_id(id_)
    pairs = simple_inputs()
    once(pairs, known=_KNOWN)
    given = dict(pairs)
    as_of, known_at = day_given(given, "as-of"), known_at_given(given)
    return viewer, as_of or viewer.today, known_at


def day_given(given: Mapping[str, str], name: str) -> date | None:
    """The day that an input names; Invalid where it is none."""
    written = given.get(name, "")
    found = Day().read(written) if written else None
    if written and found is None:
        raise Invalid(f"what is expected is {Day.allowed}", name)
    return found


def known_at_given(given: Mapping[str, str]) -> datetime | None:
    """The last instant of what is written: `meta.lastUpdated` of a version includes that version."""
    written = given.get("known-at", "").replace(" ", "+")
    if not written:
        return None
    found = range_of(written) if instant_of(written) else None
    if found is None:
        raise Invalid("an instant with its time zone is expected", "known-at")
    return moment_of(found.high - 1)
