"""A stretch of a follow-up as a row of `stretches`, and back."""

from collections.abc import Callable
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final

import orjson

from service.domain.follow_up import Done, Hold, Stretch, Timeliness, Urgency
from service.domain.interval import FOREVER
from service.domain.truth import Ground, Truth
from service.domain.window import Window
from service.storage.rows import Row
from service.storage.tables.columns import OPEN, OPEN_DAY
from service.storage.tables.projection import stretches

NOT_TIMED: Final = ""
_COLUMNS: Final = stretches.c
_TOLD: Final = [
    "holds_from",
    "holds_to",
    "hold",
    "opens_on",
    "due_on",
    "closes_on",
    "overdue_from",
    "urgency",
    "order_on",
    "unit",
    "protocols",
    "set_by",
    "protocol_version",
    "variant",
    "interval",
    "confirmed",
    "anchor_on",
    "anchor_source",
    "because",
    "original_due_on",
    "done_on",
    "done_source",
    "done_as",
    "at_target",
    "exclusion",
]
STRETCH_COLUMNS: Final = [_COLUMNS[name] for name in _TOLD]
_FIRST: Final = 2
_LAST: Final = _FIRST + len(_TOLD)
_in_order: Final[Callable[[dict[str, Any]], Row]] = itemgetter(*stretches.columns.keys())
_HOLDS: Final = {one.value: one for one in Hold}
_URGENCIES: Final = {one.value: one for one in Urgency}
_TIMELINESS: Final = {NOT_TIMED: None, **{one.value: one for one in Timeliness}}
_TRUTHS: Final = {int(one): one for one in Truth}


def stretch_row(
    key: tuple[int, int],
    what: tuple[str, str],
    stretch: Stretch,
    *,
    known: tuple[datetime, datetime],
    tx: int,
    live: bool,
) -> Row:
    """The row of a stretch known from an instant to another, not included.

    `key` is the patient's and the follow-up's, `what` the follow-up's activity and kind.
    """
    values = {
        "patient": key[0],
        "follow_up": key[1],
        "activity": what[0],
        "kind": what[1],
        "known_from": known[0],
        "known_to": known[1],
        "tx": tx,
        "live": live,
        **_values(stretch),
    }
    return _in_order(values)


def stretch_of(row: Any) -> Stretch:
    """The stretch that a row tells whose columns from the third on are STRETCH_COLUMNS.

    Taken by place: by name it takes twice as long, and every page has many.
    """
    told = row[_FIRST:_LAST]
    holds_from, holds_to, hold, opens_on, due_on, closes_on, overdue_from, *rest = told
    urgency, order_on, unit, protocols, *rest = rest
    *chosen, because, original_due_on, done_on, done_source, done_as, at_target, exclusion = rest
    done = None
    if done_on != OPEN_DAY:
        done = Done(done_on, done_source, _TIMELINESS[done_as])
    return Stretch._make(
        (
            holds_from,
            holds_to,
            _HOLDS[hold],
            Window(opens_on, due_on, closes_on),
            overdue_from,
            _URGENCIES[urgency],
            order_on,
            unit,
            names_of(protocols),
            *chosen,
            grounds_of(because),
            None if original_due_on == OPEN_DAY else original_due_on,
            done,
            _TRUTHS[at_target],
            exclusion,
        )
    )


def text_of_names(names: tuple[str, ...]) -> str:
    """Names as one text in which each can be found between bars."""
    return f"|{'|'.join(names)}|" if names else ""


def names_of(text: str) -> tuple[str, ...]:
    """The names of such a text."""
    return tuple(text[1:-1].split("|")) if text else ()


def text_of_grounds(grounds: tuple[Ground, ...]) -> str:
    """Grounds as compact JSON."""
    if not grounds:
        return ""
    told = [[kind, values, event.isoformat() if event else ""] for kind, values, event in grounds]
    return orjson.dumps(told).decode()


def grounds_of(text: str) -> tuple[Ground, ...]:
    """The grounds of such a text."""
    told = orjson.loads(text) if text else ()
    return tuple(
        Ground(kind, tuple((name, value) for name, value in values), _day(event))
        for kind, values, event in told
    )


def _values(stretch: Stretch) -> dict[str, Any]:
    done = stretch.done
    window = stretch.window
    return {
        "holds_from": stretch.holds_from,
        "holds_to": stretch.holds_to,
        "hold": stretch.hold.value,
        "opens_on": window.opens_on,
        "due_on": window.due_on,
        "closes_on": window.closes_on,
        "overdue_from": stretch.overdue_from,
        "urgency": stretch.urgency.value,
        "order_on": stretch.order_on,
        "unit": stretch.unit,
        "protocols": text_of_names(stretch.protocols),
        "set_by": stretch.set_by,
        "protocol_version": stretch.protocol_version,
        "variant": stretch.variant,
        "interval": stretch.interval,
        "confirmed": stretch.confirmed,
        "anchor_on": stretch.anchor_on,
        "anchor_source": stretch.anchor_source,
        "because": text_of_grounds(stretch.because),
        "original_due_on": stretch.original_due_on or FOREVER,
        "done_on": done.on if done else FOREVER,
        "done_source": done.source if done else "",
        "done_as": done.timeliness.value if done and done.timeliness else NOT_TIMED,
        "done_known_from": OPEN,
        "at_target": int(stretch.at_target),
        "exclusion": stretch.exclusion,
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
