"""Carrying writes out: one transaction with its line in the access log, and what to answer of each.

Source: R4 http.html, create, update, delete.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final

import orjson
from flask import request

from service.api.auth import note_refused
from service.api.fhir.content import OUTCOME, Preferences, sent_query
from service.api.fhir.dangling import dangling
from service.api.request_ids import request_id
from service.domain.access import Access, Viewer
from service.domain.errors import Forbidden, Issue
from service.domain.record import Stored
from service.fhir.answers import Answer, etag_of
from service.fhir.conditions import Conditions
from service.fhir.outcome import outcome
from service.fhir.protocol.publication import PLAN_DEFINITION
from service.fhir.rendering.consequences import (
    NOTHING_TO_DELETE,
    STANDS_ALREADY,
    Effects,
    consequences,
)
from service.runtime import Runtime
from service.workflows.deciding import Submissions, read_ahead
from service.workflows.looking_ahead import Ahead, begin, look_ahead
from service.workflows.ports import Work
from service.workflows.receive_resources import Received, receive_resources

# A header without a value, and one that is not ASCII, which comes here empty, names no version: to
# pass over it would write over what another has changed.
_NO_VERSION: Final = '""'
_STATUSES = {True: "201 Created", False: "200 OK"}


def conditions_sent(*, by_query: bool) -> Conditions:
    """The conditional headers of a write; `by_query`: the address says which resource is meant."""
    headers = request.headers
    return Conditions(
        if_match=headers["If-Match"].strip() or _NO_VERSION if "If-Match" in headers else "",
        if_none_match=headers.get("If-None-Match", ""),
        query=sent_query() if by_query else None,
    )


def carry_out(
    runtime: Runtime,
    viewer: Viewer,
    submissions: Submissions,
    *,
    at: datetime,
    action: str,
    expecting: Callable[[Work], None] | None = None,
) -> list[Received]:
    """Receive what was sent; `expecting` raises, before the commit, what would leave nothing stored."""
    today = runtime.clock.today()
    ahead = _looked_ahead(runtime, submissions, today)

    def change(work: Work) -> list[Received]:
        received = receive_resources(
            work, submissions, runtime.receiving, viewer=viewer, today=today, ahead=ahead
        )
        if expecting:
            expecting(work)
        work.access_log.add(_access(viewer, received, at=work.at, action=action))
        return received

    try:
        return runtime.store.carry_out(change, actor=viewer.subject, request=request_id(), at=at)
    except Forbidden:
        note_refused(runtime, viewer, action)
        raise


def _looked_ahead(runtime: Runtime, submissions: Submissions, today: date) -> Ahead | None:
    """What is read before the transaction, and computed where everybody would wait for it within."""
    decided = read_ahead(submissions, runtime.receiving.new_id, today=today)
    if decided is None or not runtime.store.writes_in_turn:
        return Ahead(decided) if decided else None
    with runtime.store.read(one_moment=True) as view:
        begun = begin(view, decided.readings.values(), today=today)
    keeping = runtime.receiving.keeping
    return Ahead(decided, look_ahead(begun, keeping, today=today) if begun else None)


def _access(viewer: Viewer, received: Sequence[Received], *, at: datetime, action: str) -> Access:
    stored = [one.stored for one in received if one.stored]
    only = stored[0] if len(stored) == 1 else None
    return Access(
        at=at,
        who=viewer.subject,
        role=viewer.role,
        action=action,
        outcome="success",
        scope=f"{only.type}/{only.id}" if only else f"{len(received)} entries",
        on_behalf=viewer.patient,
        unit=viewer.unit,
        why=viewer.reason,
        request=request_id(),
        patients=tuple(sorted(_concerned(received))),
    )


def _concerned(received: Iterable[Received]) -> set[int]:
    """Whom the writes are about: who has the resources now, and who had them until then."""
    written = [one for one in received if one.stored]
    keys = {one.stored.patient for one in written if one.stored} | {one.before for one in written}
    return {key for key in keys if key > 0}


def answer_of(
    runtime: Runtime, viewer: Viewer, received: Received, preferred: Preferences, *, returned: str
) -> Answer:
    """The answer to one write; `returned` is what is sent back where the client says nothing."""
    stored = received.stored
    wanted = preferred.returned or returned
    if stored is None or stored.deleted:
        return _answer_of_deletion(runtime, viewer, received, wanted)
    told = _outcome(runtime, viewer, received, stored) if wanted == OUTCOME else b""
    return Answer(
        _STATUSES[received.is_new],
        f"{runtime.settings.base_url}/fhir/{stored.type}/{stored.id}/_history/{stored.version}",
        etag_of(stored.version),
        stored.at,
        body=stored.body if wanted == "representation" else b"",
        outcome=told,
    )


def _answer_of_deletion(
    runtime: Runtime, viewer: Viewer, received: Received, wanted: str
) -> Answer:
    """204, or 200 where the client wants to know what the deletion did."""
    stored = received.stored
    etag = etag_of(stored.version) if stored else ""
    if wanted != OUTCOME:
        return Answer("204 No Content", etag=etag)
    told = _outcome(runtime, viewer, received, stored)
    return Answer("200 OK", etag=etag, outcome=told)


def _outcome(runtime: Runtime, viewer: Viewer, received: Received, stored: Stored | None) -> bytes:
    """What the write did to follow-ups, and which of its references lead nowhere."""
    expression = received.submission.expression
    if stored is None or received.stands:
        words = STANDS_ALREADY if stored else NOTHING_TO_DELETE
        return outcome([Issue("informational", words, expression, "information")])
    done = consequences(
        Effects(received.changed, received.reopened, received.enrolled, received.not_counted),
        runtime.catalogue,
        stored=stored,
        today=runtime.clock.today(),
        expression=expression,
    )
    faults = _faults(runtime, stored, expression)
    return outcome([*done, *faults, *dangling(runtime, viewer, stored, expression)])


def _faults(runtime: Runtime, stored: Stored, expression: str) -> list[Issue]:
    """What keeps a draft of a protocol from becoming active."""
    if stored.type != PLAN_DEFINITION or stored.deleted:
        return []
    is_entry = expression.startswith("Bundle")
    place = f"{expression}.resource" if is_entry else PLAN_DEFINITION
    return runtime.reader.protocol_issues(orjson.loads(stored.body), place)
