"""Recording contacts with people: what a nurse tells, on a page or through our own API, becomes a Communication.

Stored as if a client had sent it: judged, noted, and in the access log, in one transaction. Author and
unit are the viewer's. A contact closes no follow-up (what-is-due 5.7).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple

from service.clock import CLINIC_ZONE, clinic_day
from service.domain.access import CARING, Viewer
from service.domain.errors import BusinessRuleBroken, Forbidden, Invalid, Issue, NotFound
from service.domain.outreach import (
    NotedOutreach,
    Opening,
    Outreach,
    OutreachResult,
    ToRecord,
    return_day,
)
from service.domain.seen import SeenPlan
from service.domain.window import State
from service.fhir.conditions import Conditions
from service.fhir.evidence.communication import outreach_of
from service.fhir.parsing import parse
from service.fhir.rendering.contact import (
    KEYS,
    ContactContent,
    communication,
    entered_in_error,
    request_of,
)
from service.recording.receiving import Receiver
from service.runtime import Runtime

COMMUNICATION: Final = "Communication"
OPEN: Final = frozenset({State.DUE, State.OVERDUE})
"""The states of what a contact is about where it names nothing."""


class KeyUsed(BusinessRuleBroken):
    """The idempotency key came with another request before."""


class Recorded(NamedTuple):
    """A contact as it was recorded; not `is_new` where the same request came before."""

    contact: NotedOutreach
    note: str
    is_new: bool


def record_contact(runtime: Runtime, viewer: Viewer, told: ToRecord, *, request: str) -> Recorded:
    """Record a contact.

    Forbidden for those who care for nobody, NotFound where the viewer sees no such patient, Invalid
    names the members that are wrong, KeyUsed where the key was another request's.
    """
    at, plan = runtime.clock.now(), _plan(runtime, viewer, told.patient)
    outreach = _outreach(runtime, viewer, told, plan, _on_the_day(viewer.today, at))
    content = _content(runtime, viewer, told, plan, outreach)
    condition = f"identifier={KEYS}|{content.key}" if content.key else ""
    submissions = runtime.intake.single(
        COMMUNICATION,
        communication(content),
        id="",
        conditions=Conditions(if_none_exist=condition),
        at=at,
    )
    [received] = Receiver(runtime, viewer, request).receive(
        submissions,
        at=at,
        action="create",
        expecting=lambda work: work.openings.close(plan.key, viewer.subject),
    )
    stored = received.stored
    if stored is None or (received.stands and request_of(stored.body) != content.request):
        raise KeyUsed("This Idempotency-Key came with another request before.", "Idempotency-Key")
    contacts = outreach_of(parse(stored.body), runtime.catalogue.figures)
    if not contacts:
        raise KeyUsed("The contact of this Idempotency-Key has been taken back.", "Idempotency-Key")
    return Recorded(NotedOutreach(stored.id, contacts[0]), told.note, received.is_new)


def take_back_contact(runtime: Runtime, viewer: Viewer, id_: str, *, request: str) -> None:
    """Let a contact be entered in error; NotFound where the viewer sees no such contact."""
    _expect_caring(viewer)
    at = runtime.clock.now()
    with runtime.store.read() as view:
        stored = view.resources.read(COMMUNICATION, id_, viewer=viewer)
    if not outreach_of(parse(stored.body), runtime.catalogue.figures):
        raise NotFound
    submissions = runtime.intake.single(
        COMMUNICATION,
        entered_in_error(stored.body),
        id=id_,
        conditions=Conditions(if_match=f'W/"{stored.version}"'),
        at=at,
    )
    Receiver(runtime, viewer, request).receive(submissions, at=at, action="update")


def open_person(runtime: Runtime, viewer: Viewer, patient: str, *, request: str) -> Opening | None:
    """Let a person be open with the viewer; with whom else they are, if with anybody.

    Forbidden for those who care for nobody, NotFound where the viewer sees no such patient.
    """
    _expect_caring(viewer)
    at = runtime.clock.now()
    with runtime.store.read() as view:
        key = view.patients.keys([patient], viewer=viewer).get(patient)
        if key is None:
            raise NotFound
        others = view.openings.of_others([key], viewer.subject, at=at)
    opening = Opening(viewer.subject, viewer.role, at)
    runtime.store.carry_out(
        lambda work: work.openings.open(key, opening, viewer.unit),
        actor=viewer.subject,
        request=request,
        at=at,
    )
    runtime.note_read(viewer, "open", scope="worklist/openings", patients=[key], request=request)
    return others.get(key)


def _expect_caring(viewer: Viewer) -> None:
    if viewer.role not in CARING:
        raise Forbidden("The worklist is for those who care for patients.")


def _on_the_day(today: date, at: datetime) -> datetime:
    """An instant of the clinic's day, which a demo may let stand still."""
    local = at.astimezone(CLINIC_ZONE)
    return at if local.date() == today else datetime.combine(today, local.timetz())


def _plan(runtime: Runtime, viewer: Viewer, patient: str) -> SeenPlan:
    _expect_caring(viewer)
    with runtime.store.read() as view:
        return view.follow_ups.plan(patient, viewer=viewer, as_of=viewer.today)


def _outreach(
    runtime: Runtime, viewer: Viewer, told: ToRecord, plan: SeenPlan, at: datetime
) -> Outreach:
    figures, today = runtime.catalogue.figures, viewer.today
    faults = list(_faults(told, plan, today, figures.returns_within_days))
    if faults:
        raise Invalid(issues=faults)
    booked_on = clinic_day(told.booked_for) if told.booked_for else None
    about = told.follow_ups or [one.id for one in plan.follow_ups if one.state in OPEN]
    return Outreach(
        at,
        today,
        told.channel,
        told.result,
        told.back_on or return_day(figures, told.result, today, booked_on),
        follow_ups=tuple(dict.fromkeys(about)),
        author=viewer.subject,
        unit=viewer.unit or plan.unit.id,
        booked_for=told.booked_for,
    )


def _faults(told: ToRecord, plan: SeenPlan, today: date, within_days: int) -> Iterator[Issue]:
    """What of a contact cannot be, each with the member that says so."""
    known = {one.id for one in plan.follow_ups}
    if not known.issuperset(told.follow_ups):
        yield _fault("follow_ups", "it must be ids of the person's follow-ups.")
    last = today + timedelta(days=within_days)
    if told.back_on and not today <= told.back_on <= last:
        yield _fault("back_on", f"it must be a day from {today} to {last}.")
    if told.booked_for and told.result is not OutreachResult.BOOKED:
        yield _fault("booked_for", "it is given with the result `booked` alone.")
    elif told.booked_for and clinic_day(told.booked_for) < today:
        yield _fault("booked_for", f"it must not be before {today}.")


def _fault(member: str, words: str) -> Issue:
    return Issue(Invalid.code, f"`{member}`: {words}", member)


def _content(
    runtime: Runtime, viewer: Viewer, told: ToRecord, plan: SeenPlan, outreach: Outreach
) -> ContactContent:
    names_of = runtime.catalogue.names_of
    key = _digest([viewer.role, viewer.subject, viewer.unit, told.key]) if told.key else ""
    return ContactContent(
        patient=told.patient,
        outreach=outreach,
        result_names=names_of("contact-result", told.result.value),
        channel_names=names_of("contact-channel", told.channel.value),
        note=told.note,
        issuer=runtime.settings.issuer,
        invented=plan.person.invented,
        key=key,
        request=_digest(map(str, told)) if told.key else "",
    )


def _digest(parts: Iterable[str]) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
