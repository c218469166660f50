"""What a write did to follow-ups, as issues of an OperationOutcome: begun, closed, come back, or why nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import orjson

from service.domain.acceptance import Change, Difference
from service.domain.catalogue import Catalogue
from service.domain.errors import Issue
from service.domain.kept import ChangedFollowUp
from service.domain.protocol import Protocol, ProtocolStatus
from service.domain.publication import Publication
from service.domain.record import NotCounted, NotCountedReason, Stored
from service.domain.round import is_ended
from service.fhir.protocol.publication import PLAN_DEFINITION, publication_of

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
# Types whose definitions the protocols rest on: those of the service's own folder alone.
_DEFINING: Final = frozenset({"ActivityDefinition", "CodeSystem", "ConceptMap", "ValueSet"})
_RECORD_ALONE: Final = (
    "Kept as a record; protocols rest on the activities and codes of the service's folder of "
    "definitions, which is read when it starts."
)
_FOREIGN: Final = (
    "Kept as a record; it is no protocol of this service, and follow-ups go on without it."
)
_PUBLISHED: Final = {
    ProtocolStatus.DRAFT: "Kept as a draft of `{}` in version {}; it enrols nobody.",
    ProtocolStatus.ACTIVE: "Published: who is put on `{}` from now on gets version {} or a newer one; "
    "running plans keep theirs.",
    ProtocolStatus.RETIRED: "Retired: `{}` in version {} enrols nobody any more; running plans keep it.",
}
_DELETED: Final = "Deleted; no follow-up rested on it."
STANDS_ALREADY: Final = "It stands so already; nothing was stored."
NOTHING_TO_DELETE: Final = "There was nothing to delete."
_SEVERITY: Final = "information"


class Effects(NamedTuple):
    """What a write did: follow-ups closed and come back, protocols begun, results not counted."""

    closed: Sequence[ChangedFollowUp] = ()
    reopened: Sequence[ChangedFollowUp] = ()
    enrolled: Sequence[str] = ()
    not_counted: Sequence[NotCounted] = ()


def consequences(
    effects: Effects,
    catalogue: Catalogue,
    *,
    stored: Stored,
    today: date,
    expression: str = "",
) -> list[Issue]:
    """One issue for each protocol begun, each follow-up closed or come back, and each reason for none."""
    source = f"{stored.type}/{stored.id}"
    found = [
        *(_enrolled(one, catalogue) for one in effects.enrolled),
        *(_closed(one, source, catalogue, today) for one in effects.closed),
        *(_reopened(one, catalogue, today) for one in effects.reopened),
        *map(_reason, effects.not_counted),
    ]
    words = found or [_without_effect(stored)]
    return [Issue(_INFORMATIONAL, one, expression, _SEVERITY) for one in words]


_DIFFERS: Final = {
    Change.MOVED: "`{0}` is due on {1}, not on {2} as proposed: what is known has changed since.",
    Change.NO_LONGER: "`{0}` is not asked for any more: what is known has changed since.",
    Change.SINCE: "`{0}` is asked for too, on {1}: what is known has changed since.",
    Change.STAYS: "`{0}` was taken out, and other protocols of the plan ask for it on {1}: it stays.",
    Change.TARGET: "`{0}` aims at another bound than proposed: what is known has changed since.",
}


def acceptance_told(
    protocol: Protocol, differences: Sequence[Difference], *, is_begun: bool
) -> list[Issue]:
    """What an acceptance did, and what differs from what was proposed."""
    name = protocol.names.get("en", protocol.id)
    told = (
        f"Begins the follow-up of the protocol `{protocol.id}` ({name})."
        if is_begun
        else f"The plan follows the protocol `{protocol.id}` ({name}) already."
    )
    differing = (
        _DIFFERS[one.change].format(one.activity, one.due_on, one.proposed_on)
        for one in differences
    )
    return [Issue(_INFORMATIONAL, each, "", _SEVERITY) for each in (told, *differing)]


def _without_effect(stored: Stored) -> str:
    if stored.type in _DEFINING:
        return _RECORD_ALONE
    if stored.type == PLAN_DEFINITION and not stored.deleted:
        return _published(publication_of(orjson.loads(stored.body)))
    return _DELETED if stored.deleted else _CLOSES_NONE


def _published(publication: Publication | None) -> str:
    if publication is None:
        return _FOREIGN
    return _PUBLISHED[publication.status].format(publication.protocol, publication.version)


def _enrolled(protocol: str, catalogue: Catalogue) -> str:
    name = catalogue.known[protocol].names.get("en", protocol)
    return f"Begins the follow-up of the protocol `{protocol}` ({name})."


def _reopened(one: ChangedFollowUp, catalogue: Catalogue, today: date) -> str:
    stretch = one.follow_up.on(today)
    if stretch is None or is_ended(stretch):
        return f"Closes {_named(one, catalogue)} no more; it is not asked for either."
    due_on = stretch.window.due_on.isoformat()
    return f"Closes {_named(one, catalogue)} no more; it is due on {due_on} again."


def _named(one: ChangedFollowUp, catalogue: Catalogue) -> str:
    key = one.follow_up.key
    text = catalogue.activities.get(key)
    return f"the follow-up `{key}` ({text.names.get('en', key) if text else key})"


def _closed(one: ChangedFollowUp, source: str, catalogue: Catalogue, today: date) -> str:
    named = _named(one, catalogue)
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
