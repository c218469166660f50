"""Rules: from the words of the protocol table to ours, and from ours to the extension `rule`.

Ours mirror `service/domain/rule/` one to one. The table's vocabulary is a first encoding; where a
decision stands in its place it is written in our words already.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tools.protocol_drafting.pieces import (
    Json,
    complex_part,
    duration,
    extension,
    goal_id,
    part,
    quantity,
    url_of,
)

# The table knows some findings by shorter names.
FINDINGS: Final = {
    ("smoking", "current"): "current-smoker",
    ("smoking", "never"): "never-smoker",
    ("foot-risk", "1"): "foot-risk-1",
    ("foot-risk", "2"): "foot-risk-2",
    ("foot-risk", "3"): "foot-risk-3",
}
GOALS_OF: Final = {"bp": ["bp.sys", "bp.dia"]}
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
    }
)


def is_own_entry(rule: Json) -> bool:
    """Whether the plan's own date is meant, which wins over every rule anyway."""
    return rule.get("type") == "care_plan" and rule.get("field") == "next_due"


def in_our_words(rule: Json, grids: Json) -> Json:
    """A rule of the table in our vocabulary; a KeyError names a word that has none yet."""
    for table_word, our_word in (("all", "all"), ("any", "any")):
        if table_word in rule:
            return {
                "type": our_word,
                "rules": [in_our_words(one, grids) for one in rule[table_word]],
            }
    if "not" in rule:
        return {"type": "not", "rule": in_our_words(rule["not"], grids)}
    if rule["type"] == "grid":
        return {**rule, "alone": _alone(rule["cells"], grids)}
    return _WORDS[rule["type"]](rule)


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
    "cells": _codes("cell", "cells"),
    "alone": _codes("alone", "alone"),
    "atc": _codes("atc", "atc"),
    "or_changed": lambda rule: [part("or-changed", valueBoolean=rule["or_changed"])],
    "value_set": _value_set,
    "values": _codes("value", "values"),
    "events": _events,
    "state": lambda rule: [part("state", valueCode=rule["state"])],
}


def _last_value(rule: Json) -> Json:
    value = rule["value"]
    if value == "risk-target":
        return {"type": "beyond-target", "goal": rule["item"]}
    found = {"type": "last-value", "item": rule["item"], "operator": rule["op"]}
    if isinstance(value, str) and value.endswith("xULN"):
        return {**found, "reference": ("high", float(value.removesuffix("xULN")))}
    return {**found, "limit": value, "unit": rule["unit"]}


def _range(rule: Json) -> Json:
    found: Json = {"type": "value-range", "item": rule["item"], "unit": RANGE_UNITS[rule["item"]]}
    if "gte" in rule:
        found["at_least"] = rule["gte"]
    if "lt" in rule:
        found["below"] = rule["lt"]
    return found


RANGE_UNITS: Final = {
    "egfr": "mL/min/{1.73_m2}",
    "fpg": "mmol/L",
    "hba1c": "mmol/mol",
    "act": "{score}",
}


def _medication(rule: Json) -> Json:
    if rule["phase"] == "active":
        return {"type": "medicine-in-use", "atc": rule["atc"]}
    changed = rule["phase"] == "started_or_changed"
    found = {"type": "medicine-started", "atc": rule["atc"], "or_changed": changed}
    return {**found, "within": rule["within"]}


def _finding(rule: Json) -> Json:
    item = rule["item"]
    return {"type": "finding", "item": item, "values": [FINDINGS[item, str(rule["value"])]]}


def _yes(rule: Json) -> Json:
    return {"type": "finding", "item": rule["value"], "values": ["yes"]}


def _age(rule: Json) -> Json:
    return {"type": "age", "at_least": rule["gte"]}


def _goals(rule: Json) -> list[str]:
    return GOALS_OF.get(rule["item"], [rule["item"]])


_WORDS: Final[dict[str, Callable[[Json], Json]]] = {
    "last_value": _last_value,
    "range": _range,
    "medication": _medication,
    "finding": _finding,
    "preference": _yes,
    "symptom": _yes,
    "care_plan": lambda rule: {"type": "finding", "item": rule["field"], "values": ["yes"]},
    "age": _age,
    "pregnancy": lambda rule: {"type": "pregnancy", "state": rule["state"]},
    "time_since": lambda rule: {"type": "since-diagnosis", "less_than": rule["lt"]},
    "never_done": lambda _: {"type": "never-done"},
    "count_at_target": lambda rule: {
        "type": "count-at-target",
        "goals": _goals(rule),
        "count": rule["n"],
    },
    "time_above_target": lambda rule: {
        "type": "beyond-target-for",
        "goals": _goals(rule),
        "at_least": rule["ge"],
    },
    "unconfirmed": lambda rule: {
        "type": "unconfirmed",
        "item": rule["item"],
        "operator": ">=",
        "limit": 3,
        "unit": "mg/mmol",
        "needed": rule["needed"],
        "of": 3,
        "within": rule["window"],
    },
    "dispense_count": lambda rule: {
        "type": "dispense-count",
        "atc": rule["atc"],
        "count": rule["ge"],
        "within": rule["within"],
    },
}


def _alone(cells: list[str], times: dict[str, int]) -> list[str]:
    """The rows and columns whose longest interval is that of these cells (KDIGO with one axis known)."""
    rarest_here = {times[cell] for cell in cells}
    return sorted(one for one in _axis_classes(times) if _rarest(one, times) in rarest_here)


def _axis_classes(times: dict[str, int]) -> set[str]:
    return {part for cell in times for part in (cell[:-2], cell[-2:])}


def _rarest(axis_class: str, times: dict[str, int]) -> int:
    return min(n for cell, n in times.items() if axis_class in {cell[:-2], cell[-2:]})
