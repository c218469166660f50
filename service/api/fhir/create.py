"""Create, also conditional (R4 http.html#create, #ccreate).

Some clients write the condition into the address, where R4 has none. It is taken for what it means:
to pass over it would store a second resource of what is there already.
"""

from typing import Final
from urllib.parse import urlencode

from flask import Response, request

from service.api.auth import expect
from service.api.carrying_out import carry_out
from service.api.fhir.addresses import expect_type
from service.api.fhir.answering import answer_write
from service.api.fhir.content import preferences, sent_body, sent_query
from service.api.fhir.definitions import intake_for
from service.api.fhir.writing import answer_of
from service.domain.errors import Invalid
from service.domain.scope import Interaction
from service.fhir.conditions import Conditions
from service.fhir.identity_code import refuse_identity_codes
from service.fhir.search.query import pairs_of
from service.runtime import Runtime

_CONDITION: Final = "If-None-Exist"
_OF_THE_ANSWER: Final = frozenset({"_format", "_pretty", "_summary", "_elements"})


def create(runtime: Runtime, type_: str) -> Response:
    """Store a new resource: 201; with If-None-Exist 200 and the one that stands already."""
    expect_type(type_)
    viewer = expect(runtime, type_, Interaction.CREATE)
    condition = "&".join(filter(None, (_sent_condition(), _addressed())))
    refuse_identity_codes([(_CONDITION, condition)])
    if condition:
        expect(runtime, type_, Interaction.SEARCH)
    at = runtime.clock.now()
    submissions = intake_for(runtime, viewer).single(
        type_, sent_body(), id="", conditions=Conditions(if_none_exist=condition), at=at
    )
    received = carry_out(runtime, viewer, submissions, at=at, action="create")
    preferred = preferences()
    answer = answer_of(runtime, viewer, received[0], preferred, returned="representation")
    return answer_write(answer, preferred)


def _sent_condition() -> str:
    """If-None-Exist; Invalid where it is empty, for what it was to prevent would be stored.

    What is not ASCII comes here empty.
    """
    sent = request.headers.get(_CONDITION)
    if sent is not None and not sent.strip():
        words = "If-None-Exist is empty, or has letters that are not percent-encoded"
        raise Invalid(words)
    return sent or ""


def _addressed() -> str:
    """The condition in the address, without what is said there of the answer."""
    pairs = pairs_of(sent_query())
    return urlencode([pair for pair in pairs if pair[0] not in _OF_THE_ANSWER])
