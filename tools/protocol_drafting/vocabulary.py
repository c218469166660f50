"""The words of the protocol table in our own vocabulary.

The table's is a first encoding; where a decision stands in its place it is written in our words already.
"""

from collections.abc import Callable
from typing import Final

from service.fhir.protocol.writing.names import Json

# The table knows some findings by shorter names.
FINDINGS: Final = {
    ("smoking", "current"): "current-smoker",
    ("smoking", "never"): "never-smoker",
    ("foot-risk", "1"): "foot-risk-1",
    ("foot-risk", "2"): "foot-risk-2",
    ("foot-risk", "3"): "foot-risk-3",
}
UPPER_LIMIT: Final = "xULN"
# A range has a goal for each of its ends.
GOALS_OF: Final = {
    "bp": ["bp.sys", "bp.dia"],
    "tsh": ["tsh.low", "tsh.high"],
    "inr": ["inr.low", "inr.high"],
    "d25": ["d25.low", "d25.high"],
}


def is_own_entry(rule: Json) -> bool:
    """Whether the plan's own date is meant, which wins over every rule anyway."""
    return rule.get("type") == "care_plan" and rule.get("field") in {"next_due", "planned_stop"}


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


def _last_value(rule: Json) -> Json:
    value = rule["value"]
    if value == "risk-target":
        return {"type": "beyond-target", "goal": rule["item"]}
    found = {"type": "last-value", "item": rule["item"], "operator": rule["op"]}
    if isinstance(value, str):
        return {**found, "reference": limit_of_normal(value)}
    return {**found, "limit": value, "unit": rule["unit"]}


def limit_of_normal(value: str) -> tuple[str, float]:
    """The laboratory's own limit and its multiple: `3xULN`, `ref.low`."""
    if value.endswith(UPPER_LIMIT):
        return "high", float(value.removesuffix(UPPER_LIMIT))
    return value.removeprefix("ref."), 1.0


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
    "crcl": "mL/min",
    "fev1pct": "%",
}


def _medication(rule: Json) -> Json:
    if rule["phase"] == "active":
        return {"type": "medicine-in-use", "atc": rule["atc"]}
    if rule["phase"] == "active_over_12m":
        return {"type": "medicine-duration", "atc": rule["atc"], "at_least": "P12M"}
    if rule["phase"] == "during_pregnancy":
        return {"type": "medicine-in-pregnancy", "atc": rule["atc"]}
    changed = rule["phase"] == "started_or_changed"
    found = {"type": "medicine-started", "atc": rule["atc"], "or_changed": changed}
    return {**found, "within": rule["within"]}


def _device(rule: Json) -> Json:
    if rule["phase"] == "active":
        return {"type": "device-in-use", "device": rule["device"]}
    return {"type": "device-started", "device": rule["device"], "within": rule["within"]}


def _procedure(rule: Json) -> Json:
    item = PROCEDURES[rule["code"]]
    found: Json = {"type": "event-count", "events": [{"name": item, "item": item}], "count": 1}
    return found if rule["within"] == "any" else {**found, "within": rule["within"]}


PROCEDURES: Final = {
    "PCI": "coronary-angioplasty",
    "CABG": "coronary-bypass",
    "bariatric": "bariatric-surgery",
}


def _finding(rule: Json) -> Json:
    item = rule["item"]
    return {"type": "finding", "item": item, "values": [FINDINGS[item, str(rule["value"])]]}


def _yes(rule: Json) -> Json:
    return {"type": "finding", "item": rule["value"], "values": ["yes"]}


def _age(rule: Json) -> Json:
    """Whole years: at most 25 is below 26, and 65 is at least 65 and below 66."""
    found: Json = {"type": "age"}
    for word in {"gte", "eq"} & rule.keys():
        found["at_least"] = rule[word]
    for word in {"lte", "eq"} & rule.keys():
        found["below"] = rule[word] + 1
    if "lt" in rule:
        found["below"] = rule["lt"]
    return found


def _time_since(rule: Json) -> Json:
    if rule["event"] != "diagnosis":
        raise KeyError(rule["event"])
    return {"type": "since-diagnosis", "less_than": rule["lt"]}


def _count_at_target(rule: Json) -> Json:
    found = {"type": "count-at-target", "goals": _goals(rule), "count": rule["n"]}
    return {**found, "apart": rule["apart"]} if "apart" in rule else found


def _goals(rule: Json) -> list[str]:
    return GOALS_OF.get(rule["item"], [rule["item"]])


_WORDS: Final[dict[str, Callable[[Json], Json]]] = {
    "last_value": _last_value,
    "range": _range,
    "medication": _medication,
    "finding": _finding,
    "preference": _yes,
    "symptom": _yes,
    "occupation": _yes,
    "event": _yes,
    "device": _device,
    "procedure": _procedure,
    "medication_duration": lambda rule: {
        "type": "medicine-duration",
        "atc": rule["atc"],
        "at_least": rule["ge"],
    },
    "care_plan": lambda rule: {"type": "finding", "item": rule["field"], "values": ["yes"]},
    "age": _age,
    "pregnancy": lambda rule: {"type": "pregnancy", "state": rule["state"]},
    "time_since": _time_since,
    "never_done": lambda _: {"type": "never-done"},
    "count_at_target": _count_at_target,
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
