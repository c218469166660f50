"""From when a resource of the past counts as known: its issued instant, else its clinical date.

Source: what-is-due 7.2.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from service.clock import clinic_day, day_begins
from service.domain.fact import UNDATED
from service.domain.record import Reading
from service.fhir.timing import instant_of

# What Encounters date is known as soon as they are (what-is-due 1.3): no sooner day matters.
_BEFORE_ALL = date(1900, 1, 1)
_ISSUED = ("issued", "recordedDate", "authoredOn", "recorded", "authored", "created", "sent")


def known_from(resource: dict[str, Any], reading: Reading) -> datetime | None:
    """The instant from which a resource counts as known; None where nothing in it tells."""
    for element in _ISSUED:
        text = resource.get(element)
        found = instant_of(text) if isinstance(text, str) else None
        if found:
            return found
    days = [day for day in _days(reading) if day.year > 1]
    if not days and any(fact.quality == UNDATED for fact in reading.facts):
        return day_begins(_BEFORE_ALL)
    return day_begins(max(days)) if days else None


def _days(reading: Reading) -> Iterator[date]:
    """The clinical dates of what it tells."""
    yield from (fact.day for fact in reading.facts if fact.quality != UNDATED)
    yield from (one.from_day for one in reading.adjustments or ())
    yield from (clinic_day(one.at) for one in reading.bookings or ())
    if reading.plan and reading.plan.agreed_on:
        yield reading.plan.agreed_on
