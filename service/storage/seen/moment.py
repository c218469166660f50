"""A day and what was known of it: which stretches hold then, and in which state they are.

From today on, everything that holds is among the live stretches; an earlier day, or what was known
at an instant, is asked of both clocks. A state is only a comparison of dates (what-is-due 5.2).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, or_

from service.clock import day_begins
from service.domain.follow_up import Hold
from service.domain.window import State
from service.storage.tables.columns import OPEN, Day, Instant

_LAST_INSTANT: Final = OPEN - timedelta(microseconds=1)
_NOT_LONG: Final = timedelta(days=1)
AS_OF: Final = bindparam("as_of", type_=Day)
KNOWN_AT: Final = bindparam("known_at", type_=Instant)

_HOLDS: Final = {
    State.UPCOMING: Hold.OPEN,
    State.DUE: Hold.OPEN,
    State.OVERDUE: Hold.OPEN,
    State.PAUSED: Hold.PAUSED,
    State.ENDED: Hold.ENDED,
}


class Knowledge(Enum):
    """Which stretches are asked.

    LIVE: those that hold from today on, as known now. SINCE: those that were live at an instant
    not long ago, on a day from today on: the ones that still are, and the ones superseded since.
    DATED: any day and any instant.
    """

    LIVE = "live"
    SINCE = "since"
    DATED = "dated"


def knowledge_of(as_of: date, known_at: datetime | None, *, today: date) -> Knowledge:
    """How stretches of a day, as known at an instant (None: now), are asked for."""
    if as_of < today:
        return Knowledge.DATED
    if known_at is None:
        return Knowledge.LIVE
    # What was superseded since yesterday is little; since a year ago, too much to be looked up.
    return Knowledge.SINCE if known_at >= start_of(today - _NOT_LONG) else Knowledge.DATED


def moment_bound(as_of: date, known_at: datetime | None) -> dict[str, Any]:
    """The values that conditions of a day and of knowledge wait for."""
    return {"as_of": as_of, "known_at": known_at or _LAST_INSTANT}


def start_of(day: date) -> datetime:
    """The first instant of a day of the clinic's calendar, in UTC."""
    return day_begins(day)


def known(rows: Any) -> ColumnElement[bool]:
    """The condition that a row with both clocks was known at the instant asked about."""
    return and_(rows.known_from <= KNOWN_AT, rows.known_to > KNOWN_AT)


def on_the_day(rows: Any) -> ColumnElement[bool]:
    """The condition that a row from a day to a day, both included, holds on the day asked about."""
    return and_(rows.from_day <= AS_OF, rows.until_day >= AS_OF)


def holding(rows: Any) -> ColumnElement[bool]:
    """The condition that a stretch holds on the day asked about."""
    return and_(rows.holds_from <= AS_OF, rows.holds_to > AS_OF)


def asked(rows: Any, knowledge: Knowledge) -> list[ColumnElement[bool]]:
    """The condition that a stretch holds and is known; SINCE asks the live ones and those known until later."""
    if knowledge is Knowledge.LIVE:
        return [rows.live, holding(rows)]
    return [known(rows), holding(rows)]


def holds_of(states: Iterable[State]) -> list[Hold]:
    """What stretches in one of these states are: open, paused, ended."""
    return sorted({_HOLDS[state] for state in states})


def in_states(rows: Any, hold: Hold, states: Iterable[State]) -> list[ColumnElement[bool]]:
    """The conditions that a stretch of one hold is in one of these states on the day asked about."""
    same = rows.hold == hold.value
    wanted = [state for state in State if state in states and _HOLDS[state] is hold]
    every = [state for state in State if _HOLDS[state] is hold]
    return [same] if wanted == every else [same, or_(*(_in_state(rows, one) for one in wanted))]


def _in_state(rows: Any, state: State) -> ColumnElement[bool]:
    if state is State.OVERDUE:
        return and_(rows.overdue_from <= AS_OF)
    if state is State.DUE:
        return and_(rows.opens_on <= AS_OF, rows.overdue_from > AS_OF)
    # What opens later is not overdue and has not missed a whole interval: each order begins behind today.
    return and_(rows.opens_on > AS_OF, rows.order_on > AS_OF, rows.overdue_from > AS_OF)
