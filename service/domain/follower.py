"""A person whose plan follows a protocol, as far as a renewal of it may concern them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from service.domain.adjustment import Adjustment
from service.domain.applicability import Fit
from service.domain.fact import Fact
from service.domain.follow_up import Hold
from service.domain.interval import FOREVER
from service.domain.projection import Followed
from service.domain.window import Window

NEVER: Final = Window(FOREVER, FOREVER, FOREVER)


class StandingStretch(NamedTuple):
    """What of a stretch a preview tells: whether it is asked for, until when, at which interval."""

    hold: Hold
    window: Window
    overdue_from: date
    interval: str
    variant: str
    anchor_on: date
    set_by: str
    protocols: tuple[str, ...]

    @property
    def due_on(self) -> date:
        """The due date."""
        return self.window.due_on

    @property
    def is_asked_for(self) -> bool:
        """Whether it is open or rests."""
        return self.hold is not Hold.ENDED

    def is_overdue_on(self, day: date) -> bool:
        """Whether it is overdue on a day of the stretch."""
        return self.hold is Hold.OPEN and self.overdue_from <= day


NOT_TOLD: Final = StandingStretch(*(Hold.ENDED, NEVER, FOREVER, "", "", FOREVER, "", ("not told",)))


class Standing(NamedTuple):
    """A follow-up as it is kept on the day: its ServiceRequest's id, who does it, its stretch."""

    id: str
    activity: str
    performer: str
    stretch: StandingStretch


@dataclass(frozen=True, slots=True)
class Follower:
    """A person whose plan would move: what is known of them, as far as it can matter.

    `followed` are all protocols of their plan, `fitting` the days on which each fits, `standing` the
    follow-ups that may move, by identity; `identities` are by the ServiceRequest's id.
    """

    key: int
    id: str
    unit: str
    followed: Mapping[str, Followed]
    fitting: Mapping[str, Sequence[Fit]]
    facts: Sequence[Fact]
    adjustments: Sequence[Adjustment]
    standing: Mapping[str, Standing]
    identities: Mapping[str, str]
