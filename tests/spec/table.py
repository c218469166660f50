"""A table a nurse can read: given these facts, on this day the next date is this, because of this.

A row is a sentence and its facts. Whoever is asked about has had type 2 diabetes since 15 January
2020, unless the row says otherwise.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest

from service.domain.adjustment import Adjustment
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp, Hold, Stretch
from service.domain.protocol import Activity, Protocol, identity_of
from tests.builders import DIABETES, a_condition, a_day, a_protocol, follow_ups_of

DIAGNOSIS = a_condition(DIABETES, "2020-01-15")
NOT_ASKED = "not asked"
BASE = "base"


class Row(NamedTuple):
    """One line of a table; `because` is the variant that sets the date, or the base."""

    given: str
    facts: tuple[Fact, ...]
    on: str
    due: str
    because: str

    @property
    def expected(self) -> tuple[str, str]:
        """The next date and what sets it."""
        return self.due, self.because


def row(given: str, *facts: Fact, on: str, due: str, because: str = BASE) -> Row:
    """One line: a sentence, its facts, the day asked about, the next date and its reason."""
    return Row(given, facts, on, due, because)


def table(*rows: Row) -> pytest.MarkDecorator:
    """Run a test once a line, named by its sentence."""
    return pytest.mark.parametrize("line", rows, ids=[one.given for one in rows])


def next_date(line: Row, *activities: Activity) -> tuple[str, str]:
    """The next date of the follow-up of a line's patient, and what sets it."""
    return told(on_day(line.on, a_follow_up((DIAGNOSIS, *line.facts), a_protocol(*activities))))


def told(stretch: Stretch | None) -> tuple[str, str]:
    """A stretch as a line tells it; what is not asked for has the reason why."""
    if stretch is None:
        return NOT_ASKED, ""
    if stretch.hold is Hold.ENDED:
        return NOT_ASKED, stretch.exclusion
    return stretch.window.due_on.isoformat(), stretch.variant or BASE


def a_follow_up(
    facts: Iterable[Fact], *protocols: Protocol, decided: Sequence[Adjustment] = ()
) -> FollowUp | None:
    """The one follow-up that protocols ask for, with what was decided about it."""
    names = {identity_of(one, activity) for one in protocols for activity in one.activities}
    (name,) = names
    return follow_ups_of(facts, protocols, {name: decided}).get(name)


def on_day(day: str, follow_up: FollowUp | None) -> Stretch | None:
    """How the follow-up stands on a day; None where it was never asked for by then."""
    return follow_up.on(a_day(day)) if follow_up else None


def state_on(day: str, follow_up: FollowUp | None) -> str:
    """The state on a day in one word."""
    stretch = on_day(day, follow_up)
    return stretch.state_on(a_day(day)).value if stretch else NOT_ASKED
