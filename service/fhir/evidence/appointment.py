"""Appointment: what a booked one settles, by the follow-up it is based on or by its activity.

Source: R4 appointment.html. A booking changes no state (`what-is-due` 5.6); any status but `booked`
books nothing.
"""

from collections.abc import Iterator
from typing import Final

from service.domain.record import Booked
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.received import Json, references_to
from service.fhir.timing import instant_of

_BOOKED: Final = "booked"
_ACTIVITY: Final = "activity|"


def bookings_of(resource: Json) -> tuple[Booked, ...]:
    """The follow-ups, or the activities, that an Appointment is booked for."""
    at = instant_of(resource.get("start", ""))
    if at is None or resource.get("status") != _BOOKED:
        return ()
    named = references_to(resource.get("basedOn", ()), "ServiceRequest")
    found = [Booked(at, follow_up=id_) for id_ in named]
    return tuple(found or (Booked(at, activity=key) for key in _activities(resource)))


def _activities(resource: Json) -> Iterator[str]:
    concepts = [*resource.get("serviceType", ()), *resource.get("reasonCode", ())]
    codes = (code for concept in concepts for code in codes_of(concept))
    yield from dict.fromkeys(
        code.removeprefix(_ACTIVITY) for code in codes if code.startswith(_ACTIVITY)
    )
