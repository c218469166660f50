"""A PlanDefinition, with the ActivityDefinitions it names, as the rows of its table.

An activity's base comes first and bears what is the activity's own; its variants follow in the order
in which they are listed, which decides between equal dates (`what-is-due` 4.2).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.domain.protocol_table import BASE, LANGUAGES, RowKey, TableRow
from service.fhir.protocol.element import Element
from service.fhir.protocol.support import addresses
from service.fhir.protocol.table.parts import (
    PERIODS,
    limit_written,
    quantity_written,
    rule_written,
    written,
)
from service.fhir.protocol.versions import activity_of

NONE: Final = "none"
PLAN: Final = "plan"
MARKS: Final = ("urgent", "set-aside")
FORMULA: Final = "interval-formula"
CONFIRMATION: Final = "confirmation"
_CONFIRMED: Final = ("role", "by", "on", "source-read")
UNREVIEWED: Final = "unreviewed"
REVIEWED: Final = "reviewed"

Json = dict[str, Any]


def rows_of(plan: Json, activities: Mapping[str, Json]) -> list[TableRow]:
    """The table of a PlanDefinition; `activities` are ActivityDefinitions by their address."""
    root = Element(plan, "PlanDefinition", "")
    goals = {goal.need("id"): goal for goal in root.children("goal")}
    return [row for action in root.children("action") for row in _rows(action, goals, activities)]


def _rows(
    action: Element, goals: Mapping[str, Element], activities: Mapping[str, Json]
) -> Iterator[TableRow]:
    name = action.need("id")
    definition = activity_of(activities, action.content)
    nested = {one.need("id").removeprefix(f"{name}."): one for one in action.children("action")}
    base = nested.pop(BASE)
    texts = _texts(Element(definition, "ActivityDefinition", ""))
    cells = _of_both(base, action) | _of_activity(action, goals) | texts
    yield TableRow(RowKey(name, BASE), _filled(cells))
    for variant, one in nested.items():
        cells = _of_both(one, one) | _of_variant(one)
        yield TableRow(RowKey(name, variant), _filled(cells))


def _filled(cells: Mapping[str, str]) -> dict[str, str]:
    return {column: text for column, text in cells.items() if text}


def _of_both(nested: Element, told: Element) -> dict[str, str]:
    """A base's or a variant's figures; `told` bears its title and its sources."""
    window = nested.extension("window")
    days = {name: window.part_value(name) for name in ("lead-days", "grace-days")} if window else {}
    return {
        "interval": interval_of(nested),
        "lead_days": _number(days.get("lead-days")),
        "grace_days": _number(days.get("grace-days")),
        "evidence": nested.value_of("evidence", ""),
        "sources": "\n".join(addresses(told)),
        "confirmation": _confirmation(nested),
        **names_of(told, "title"),
    }


def _number(days: int | None) -> str:
    return "" if days is None else str(days)


def interval_of(nested: Element) -> str:
    """`P3M`, `P0D` (at once), `none`, `plan`, or the formula that it is computed by."""
    if nested.value_of("not-required"):
        return NONE
    if nested.value_of("own-entry"):
        return PLAN
    formula = nested.extension(FORMULA)
    if formula:
        return written("formula", formula.get("extension"))
    once = nested.get("timingDuration")
    if once:
        return f"P{once['value']}{PERIODS[once['code']]}"
    repeat = nested.need("timingTiming")["repeat"]
    return f"P{repeat['period']}{PERIODS[repeat['periodUnit']]}"


def names_of(element: Element, name: str, column: str = "") -> dict[str, str]:
    """A text in its three languages, as cells."""
    found = element.names(name)
    return {f"{column or name}_{language}": found.get(language, "") for language in LANGUAGES}


def _confirmation(nested: Element) -> str:
    """Who confirmed the figure when: role, person, day, and the source read."""
    found = nested.extension(CONFIRMATION)
    said = [found.part_value(name, "") for name in _CONFIRMED] if found else []
    return " · ".join(filter(None, said))


def _of_variant(nested: Element) -> dict[str, str]:
    rules = [one.get("extension", []) for one in nested.children("condition")]
    ruled = [one for extensions in rules for one in extensions]
    return {
        "rule": rule_written(ruled[0]) if ruled else "",
        "counts_from": nested.value_of("anchor", ""),
        "marks": " ".join(mark for mark in MARKS if nested.value_of(mark)),
        **names_of(nested, "description", "reason"),
        "reason_review": _review(nested, "description"),
    }


def _review(element: Element, name: str) -> str:
    if not element.get(name):
        return ""
    beside = element.child(f"_{name}")
    return str(beside.value_of("review-status", REVIEWED)) if beside else REVIEWED


def _of_activity(action: Element, goals: Mapping[str, Element]) -> dict[str, str]:
    season = action.extension("season")
    return {
        "target": "\n".join(target_of(goals[one]) for one in action.get("goalId", [])),
        "target_confirmation": "\n".join(
            f"{one}: {said}"
            for one in action.get("goalId", [])
            if (said := _confirmation(goals[one]))
        ),
        "target_evidence": "\n".join(
            f"{one}: {goals[one].value_of('evidence', '')}" for one in action.get("goalId", [])
        ),
        "performer": action.children("participant")[0].coded("role"),
        "kind": action.value_of("activity-kind", ""),
        "far_limit": "\n".join(_far_limit(one) for one in action.extensions("far-limit")),
        "season": " ".join(season.needed(n) for n in ("opens", "due", "ends")) if season else "",
        "applies_when": _applies_when(action),
    }


def _applies_when(action: Element) -> str:
    ruled = [one.extension("rule") for one in action.children("condition")]
    return "\n".join(rule_written(one.content) for one in ruled if one)


def target_of(goal: Element) -> str:
    """A goal's bounds in order: `goal-ldl: < 1.4 mmol/L; < 1.8 mmol/L`."""
    return f"{goal.need('id')}: {'; '.join(map(_bound, goal.children('target')))}"


def _bound(target: Element) -> str:
    reference = target.extension("reference-limit")
    if reference:
        return limit_written(reference.get("extension"))
    return quantity_written(target.need("detailQuantity"))


def _far_limit(far: Element) -> str:
    return f"{far.needed('item')} {quantity_written(far.needed('bound'))}"


def _texts(definition: Element) -> dict[str, str]:
    """What a person is told of the activity, in every protocol that asks for it."""
    reviews = {_review(definition, name) for name in ("description", "usage")} - {""}
    status = UNREVIEWED if UNREVIEWED in reviews else next(iter(reviews), "")
    return {
        **names_of(definition, "description", "what"),
        **names_of(definition, "usage", "prepare"),
        "text_review": status,
    }
