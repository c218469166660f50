"""Devices: a kind of device in use for a period (a CPAP device, a splint).

Source: `what-is-due` 3.2; R4 deviceusestatement.html. The kind stands in the type of the Device inside
the statement.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from service.domain.fact import DEVICE, Fact
from service.domain.interval import FOREVER
from service.domain.record import NotCountedReason
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import day_of, last_day_of
from service.fhir.evidence.received import Json, Received

NEVER_USED: Final = frozenset({"entered-in-error", "intended"})
STOPPED: Final = frozenset({"stopped", "completed", "on-hold"})
A_DAY: Final = timedelta(days=1)


def device_use_statement(received: Received) -> None:
    """A DeviceUseStatement: in use for its period; stopped without a day, until we learnt of it."""
    resource = received.resource
    if received.status in NEVER_USED:
        return
    codes = list(_codes(resource))
    kinds = received.catalogue.codes.devices
    kind = next((kinds[code] for code in codes if code in kinds), None)
    first = _first_day(resource)
    if kind is None or first is None:
        received.refuse(NotCountedReason.DAY if kind else NotCountedReason.CODE, codes)
        return
    last = last_day_of(resource.get("timingPeriod", {}))
    if last == FOREVER and received.status in STOPPED:
        learnt = day_of(resource.get("recordedOn")) or received.received_on or first
        last = max(first, learnt - A_DAY)
    received.note(Fact(DEVICE, first, received.source, until=last, code=kind))


def _codes(resource: Json) -> Iterator[str]:
    """The codes of the Device inside the resource."""
    reference = resource["device"].get("reference", "")
    for one in resource.get("contained", ()):
        if reference == f"#{one.get('id')}":
            yield from codes_of(one.get("type"))


def _first_day(resource: Json) -> date | None:
    told = (
        resource.get("timingPeriod", {}).get("start"),
        resource.get("timingDateTime"),
        resource.get("recordedOn"),
    )
    return next((day for day in map(day_of, told) if day), None)
