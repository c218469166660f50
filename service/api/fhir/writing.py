"""Carrying writes out: one transaction with its line in the access log, and what to answer of each.

Source: R4 http.html, create, update, delete.
"""

from typing import Final

import orjson
from flask import request

from service.api.fhir.content import OUTCOME, Preferences, sent_query
from service.api.fhir.dangling import dangling
from service.domain.access import Viewer
from service.domain.errors import Issue
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
from service.workflows.receive_resources import Received

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
