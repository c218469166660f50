"""From when a resource of the past counts as known: its issued instant, else its clinical date.

Source: what-is-due 7.2.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from service.clock import CLINIC_ZONE
from service.domain.fact import Fact
from service.fhir.timing import instant_of

_ISSUED = ("issued", "recordedDate", "authoredOn", "recorded", "authored")


def known_from(resource: dict[str, Any], facts: Sequence[Fact]) -> datetime | None:
    """The instant from which a resource counts as known; None where nothing in it tells."""
    for element in _ISSUED:
        text = resource.get(element)
        found = instant_of(text) if isinstance(text, str) else None
        if found:
            return found
    days = [fact.day for fact in facts if fact.day.year > 1]
    if not days:
        return None
    return datetime.combine(max(days), time(), CLINIC_ZONE).astimezone(UTC)
