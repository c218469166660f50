"""A follow-up: one activity in one patient's plan, as stretches of days on which nothing changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.adjustment import Adjustment
from service.domain.applicability import Fit
from service.domain.interval import FOREVER
from service.domain.protocol import Protocol
from service.domain.truth import Ground, Truth
from service.domain.window import State, Window


class Hold(StrEnum):
    """Whether a follow-up is asked for: open, resting, or no longer."""

    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"


class Urgency(StrEnum):
    """The class of a row in the worklist, first to last (`what-is-due` 5.5)."""

    SAFETY = "1-safety"
    FAR = "2-far-limit"
    OTHER = "3-other"


class Timeliness(StrEnum):
    """How the last round was closed; missed and cancelled are no ways of closing."""

    EARLY = "early"
    ON_TIME = "on-time"
    LATE = "late"


class Done(NamedTuple):
    """The last time the activity was done: the day, what tells of it, and how it met its window."""

    on: date
    source: str
    timeliness: Timeliness | None


class Stretch(NamedTuple):
    """Days on which nothing about a follow-up changes: `holds_from` included, `holds_to` not.

    `overdue_from` already includes grace, pauses and an ended round: the follow-up is overdue on
    every day of the stretch from that day on.
    """

    holds_from: date
    holds_to: date
    hold: Hold
    window: Window
    overdue_from: date
    urgency: Urgency
    order_on: date
    unit: str
    protocols: tuple[str, ...]
    set_by: str
    protocol_version: str
    variant: str
    interval: str
    confirmed: bool
    anchor_on: date
    anchor_source: str
    because: tuple[Ground, ...]
    original_due_on: date | None
    done: Done | None
    at_target: Truth
    exclusion: str

    def state_on(self, day: date) -> State:
        """The state on a day of the stretch: one of five, a function of dates alone."""
        if self.hold is Hold.OPEN:
            return self.window.state_on(day)
        return State.PAUSED if self.hold is Hold.PAUSED else State.ENDED


class FollowUp(NamedTuple):
    """One activity of one patient, with its stretches in order and without gaps."""

    identity: str
    key: str
    kind: str
    performer: str
    stretches: tuple[Stretch, ...]

    def on(self, day: date) -> Stretch | None:
        """The stretch that holds on a day; None before the follow-up began."""
        holding = (s for s in self.stretches if s.holds_from <= day < s.holds_to)
        return next(holding, None)


class Planned(NamedTuple):
    """A version of a protocol in the patient's plan, on the days on which it fits.

    The plan follows it from `since` on until, not including, `until`: another version had its place
    before, or takes it then.
    """

    protocol: Protocol
    fits: tuple[Fit, ...]
    since: date = date.min
    until: date = FOREVER


@dataclass(frozen=True, slots=True)
class Plan:
    """What a patient's follow-up is computed from, beside the facts.

    `adjustments` are by the follow-up's identity; those of the whole plan under the empty one.
    """

    planned: tuple[Planned, ...]
    adjustments: Mapping[str, Sequence[Adjustment]]
