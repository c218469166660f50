"""Enrolment: putting those whom a protocol fits under its follow-up, in runs that can be taken back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from service.domain.follow_up import FollowUp
from service.domain.window import State


class Run(NamedTuple):
    """One run: who decided it, for which protocols, how many people it enrolled, when it was undone."""

    run: str
    at: datetime
    author: str
    protocols: tuple[str, ...]
    people: int
    undone_at: datetime | None


@dataclass(slots=True)
class Enrolled:
    """What an enrolment does in one unit for one protocol, on the day it is done.

    `overdue` and `not_known` count follow-ups that the protocol asks for, an overdue one that is
    not known in both.
    """

    people: int = 0
    follow_ups: int = 0
    overdue: int = 0
    not_known: int = 0

    def add(self, other: "Enrolled") -> None:
        """Add what was counted elsewhere."""
        self.people += other.people
        self.follow_ups += other.follow_ups
        self.overdue += other.overdue
        self.not_known += other.not_known


@dataclass(slots=True)
class EnrolmentCounts:
    """Counts by unit (its id; empty for none) and protocol; `people` counts each person once."""

    people: int = 0
    by: dict[tuple[str, str], Enrolled] = field(default_factory=dict)

    def add(self, other: "EnrolmentCounts") -> None:
        """Add what was counted elsewhere."""
        self.people += other.people
        for place, counted in other.by.items():
            self.by.setdefault(place, Enrolled()).add(counted)

    def count(
        self,
        unit: str,
        protocols: frozenset[str],
        follow_ups: tuple[FollowUp, ...],
        last_fed: Mapping[tuple[str, str], date],
        today: date,
    ) -> None:
        """Count one person: the protocols that come into their plan, the follow-ups it then has."""
        self.people += bool(protocols)
        for protocol in protocols:
            counted = self.by.setdefault((unit, protocol), Enrolled())
            counted.people += 1
            states = Counter(_states(protocol, follow_ups, last_fed, today))
            counted.follow_ups += states["asked"]
            counted.overdue += states["overdue"]
            counted.not_known += states["not-known"]


def _states(
    protocol: str,
    follow_ups: tuple[FollowUp, ...],
    last_fed: Mapping[tuple[str, str], date],
    today: date,
) -> Iterator[str]:
    for one in follow_ups:
        stretch = one.on(today)
        if stretch is None or protocol not in stretch.protocols:
            continue
        state = stretch.state_on(today)
        if state is State.ENDED:
            continue
        yield "asked"
        if state is State.OVERDUE:
            yield "overdue"
        fed_on = last_fed.get((stretch.unit, one.kind))
        if stretch.done is None and (fed_on is None or fed_on < stretch.anchor_on):
            yield "not-known"
