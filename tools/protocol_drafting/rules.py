"""Rules in our words as the extension `rule`. Our words mirror `service/domain/rule/` one to one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from service.fhir.protocol.writing.names import Json, url_of
from tools.protocol_drafting.pieces import (
    complex_part,
    duration,
    extension,
    goal_id,
    part,
    quantity,
)

EVENT_TYPES: Final = frozenset(
    {
        "medicine-in-use",
        "medicine-started",
        "medicine-since",
        "dispense-count",
        "condition",
        "since-diagnosis",
        "event-count",
        "pregnancy",
        "medicine-duration",
        "device-in-use",
        "device-started",
        "since-onset",
        "in-remission",
        "not-done-since",
    }
)


def anchors_on_event(rule: Json) -> bool:
    """Whether the rule is about events alone, so that an event is what its dates count from."""
    if rule["type"] in {"all", "any"}:
        return all(anchors_on_event(one) for one in rule["rules"])
    return rule["type"] in EVENT_TYPES


def medicine_groups(plans: Iterable[Json]) -> list[tuple[str, ...]]:
    """The groups of ATC codes that the rules of PlanDefinitions name, each once."""
    rules = (one for plan in plans for one in _extensions(plan))
    groups = (tuple(p["valueCode"] for p in rule if p["url"] == "atc") for rule in rules)
    return sorted({group for group in groups if group})


def _extensions(value: Any) -> Iterator[list[Json]]:
    if isinstance(value, dict):
        if "extension" in value:
            yield value["extension"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _extensions(one)


def rule_extension(rule: Json) -> Json:
    """The extension `rule` for a rule in our words."""
    return extension("rule", extension=_parts(rule))


def _parts(rule: Json) -> list[Json]:
    nested = [*rule.get("rules", []), *([rule["rule"]] if "rule" in rule else [])]
    own = [_PARTS[name](rule) for name in _PARTS if name in rule]
    return [
        part("type", valueCode=rule["type"]),
        *(found for parts in own for found in parts),
        *(complex_part("rule", _parts(one)) for one in nested),
    ]


def _codes(name: str, field: str) -> Callable[[Json], list[Json]]:
    return lambda rule: [part(name, valueCode=str(code)) for code in rule[field]]


def _durations(name: str, field: str) -> Callable[[Json], list[Json]]:
    return lambda rule: [part(name, valueDuration=duration(rule[field]))]


def _whole(name: str, field: str) -> Callable[[Json], list[Json]]:
    return lambda rule: [part(name, valueUnsignedInt=rule[field])]


def _limit(rule: Json) -> list[Json]:
    if "reference" in rule:
        end, factor = rule["reference"]
        parts = [
            part("end", valueCode=end),
            part("factor", valueDecimal=factor),
            part("operator", valueCode=rule["operator"]),
        ]
        return [complex_part("reference-limit", parts)]
    return [part("bound", valueQuantity=quantity(rule["limit"], rule["unit"], rule["operator"]))]


def _edge(name: str, field: str) -> Callable[[Json], list[Json]]:
    def parts(rule: Json) -> list[Json]:
        value = rule[field]
        if isinstance(value, str):
            return [part(name, valueDuration=duration(value))]
        if "unit" not in rule:
            return [part(name, valueUnsignedInt=value)]
        return [part(name, valueQuantity=quantity(value, rule["unit"]))]

    return parts


def _events(rule: Json) -> list[Json]:
    return [complex_part("event", _event(event)) for event in rule["events"]]


def _event(event: Json) -> list[Json]:
    found = [part("name", valueCode=event["name"]), part("item", valueCode=event["item"])]
    found += [part("class", valueCode=code) for code in event.get("classes", [])]
    if "value_set" in event:
        found.append(_value_set(event)[0])
    return found + [part("atc", valueCode=code) for code in event.get("atc", [])]


def _value_set(rule: Json) -> list[Json]:
    return [part("value-set", valueCanonical=url_of("ValueSet", f"condition-{rule['value_set']}"))]


_PARTS: Final[dict[str, Callable[[Json], list[Json]]]] = {
    "item": lambda rule: [part("item", valueCode=rule["item"])],
    "operator": _limit,
    "goal": lambda rule: [part("goal", valueString=goal_id(rule["goal"]))],
    "goals": lambda rule: [part("goal", valueString=goal_id(goal)) for goal in rule["goals"]],
    "count": _whole("count", "count"),
    "at_least": _edge("at-least", "at_least"),
    "below": _edge("below", "below"),
    "less_than": _durations("less-than", "less_than"),
    "percent": lambda rule: [part("percent", valueDecimal=rule["percent"])],
    "classes": lambda rule: [part("class-limit", valueDecimal=limit) for limit in rule["classes"]],
    "needed": _whole("needed", "needed"),
    "of": _whole("of", "of"),
    "within": _durations("within", "within"),
    "scheme": lambda rule: [part("scheme", valueCode=rule["scheme"])],
    "apart": _durations("apart", "apart"),
    "device": lambda rule: [part("device", valueCode=rule["device"])],
    "sex": lambda rule: [part("sex", valueCode=rule["sex"])],
    "cells": _codes("cell", "cells"),
    "alone": _codes("alone", "alone"),
    "atc": _codes("atc", "atc"),
    "or_changed": lambda rule: [part("or-changed", valueBoolean=rule["or_changed"])],
    "value_set": _value_set,
    "values": _codes("value", "values"),
    "events": _events,
    "state": lambda rule: [part("state", valueCode=rule["state"])],
}
