"""The invariants that JSON Schema cannot say: comparisons, uniqueness, references inside a resource.

Source: R4, the `constraint` of each StructureDefinition (`r4/invariants.json` has its own words).
Each check looks at one object of its type and gives the places, from that object, that break it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, TypeAlias

from service.domain.errors import Issue
from service.fhir.definitions import Invariant, invariants
from service.fhir.timing import Range, range_of
from service.fhir.walking import Node

Object: TypeAlias = dict[str, Any]
Check: TypeAlias = Callable[[Object], Iterator[str]]


def issues_at(node: Node) -> Iterator[Issue]:
    """The broken invariants of one object, in the standard's words."""
    for rule, check in _checks_of(node.kind):
        for place in check(node.value):
            at = f"{node.expression}.{place}" if place else node.expression
            yield Issue("invariant", f"{rule.words} ({rule.key})", at)


@cache
def _checks_of(kind: str) -> tuple[tuple[Invariant, Check], ...]:
    rules = {rule.key: rule for rule in invariants().get(kind, ())}
    return tuple((rules[key], check) for key, check in CHECKS.get(kind, {}).items() if key in rules)


def _period_in_order(period: Object) -> Iterator[str]:
    if is_after(period.get("start"), period.get("end")):
        yield ""


def _handed_over_once_prepared(dispense: Object) -> Iterator[str]:
    if is_after(dispense.get("whenPrepared"), dispense.get("whenHandedOver")):
        yield "whenHandedOver"


def _modified_once_written(task: Object) -> Iterator[str]:
    if is_after(task.get("authoredOn"), task.get("lastModified")):
        yield "lastModified"


def is_after(earlier: Any, later: Any) -> bool:
    """Whether the first date is surely after the second: partial dates that overlap are in order."""
    first, second = _range(earlier), _range(later)
    return first is not None and second is not None and first.low >= second.high


def _range(value: Any) -> Range | None:
    return range_of(value) if isinstance(value, str) else None


def _range_in_order(numbers: Object) -> Iterator[str]:
    low, high = numbers.get("low"), numbers.get("high")
    if isinstance(low, dict) and isinstance(high, dict) and _unit(low) == _unit(high):
        lowest, highest = low.get("value"), high.get("value")
        if isinstance(lowest, int | float) and isinstance(highest, int | float):
            yield from [""] if lowest > highest else []


def _unit(quantity: Object) -> tuple[Any, Any]:
    """Amounts in different units are not compared; a unit is its code, else its text."""
    return quantity.get("system"), quantity.get("code", quantity.get("unit"))


def _component_code_is_another(observation: Object) -> Iterator[str]:
    if "component" not in observation or not any(map(_is_value, observation)):
        return
    own = _codings(observation.get("code"))
    for number, component in enumerate(_objects(observation.get("component"))):
        if any(coding in own for coding in _codings(component.get("code"))):
            yield f"component[{number}].code"


def _is_value(member: str) -> bool:
    return member.startswith(("value", "_value"))


def _codings(concept: Any) -> list[Object]:
    return _objects(concept.get("coding")) if isinstance(concept, dict) else []


def _objects(listed: Any) -> list[Object]:
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _link_ids_are_unique(questionnaire: Object) -> Iterator[str]:
    yield from _repeated(list(_below(questionnaire, "item", "linkId")), "item")


def _codes_are_unique(code_system: Object) -> Iterator[str]:
    yield from _repeated(list(_below(code_system, "concept", "code")), "concept")


def _below(owner: Object, member: str, key: str) -> Iterator[Any]:
    for child in _objects(owner.get(member)):
        yield child.get(key)
        yield from _below(child, member, key)


def _full_urls_are_unique(bundle: Object) -> Iterator[str]:
    if bundle.get("type") == "history":
        return
    seen: set[str] = set()
    for number, entry in enumerate(_objects(bundle.get("entry"))):
        if "fullUrl" in entry:
            named = f"{entry['fullUrl']} {_version(entry.get('resource'))}"
            if named in seen:
                yield f"entry[{number}].fullUrl"
            seen.add(named)


def _version(resource: Any) -> Any:
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return meta.get("versionId", "") if isinstance(meta, dict) else ""


def _distinct(member: str, *keys: str, only: tuple[str, Any] | None = None) -> Check:
    """A check that no two objects of a list agree in all `keys`."""

    def check(owner: Object) -> Iterator[str]:
        listed = _objects(owner.get(member))
        counted = [item for item in listed if only is None or item.get(only[0]) == only[1]]
        yield from _repeated([tuple(map(item.get, keys)) for item in counted], member)

    return check


def _repeated(values: list[Any], place: str) -> Iterator[str]:
    counted = Counter(map(repr, (value for value in values if value is not None)))
    if any(count > 1 for count in counted.values()):
        yield place


CHECKS: Final[dict[str, dict[str, Check]]] = {
    "Bundle": {"bdl-7": _full_urls_are_unique},
    "CapabilityStatement": {"cpb-7": _distinct("document", "profile", "mode")},
    "CapabilityStatement.rest": {"cpb-9": _distinct("resource", "type")},
    "CapabilityStatement.rest.resource": {"cpb-12": _distinct("searchParam", "name")},
    "CodeSystem": {"csd-1": _codes_are_unique},
    "ElementDefinition": {
        "eld-13": _distinct("type", "code"),
        "eld-14": _distinct("constraint", "key"),
    },
    "MedicationDispense": {"mdd-1": _handed_over_once_prepared},
    "NamingSystem": {"nsd-2": _distinct("uniqueId", "type", only=("preferred", True))},
    "Observation": {"obs-7": _component_code_is_another},
    "Period": {"per-1": _period_in_order},
    "Questionnaire": {"que-2": _link_ids_are_unique},
    "Range": {"rng-2": _range_in_order},
    "Task": {"inv-1": _modified_once_written},
}

_PUBLISHERS: Final = "definitions are judged by their publishers' tools"
_ANOTHER: Final = "asks what another resource is; only the reference's own type is checked"

# Invariants that are neither in the schema nor checked, each with the reason.
UNCHECKED: Final[dict[str, str]] = {
    "cnt-3": "a Count is read as a decimal; a point in its literal would not show",
    "ctm-1": _ANOTHER,
    **dict.fromkeys(("eld-2", "eld-3", "eld-11", "eld-16", "eld-19"), _PUBLISHERS),
    **dict.fromkeys(("sdf-1", "sdf-8", "sdf-8a", "sdf-9", "sdf-11", "sdf-15"), _PUBLISHERS),
    **dict.fromkeys(("sdf-15a", "sdf-16", "sdf-17", "sdf-19", "sdf-20"), _PUBLISHERS),
    **dict.fromkeys(("sdf-22", "sdf-23"), _PUBLISHERS),
}
