"""Observations: measured values, components, findings, and what counts without a value.

Source: `what-is-due` 2; R4 observation.html. A status other than final, amended or corrected does not
count, nor a value without its unit, nor a panel without all its components.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.domain.catalogue import Item
from service.domain.fact import SELF, Fact
from service.domain.pregnancy import PREGNANCY
from service.domain.record import NotCountedReason
from service.domain.units import OF_PLAIN_NUMBERS, Conversion, conversion
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.days import Told, day_of, performed
from service.fhir.evidence.pregnancy import with_due_date
from service.fhir.evidence.received import WITHDRAWN, DoesNotCount, Json, Received

COUNTING: Final = frozenset({"final", "amended", "corrected"})
WHOLE_SERIES: Final = "mean"
OF_THE_PATIENT: Final = ("Patient/", "RelatedPerson/")
_VALUES: Final = ("valueQuantity", "valueInteger", "valueCodeableConcept", "valueBoolean")


def observation(received: Received) -> None:
    """Read an Observation into facts, or into the reason why it does not count."""
    resource = received.resource
    if received.status in WITHDRAWN:
        return
    codes = codes_of(resource["code"])
    item = received.item_among(codes)
    if item is None:
        _unknown(received, codes)
    elif received.status not in COUNTING:
        received.refuse(NotCountedReason.STATUS, codes)
    else:
        try:
            _known(received, item, codes)
        except DoesNotCount as outcome:
            received.facts.clear()  # of a panel, all components count or none
            received.refuse(outcome.reason, codes)


def _unknown(received: Received, codes: list[str]) -> None:
    """No item has the code: its components may have, and it may be based on a follow-up."""
    at = performed(received.resource, "effective")
    if received.status not in COUNTING:
        return
    if at:
        for component in received.resource.get("component", ()):
            _note_component(received, component, at)
        if any(value in received.resource for value in _VALUES):
            received.based_on(at)
    if not received.facts and "hasMember" not in received.resource:
        received.refuse(NotCountedReason.CODE, codes)


def _note_component(received: Received, component: Json, at: Told) -> None:
    item = received.item_among(codes_of(component["code"]))
    if item:
        try:
            _note(received, _placed(received, item), component, at)
        except DoesNotCount as outcome:
            received.refuse(outcome.reason, codes_of(component["code"]))


def _known(received: Received, item: Item, codes: list[str]) -> None:
    resource = received.resource
    at = performed(resource, "effective")
    if at is None:
        raise DoesNotCount(NotCountedReason.DAY)
    if "dataAbsentReason" in resource:
        raise DoesNotCount(NotCountedReason.VALUE)
    item = _placed(received, item)
    whole_series = not received.catalogue.codes.series.isdisjoint(codes)
    if item.components:
        _components(received, item, at, whole_series=whole_series)
    else:
        _note(received, item, resource, at, whole_series=whole_series)
    if item.presence:
        received.based_on(at)
    if item.key == PREGNANCY:
        with_due_date(received)


def _placed(received: Received, item: Item) -> Item:
    """The item where it was measured: at home by the patient, or in care."""
    if not _is_own(received.resource):
        return item
    items = received.catalogue.codes.items
    if item.at_home:
        return items[item.at_home]
    if not item.own:
        raise DoesNotCount(NotCountedReason.SETTING)
    return item


def _is_own(resource: Json) -> bool:
    performers = resource.get("performer")
    if not performers:
        return False
    return any(one.get("reference", "").startswith(OF_THE_PATIENT) for one in performers)


def _components(received: Received, item: Item, at: Told, *, whole_series: bool) -> None:
    """All the components that the item needs, each a fact of its own."""
    if "component" not in received.resource and "hasMember" in received.resource:
        return  # each member is an Observation itself
    found = dict(_by_item(received, item))
    if any(name not in found for name in item.components):
        raise DoesNotCount(NotCountedReason.VALUE)
    for name in item.components:
        part = received.catalogue.codes.items[name]
        _note(received, part, found[name], at, whole_series=whole_series)


def _by_item(received: Received, item: Item) -> Iterator[tuple[str, Json]]:
    for component in received.resource.get("component", ()):
        part = received.item_among(codes_of(component["code"]))
        if part:
            # In a series taken at home the components may bear the codes of any reading.
            yield part.at_home if part.at_home in item.components else part.key, component


def _note(
    received: Received, item: Item, element: Json, at: Told, *, whole_series: bool = False
) -> None:
    own = _is_own(received.resource)
    detail = WHOLE_SERIES if whole_series else (at.half if own else "")
    fact = Fact(
        item.key,
        at.day,
        received.source,
        detail=detail,
        quality=SELF if own else at.quality,
        setting=received.setting,
        at=at.at,
    )
    received.note(_with_value(received, item, element, fact))


def _while_it_holds(received: Received, item: Item, fact: Fact) -> Fact:
    """What a professional sets holds for its period, after which it is unknown again (3.3)."""
    period = received.resource.get("effectivePeriod", {})
    first, last = day_of(period.get("start")), day_of(period.get("end"))
    if first is None or last is None:
        return fact
    if item.key not in received.catalogue.codes.set_by_professionals:
        return fact
    return fact._replace(day=first, until=last)


def _with_value(received: Received, item: Item, element: Json, fact: Fact) -> Fact:
    if item.unit:
        return _measured(item, element, fact)
    if item.findings:
        found = fact._replace(code=_found(received, item, element))
        return _while_it_holds(received, item, found)
    return fact


def _measured(item: Item, element: Json, fact: Fact) -> Fact:
    quantity = element.get("valueQuantity") or _bare_number(element)
    value = quantity.get("value")
    if value is None:
        raise DoesNotCount(NotCountedReason.VALUE)
    change = _conversion(item, quantity)
    low, high = _reference(element, item, change)
    return fact._replace(
        value=float(change.of(value)),
        comparator=quantity.get("comparator", ""),
        unit=item.unit,
        ref_low=low,
        ref_high=high,
    )


def _bare_number(element: Json) -> Json:
    value = element.get("valueInteger")
    return {} if value is None else {"value": value}


def _conversion(item: Item, quantity: Json) -> Conversion:
    """Into the item's unit: by the UCUM code, else as written; only a plain number may go without."""
    written = [quantity[name] for name in ("code", "unit") if name in quantity]
    if not written and item.unit in OF_PLAIN_NUMBERS:
        written = [item.unit]
    found = (conversion(item.key, unit, item.unit) for unit in written)
    change = next((one for one in found if one), None)
    if change is None:
        raise DoesNotCount(NotCountedReason.UNIT)
    return change


def _reference(
    element: Json, item: Item, of_value: Conversion
) -> tuple[float | None, float | None]:
    ranges = element.get("referenceRange")
    if not ranges:
        return None, None
    low, high = (_limit(ranges[0].get(end), item, of_value) for end in ("low", "high"))
    return low, high


def _limit(quantity: Mapping[str, Any] | None, item: Item, of_value: Conversion) -> float | None:
    """A reference limit in the item's unit; one without a unit is in the value's own."""
    if quantity is None or "value" not in quantity:
        return None
    written = quantity.get("code") or quantity.get("unit")
    change = conversion(item.key, written, item.unit) if written else of_value
    return change.of(quantity["value"]) if change else None


def _found(received: Received, item: Item, element: Json) -> str:
    """The finding; where a record counts without one, its absence is no fault."""
    said = element.get("valueBoolean")
    if said is None:
        found = received.finding(item, [element.get("valueCodeableConcept")])
    else:
        found = "yes" if said else "no"
    if found in item.findings:
        return found
    if item.presence:
        return ""
    raise DoesNotCount(NotCountedReason.VALUE)
