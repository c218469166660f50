"""Goals: a measured target of the patient's own, which the plan sets in place of the protocols'.

Source: `what-is-due` 6.5; R4 goal.html. It holds from its startDate to the day of our extension
`holds-until`, or as its extension `own-target` says; one that is no longer pursued held until its status
changed. A goal in words alone is the patient's, and sets no target; nor does one that aims at what the
protocol does.
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
PROPOSED_BOUND: Final = f"{BASE}/StructureDefinition/proposed-bound"
OWN_ENTRY: Final = f"{BASE}/StructureDefinition/own-target"
PURSUED: Final = frozenset({"accepted", "active", "on-hold"})
OVER: Final = frozenset({"completed", "cancelled"})
_A_DAY: Final = timedelta(days=1)


def goal(received: Received) -> None:
    """A Goal: each measured target of it, for as long as it holds."""
    days = _days(received)
    if days is None:
        return
    for target in received.resource.get("target", ()):
        if _is_of_protocol(target):
            continue
        first, last = _entered(target, *days)
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


def _is_of_protocol(target: Json) -> bool:
    """Whether it aims at what the protocol does: an accepted proposal, whose target follows the protocol's."""
    proposed = [one for one in target.get("extension", ()) if one.get("url") == PROPOSED_BOUND]
    return any(one.get("valueQuantity") == target.get("detailQuantity") for one in proposed)


def _entered(target: Json, first: date, last: date) -> tuple[date, date]:
    """The days for which an entry says that it holds, within those of the goal."""
    for one in target.get("extension", ()):
        if one.get("url") == OWN_ENTRY:
            days = {part["url"]: day_of(part.get("valueDate")) for part in one["extension"]}
            first = max(first, days.get("from") or first)
            last = min(last, days.get("until") or last)
    return first, last


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
