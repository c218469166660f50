"""Batch and transaction (R4 http.html#transaction): many requests at once, each answered in its place."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from flask import Response

from service.api.auth import expect_scope, viewer_of
from service.api.carrying_out import carry_out
from service.api.errors import status_of
from service.api.fhir.answering import answer_bundle
from service.api.fhir.content import Preferences, preferences, sent_body
from service.api.fhir.definitions import intake_for
from service.api.fhir.entry_reading import answer_read, expect_found, expect_readable, placed
from service.api.fhir.writing import answer_of
from service.domain.access import Viewer
from service.domain.errors import SeurantaError
from service.domain.placing import placed_at
from service.domain.scope import Interaction
from service.fhir.answers import Answer, response_bundle
from service.fhir.bundle import Entry, Requests, read_bundle
from service.fhir.outcome import outcome
from service.runtime import Runtime
from service.workflows.ports import Work

_LETTERS: Final = {
    "POST": Interaction.CREATE,
    "PUT": Interaction.UPDATE,
    "PATCH": Interaction.UPDATE,
    "DELETE": Interaction.DELETE,
}


def batch_or_transaction(runtime: Runtime) -> Response:
    """Carry a Bundle out: a transaction whole or not at all, a batch entry by entry."""
    viewer = viewer_of(runtime)
    requests = read_bundle(sent_body())
    preferred = preferences()
    answers = _Answers(runtime, viewer, preferred)
    found = (
        answers.of_transaction(requests) if requests.is_transaction else answers.of_batch(requests)
    )
    body = response_bundle(found, is_transaction=requests.is_transaction)
    return answer_bundle(body, preferred)


class _Answers:
    """What becomes of the entries of one Bundle."""

    def __init__(self, runtime: Runtime, viewer: Viewer, preferred: Preferences) -> None:
        self._runtime = runtime
        self._viewer = viewer
        self._preferred = preferred

    def of_transaction(self, requests: Requests) -> list[Answer]:
        for entry in requests.entries:
            self._expect_allowed(entry)
        reading = [entry for entry in requests.entries if entry.is_read]
        strict = self._preferred.strict
        for entry in reading if not requests.issues else ():
            expect_readable(self._runtime, self._viewer, entry, strict=strict)
        answers = self._written(requests, reading)
        read = self._alone if answers else self._read
        answers |= {entry.number: read(entry) for entry in reading}
        return [answers[entry.number] for entry in requests.entries]

    def of_batch(self, requests: Requests) -> list[Answer]:
        answers = {entry.number: self._alone(entry) for entry in requests.in_turn()}
        return [answers[entry.number] for entry in requests.entries]

    def _alone(self, entry: Entry) -> Answer:
        """What becomes of an entry by itself: its own refusal is its own answer."""
        try:
            self._expect_allowed(entry)
            if entry.is_read and not entry.issues:
                return self._read(entry)
            return self._written(Requests(False, (entry,)))[entry.number]
        except SeurantaError as error:
            status = status_of(error)
            return Answer(f"{status.value} {status.phrase}", outcome=outcome(error.issues))

    def _expect_allowed(self, entry: Entry) -> None:
        letter = None if entry.is_read else _LETTERS.get(entry.method)
        if letter and entry.type:
            with placed(entry):
                expect_scope(self._viewer, entry.type, letter)
                if entry.query or entry.if_none_exist:
                    expect_scope(self._viewer, entry.type, Interaction.SEARCH)

    def _read(self, entry: Entry) -> Answer:
        strict = self._preferred.strict
        return answer_read(self._runtime, self._viewer, entry, strict=strict)

    def _written(self, requests: Requests, reading: Iterable[Entry] = ()) -> dict[int, Answer]:
        """The answers to the writes by number; nothing is stored where a read would find nothing."""
        at = self._runtime.clock.now()
        submissions = intake_for(self._runtime, self._viewer).bundle(requests, at=at)
        if not submissions.listed:
            return {}
        for reference in submissions.conditions().values():
            with placed_at(reference.expression):
                expect_scope(self._viewer, reference.query.type, Interaction.SEARCH)

        def expect_all(work: Work) -> None:
            for entry in reading:
                expect_found(self._runtime, self._viewer, entry, work)

        action = "transaction" if requests.is_transaction else "batch"
        received = carry_out(
            self._runtime, self._viewer, submissions, at=at, action=action, expecting=expect_all
        )
        answer = partial(answer_of, preferred=self._preferred, returned="")
        return {one.submission.number: answer(self._runtime, self._viewer, one) for one in received}
