"""What of people's decisions about follow-ups can be taken as they write it: checked before it is stored.

A decision has two homes, the ServiceRequest and the Task of its open round, and is carried from one to
the other (`what-is-due` 6.3). What the calendar does is nobody's to write, nor what evidence does (8.2).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment, AdjustmentKind, Change, change_of
from service.domain.care_plan import AT_WORK
from service.domain.errors import BusinessRuleBroken, Issue
from service.domain.kept import RoundOf
from service.domain.record import Reading, Stored, Submission
from service.workflows.ports import Work

_DECIDING: Final = frozenset({"rejected", "on-hold"})
_IN_ERROR: Final = "entered-in-error"
_BY_US: Final = frozenset({"cancelled", "failed", "draft"})
_PATIENTS_TELL: Final = frozenset({AdjustmentKind.DONE_ELSEWHERE, AdjustmentKind.DECLINED})
_RULE: Final = BusinessRuleBroken.code


@dataclass(frozen=True, slots=True)
class Decided:
    """One write as far as it decides about a follow-up: at which place, what it changes, what holds then."""

    expression: str
    follow_up: str
    change: Change
    holds: tuple[Adjustment, ...]


@dataclass(frozen=True, slots=True)
class Adjusting:
    """Looks at the writes of a request; `decided_on_round` and `on_request` read what stands."""

    work: Work
    viewer: Viewer
    decided_on_round: Callable[[bytes], Sequence[Adjustment]]
    decided_on_request: Callable[[bytes], Sequence[Adjustment]]

    def expect(
        self,
        listed: Sequence[Submission],
        readings: Mapping[int, Reading],
        before: Mapping[int, Stored],
    ) -> None:
        """Raise BusinessRuleBroken with each place that says what cannot be so."""
        requests: list[Decided] = []
        rounds: list[Decided] = []
        issues: list[Issue] = []
        for one in listed:
            reading, old = readings.get(one.number), before.get(one.number)
            if reading is None:
                continue
            place = _place(one, reading)
            if reading.adjustments is not None:
                requests.append(self._of_request(reading, old, place))
            elif reading.of_round is not None and old is not None:
                found = self.work.kept.round_of(reading.id)
                if found and found.follow_up == reading.of_round.follow_up:
                    issues += _status_issues(reading, old, found, place)
                    issues += (_placed(issue, place) for issue in reading.of_round.issues)
                    rounds.append(self._of_round(reading, old, found, place))
        issues += _contradictions(requests, rounds)
        issues += self._not_the_patients([*requests, *rounds])
        if issues:
            raise BusinessRuleBroken(issues=issues)

    def _of_request(self, reading: Reading, old: Stored | None, place: str) -> Decided:
        before = self.decided_on_request(old.body) if old and not old.deleted else ()
        holds = tuple(reading.adjustments or ())
        return Decided(place, reading.id, change_of(before, holds), holds)

    def _of_round(self, reading: Reading, old: Stored, found: RoundOf, place: str) -> Decided:
        said = reading.of_round
        holds = said.decided if said else ()
        before = () if old.deleted else self.decided_on_round(old.body)
        change = change_of(before, holds, is_open=found.is_open)
        return Decided(place, found.follow_up, change, holds)

    def _not_the_patients(self, decided: Sequence[Decided]) -> Iterator[Issue]:
        """What a patient may tell: that it was done elsewhere, or is not wanted; for others to accept."""
        if self.viewer.role is not Role.PATIENT:
            return
        author = f"Patient/{self.viewer.patient}"
        for one in decided:
            for new in one.change.new:
                place = f"{one.expression}.extension"
                if new.kind not in _PATIENTS_TELL:
                    words = "A patient tells what was done elsewhere or is not wanted, and no more."
                    yield Issue(_RULE, words, place)
                elif new.author != author or new.accepted_by:
                    words = f"`author` is the patient ({author}), and a professional accepts it."
                    yield Issue(_RULE, words, place)
            if any(gone.author != author or gone.accepted_by for gone in one.change.gone):
                words = "A patient takes back what they told themselves, and no more."
                yield Issue(_RULE, words, f"{one.expression}.extension")


def _status_issues(reading: Reading, old: Stored, found: RoundOf, place: str) -> Iterator[Issue]:
    """Why a person cannot give the round this status."""
    said = reading.of_round
    status = said.status if said else ""
    is_own = found.closed_by in {f"Task/{reading.id}", f"ServiceRequest/{found.follow_up}"}
    if status == found.status or old.deleted:
        return
    if status in _BY_US or (status == _IN_ERROR and found.is_open):
        words = (
            f"No person sets a round to `{status}`: a round that is no longer asked for is cancelled by "
            "the service, and lateness changes no status. Say why it is not done with `rejected` or "
            "`on-hold`."
        )
        yield Issue(_RULE, words, f"{place}.status")
    elif not found.is_open and not is_own and status in {*AT_WORK, *_DECIDING, _IN_ERROR}:
        words = "The round is over: correct or withdraw what closed it, or write the open round."
        yield Issue(_RULE, words, f"{place}.status")


def _contradictions(requests: Sequence[Decided], rounds: Sequence[Decided]) -> Iterator[Issue]:
    """Where one request decides otherwise at a follow-up's two homes."""
    by_follow_up = {one.follow_up: one for one in requests}
    for told in rounds:
        home = by_follow_up.get(told.follow_up)
        if home is None or not (home.change.is_any and told.change.is_any):
            continue
        if not told.change.agrees_with(home.holds):
            words = (
                f"This Task and {home.expression}, its ServiceRequest, say different things of what was "
                "agreed: write one of the two, the other follows."
            )
            yield Issue("conflict", words, f"{told.expression}.extension")


def _place(one: Submission, reading: Reading) -> str:
    is_entry = one.expression.startswith("Bundle")
    return f"{one.expression}.resource" if is_entry else reading.type


def _placed(issue: Issue, place: str) -> Issue:
    return issue._replace(code=_RULE, expression=place + issue.expression.removeprefix("Task"))
