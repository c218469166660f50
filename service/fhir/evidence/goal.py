"""Goals: a measured target of the patient's own, which the plan sets in place of the protocols'.

Source: `what-is-due` 6.5; R4 goal.html. It holds from its startDate to the day of our extension
`holds-until`; one that is no longer pursued held until its status changed. A goal in words alone is the
patient's, and sets no target.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from service.domain.catalogue import Item
from service.domain.fact import OWN_TARGET, Fact
from service.domain.interval import FOREVER
from service.domain.record import NotCountedReason
from service.domain.units import conversion
from service.fhir.evidence.code_systems import BASE, codes_of
from service.fhir.evidence.days import day_of
from service.fhir.evidence.received import Json, Received

HOLDS_UNTIL: Final = f"{BASE}/StructureDefinition/holds-until"
PURSUED: Final = frozenset({"accepted", "active", "on-hold"})
OVER: Final = frozenset({"completed", "cancelled"})
_A_DAY: Final = timedelta(days=1)


def goal(received: Received) -> None:
    """A Goal: each measured target of it, for as long as it holds."""
    days = _days(received)
    if days is None:
        return
    first, last = days
    for target in received.resource.get("target", ()):
        codes = codes_of(target.get("measure"))
        item = received.item_among(codes)
        if item is None or not item.unit:
            continue
        bounds = list(_bounds(target, item))
        if not bounds:
            received.refuse(NotCountedReason.UNIT, codes)
        for operator, limit in bounds:
            fact = Fact(OWN_TARGET, first, received.source, until=last, code=item.key)
            received.note(fact._replace(value=limit, comparator=operator, unit=item.unit))


def _days(received: Received) -> tuple[date, date] | None:
    """The first and the last day on which it holds; None for one that never did."""
    resource, status = received.resource, received.resource["lifecycleStatus"]
    changed_on = day_of(resource.get("statusDate")) or received.received_on
    first = day_of(resource.get("startDate")) or changed_on
    if first is None or status not in PURSUED | OVER:
        return None
    until = [day_of(one.get("valueDate")) for one in _told_ends(resource)]
    last = min((day for day in until if day), default=FOREVER)
    if status in OVER:
        last = min(last, (changed_on or first) - _A_DAY)
    return (first, last) if last >= first else None


def _told_ends(resource: Json) -> Iterator[Json]:
    return (one for one in resource.get("extension", ()) if one.get("url") == HOLDS_UNTIL)


def _bounds(target: Json, item: Item) -> Iterator[tuple[str, float]]:
    """The one bound that a target sets: a quantity with its comparator, else the upper end of a range."""
    quantity, operator = target.get("detailQuantity"), "<="
    if quantity:
        operator = quantity.get("comparator", operator)
    else:
        quantity = target.get("detailRange", {}).get("high")
    if quantity and "value" in quantity:
        written = quantity.get("code") or quantity.get("unit") or ""
        change = conversion(item.key, written, item.unit)
        if change:
            yield operator, float(change.of(quantity["value"]))
