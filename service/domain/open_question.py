"""What only a professional can say of a patient, is not known, and would move a date if it were.

Source: `what-is-due` 3.3. Each answer is tried on the patient, as if it had been set today.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from service.domain.catalogue import Catalogue
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp, Hold
from service.domain.interval import FOREVER
from service.domain.projection import Followed, PatientState, look, project
from service.domain.protocol import Protocol


class Move(NamedTuple):
    """A follow-up whose due date an answer would move; None where it is not asked for."""

    identity: str
    activity: str
    kind: str
    before: date | None
    after: date | None


class Answer(NamedTuple):
    """A possible answer, one of the item's findings, and what it would move."""

    finding: str
    moves: tuple[Move, ...]


class OpenQuestion(NamedTuple):
    """An item that is not known today, and its answers, of which one at least would move a date."""

    item: str
    answers: tuple[Answer, ...]


class SetFact(NamedTuple):
    """What a professional has set, and until when it holds; `source` is the Observation."""

    item: str
    finding: str
    from_day: date
    until: date
    source: str


class Questions(NamedTuple):
    """What is open about a patient, and what is set."""

    open: tuple[OpenQuestion, ...]
    set: tuple[SetFact, ...]


def questions_of(
    state: PatientState, followed: Mapping[str, Followed], catalogue: Catalogue, *, today: date
) -> Questions:
    """What the rules of a plan that follows these protocols ask of professionals, today."""
    asked = sorted(_asked_for(followed, catalogue) & catalogue.codes.set_by_professionals)
    standing = {item: _standing(state, item, today) for item in asked}
    trial = _Trial(state, followed, catalogue, today)
    unknown = [item for item, fact in standing.items() if fact is None]
    tried = (OpenQuestion(item, tuple(trial.answers(item))) for item in unknown)
    return Questions(
        tuple(one for one in tried if any(answer.moves for answer in one.answers)),
        tuple(
            SetFact(item, fact.code, fact.day, fact.until, fact.source)
            for item, fact in standing.items()
            if fact
        ),
    )


class _Trial:
    """A patient on whom answers are tried."""

    def __init__(
        self,
        state: PatientState,
        followed: Mapping[str, Followed],
        catalogue: Catalogue,
        today: date,
    ) -> None:
        self._state = state
        self._followed = followed
        self._catalogue = catalogue
        self._today = today
        self._before = self._computed(state)

    def answers(self, item: str) -> Iterator[Answer]:
        for finding in sorted(self._catalogue.codes.items[item].findings):
            fact = Fact(item, self._today, "", code=finding)
            state = replace(self._state, facts=[*self._state.facts, fact])
            yield Answer(finding, tuple(self._moves(self._computed(state))))

    def _computed(self, state: PatientState) -> dict[str, FollowUp]:
        looked = look(state, self._catalogue)
        found = project(looked, state, self._followed, self._catalogue, today=self._today)
        return {one.identity: one for one in found}

    def _moves(self, after: Mapping[str, FollowUp]) -> Iterator[Move]:
        for identity in sorted(self._before.keys() | after.keys()):
            one = after.get(identity) or self._before[identity]
            was, now = (self._due_on(all_.get(identity)) for all_ in (self._before, after))
            if was != now:
                yield Move(identity, one.key, one.kind, was, now)

    def _due_on(self, one: FollowUp | None) -> date | None:
        stretch = one.on(self._today) if one else None
        if stretch is None or stretch.hold is Hold.ENDED or stretch.window.due_on == FOREVER:
            return None
        return stretch.window.due_on


def _standing(state: PatientState, item: str, today: date) -> Fact | None:
    """The last answer, if it holds today."""
    told = [fact for fact in state.facts if fact.item == item and fact.day <= today and fact.code]
    last = max(told, key=lambda fact: (fact.day, fact.at, fact.received), default=None)
    return last if last and last.until >= today else None


def _asked_for(followed: Mapping[str, Followed], catalogue: Catalogue) -> set[str]:
    found: set[str] = set()
    for id_, how in followed.items():
        found |= _items_of_protocol(catalogue.version_of(id_, how.version))
    return found


def _items_of_protocol(protocol: Protocol) -> set[str]:
    return {item for one in protocol.activities for item in _items_in(one)}


def _items_in(value: Any) -> Iterator[str]:
    """The items that rules speak of, wherever they stand in a value."""
    if is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name == "item" and isinstance(inner, str):
                yield inner
            else:
                yield from _items_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _items_in(inner)
