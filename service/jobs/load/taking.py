"""Taking in a part of a load: some lines, in one transaction; in this process or in one beside it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, NamedTuple

from service.domain.access import Access, Role, Viewer
from service.domain.errors import Conflict, Issue
from service.domain.record import NotCounted
from service.jobs.beside import end_with_parent
from service.jobs.load.files import Line
from service.jobs.load.foreseen import Expected, Foreseen
from service.jobs.load.preparing import Prepared, Preparing
from service.jobs.load.report import Refusal, refusals_of
from service.jobs.memory import given_back_afterwards, settled
from service.runtime import Runtime
from service.settings import Settings
from service.workflows.load_resources import (
    Fate,
    Loading,
    Outcome,
    load_resources,
    rehearse_load,
)
from service.workflows.ports import IdentitiesSeen, View, Work

ATTEMPTS: Final = 5
REQUEST: Final = "load"


class Manner(NamedTuple):
    """How a load is done: whose the data are, who loads them and why, and what is stored.

    With `rehearsed` nothing is stored; with `history` what is loaded counts as known when it was
    issued.
    """

    source: str = ""
    author: str = ""
    reason: str = ""
    history: bool = False
    rehearsed: bool = False


class Part(NamedTuple):
    """Some lines to be taken in together, on a clinic's day; `size` are the bytes they had packed."""

    lines: Sequence[Line]
    size: int
    today: date
    at: datetime


class Taken(NamedTuple):
    """What became of a part: counts by type and fate, what was refused, what cannot close anything."""

    counts: dict[str, Counter[Fate]]
    refused: list[Refusal]
    uncounted: Counter[NotCounted]


@dataclass
class Taking:
    """Takes in parts of one load, over one runtime; rehearsed where there is something `foreseen`."""

    runtime: Runtime
    manner: Manner
    foreseen: Foreseen | None = None

    @cached_property
    def _preparing(self) -> Preparing:
        return Preparing(self.runtime.reader, self.manner.source, self.manner.history)

    @cached_property
    def _loading(self) -> Loading:
        return Loading(self.runtime.receiving.stamp, self.runtime.receiving.keeping)

    def take(self, part: Part) -> Taken:
        """Take in a part; where others collide with it again and again, line by line."""
        issues: Sequence[Issue] = ()
        for _ in range(ATTEMPTS):
            try:
                with given_back_afterwards():
                    return self._taken(part)
            except Conflict as error:
                issues = error.issues
        if len(part.lines) > 1:
            return _together(self.take(one) for one in _apart(part))
        return Taken({}, refusals_of(part.lines[0].spot, issues), Counter())

    def _taken(self, part: Part) -> Taken:
        if self.foreseen is not None:
            return self._rehearsed(part, self.foreseen)
        with self.runtime.store.read() as view:
            prepared = self._prepared(part, view, view.identities)
        if not prepared.incoming:
            return _told(prepared, [])
        outcomes = self.runtime.store.carry_out(
            lambda work: self._stored(work, prepared, part),
            actor=self.manner.author or REQUEST,
            request=REQUEST,
            # When it is stored, not when it was read: parts wait for a process that is free.
            at=self.runtime.clock.now(),
            history=self.manner.history,
        )
        return _told(prepared, outcomes)

    def _rehearsed(self, part: Part, foreseen: Foreseen) -> Taken:
        with self.runtime.store.read() as view:
            expected = Expected(view, foreseen)
            prepared = self._prepared(part, view, expected)
            incoming, today = prepared.incoming, part.today
            outcomes = rehearse_load(expected, incoming, foreseen.stamp, today=today)
            foreseen.note(incoming, outcomes, expected)
        return _told(prepared, outcomes)

    def _prepared(self, part: Part, view: View, identities: IdentitiesSeen) -> Prepared:
        lines, today, at = part.lines, part.today, part.at
        return self._preparing.prepare(lines, view, identities, today=today, at=at)

    def _stored(self, work: Work, prepared: Prepared, part: Part) -> list[Outcome]:
        outcomes = load_resources(work, prepared.incoming, self._loading, today=part.today)
        concerned = {
            id_
            for one, outcome in zip(prepared.incoming, outcomes, strict=True)
            if outcome.fate in {Fate.NEW, Fate.CHANGED}
            for id_ in one.reading.patients
        }
        if concerned:
            work.access_log.add(self._access(work, concerned, part.today))
        return outcomes

    def _access(self, work: Work, people: set[str], today: date) -> Access:
        viewer = Viewer(Role.SYSTEM, today)
        return Access(
            at=work.at,
            who=self.manner.author,
            role=Role.SYSTEM,
            action="load",
            outcome="success",
            scope="load",
            on_behalf="",
            unit="",
            why=self.manner.reason,
            request=REQUEST,
            patients=tuple(sorted(work.patients.keys(people, viewer=viewer).values())),
        )


def _told(prepared: Prepared, outcomes: Sequence[Outcome]) -> Taken:
    counts: defaultdict[str, Counter[Fate]] = defaultdict(Counter)
    uncounted: Counter[NotCounted] = Counter()
    refused = list(prepared.refused)
    for one, spot, outcome in zip(prepared.incoming, prepared.spots, outcomes, strict=False):
        if outcome.fate is Fate.REFUSED:
            at = one.reading.type if spot.entry is None else f"Bundle.entry[{spot.entry}].resource"
            refused += refusals_of(spot, [Issue("business-rule", outcome.words, at)])
        else:
            counts[one.reading.type][outcome.fate] += 1
            if outcome.fate is not Fate.SAME and not outcome.counts:
                uncounted.update(set(one.reading.not_counted))
    return Taken(dict(counts), sorted(refused, key=_place), uncounted)


def _place(one: Refusal) -> tuple[str, int, int]:
    return one.spot.file, one.spot.line, -1 if one.spot.entry is None else one.spot.entry


def _apart(part: Part) -> Iterator[Part]:
    return (part._replace(lines=[line], size=0) for line in part.lines)


def _together(taken: Iterator[Taken]) -> Taken:
    counts: defaultdict[str, Counter[Fate]] = defaultdict(Counter)
    refused: list[Refusal] = []
    uncounted: Counter[NotCounted] = Counter()
    for one in taken:
        for type_, fates in one.counts.items():
            counts[type_].update(fates)
        refused += one.refused
        uncounted.update(one.uncounted)
    return Taken(dict(counts), refused, uncounted)


# The one of a process that was started beside the first one.
_here: list[Taking] = []


def begin(reopen: Callable[[Settings], Runtime], settings: Settings, manner: Manner) -> None:
    """Begin in a process of its own: the house is opened there anew."""
    end_with_parent()
    _here.append(Taking(reopen(settings), manner))
    settled()


def take_here(part: Part) -> Taken:
    """Take in a part in a process that has begun."""
    return _here[0].take(part)
