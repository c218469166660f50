"""What a write did to follow-ups, as issues of an OperationOutcome: closed, moved, or not counted and why."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from service.domain.catalogue import Catalogue
from service.domain.errors import Issue
from service.domain.kept import ChangedFollowUp
from service.domain.record import NotCounted, NotCountedReason
from service.domain.round import is_ended

_INFORMATIONAL: Final = "informational"
_REASONS: Final = {
    NotCountedReason.CODE: "its code stands for nothing that is followed up",
    NotCountedReason.UNIT: "its unit cannot be converted",
    NotCountedReason.VALUE: "a value that is needed is missing",
    NotCountedReason.STATUS: "its status does not count",
    NotCountedReason.SETTING: "a reading from this kind of encounter does not count",
    NotCountedReason.DAY: "it has no day that is known well enough",
}
_CLOSES_NONE: Final = "Stored; it closes no follow-up."
_SEVERITY: Final = "information"


def consequences(
    changed: Sequence[ChangedFollowUp],
    not_counted: Iterable[NotCounted],
    catalogue: Catalogue,
    *,
    source: str,
    today: date,
    expression: str = "",
) -> list[Issue]:
    """One issue for each follow-up that `source` closed, with its next date, and each reason for none."""
    closed = (_closed(one, source, catalogue, today) for one in changed)
    found = [*closed, *map(_reason, not_counted)]
    words = found or [_CLOSES_NONE]
    return [Issue(_INFORMATIONAL, one, expression, _SEVERITY) for one in words]


def _closed(one: ChangedFollowUp, source: str, catalogue: Catalogue, today: date) -> str:
    key = one.follow_up.key
    text = catalogue.activities.get(key)
    named = f"the follow-up `{key}` ({text.names.get('en', key) if text else key})"
    stretch = one.follow_up.on(today)
    if stretch is None or is_ended(stretch):
        return f"Closes {named}; it is not asked for again."
    due_on = stretch.window.due_on.isoformat()
    closed_on = min(one.closed_on(source), default=today)
    if closed_on > today:
        return f"Closes {named} on {closed_on.isoformat()}; until then it is due on {due_on}."
    return f"Closes {named}; it is next due on {due_on}."


def _reason(one: NotCounted) -> str:
    return f"Not counted ({one.reason}): {_REASONS[one.reason]}."
