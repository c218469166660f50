"""Targets as goals of a PlanDefinition: of several bounds the first that applies to the patient."""

from typing import Final

from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.pieces import (
    Names,
    citations,
    coding,
    complex_part,
    extension,
    filled,
    goal_id,
    part,
    quantity,
    translated,
)
from tools.protocol_drafting.rules import rule_extension
from tools.protocol_drafting.table import Drafting
from tools.protocol_drafting.vocabulary import limit_of_normal

OPERATORS: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
ENGLISH: Final = 2


def goals(drafting: Drafting, protocol: str, row: Json) -> list[Json]:
    """The goals of one row of the table, each with its bounds in order."""
    found = _bounds(drafting, protocol, row)
    return [_goal(drafting, goal, bounds, row["source"]) for goal, bounds in found.items()]


def bounds_by_goal(drafting: Drafting, protocol: str) -> dict[str, list[Json]]:
    """The bounds of every goal of a protocol."""
    rows = drafting.rows([protocol])
    return {goal: found for row in rows for goal, found in _bounds(drafting, protocol, row).items()}


def _bounds(drafting: Drafting, protocol: str, row: Json) -> dict[str, list[Json]]:
    decided = drafting.decided(protocol, row["id"]).get("targets")
    if decided is None:
        return _from_table(row)
    return {
        goal: [_for_whom(drafting, protocol, bound) for bound in bounds]
        for goal, bounds in decided.items()
    }


def _for_whom(drafting: Drafting, protocol: str, bound: Json) -> Json:
    if "for" not in bound:
        return bound
    return {**bound, "whom": drafting.phrase(protocol, "bounds", bound["for"])}


def _from_table(row: Json) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for bound in row["target"]["bounds"]:
        if "when" in bound:
            message = f"{row['id']}: a target that depends on the patient needs a decision"
            raise ValueError(message)
        ends = [(operator, bound[name]) for name, operator in OPERATORS.items() if name in bound]
        for operator, limit in ends:
            goal = _goal_id(bound["of"], operator, both=len(ends) > 1)
            found[goal] = [_bound(bound, operator, limit)]
    return found


def _goal_id(item: str, operator: str, *, both: bool) -> str:
    if not both:
        return item
    return f"{item}.{'low' if operator in {'>', '>='} else 'high'}"


def _bound(bound: Json, operator: str, limit: float | str) -> Json:
    found = {"item": bound["of"], "operator": operator, "unit": bound["unit"]}
    if isinstance(limit, str):
        return {**found, "reference": limit_of_normal(limit)}
    return {**found, "limit": limit}


def _goal(drafting: Drafting, goal: str, bounds: list[Json], sources: list[str]) -> Json:
    item = bounds[0].get("item", goal)
    evidence = "sourced" if sources else "unconfirmed"
    return filled(
        {
            "extension": [extension("evidence", valueCode=evidence)],
            "id": goal_id(goal),
            "description": translated("text", _words(drafting, item, bounds)),
            "documentation": citations(sources),
            "target": [_target(drafting, item, bound) for bound in bounds],
        }
    )


def _target(drafting: Drafting, item: str, bound: Json) -> Json:
    names = drafting.item_names(item)
    extensions = [rule_extension(bound["when"])] if "when" in bound else []
    measure = {"measure": {"coding": [coding("item", item, names[0])]}}
    if "reference" in bound:
        extensions.append(_reference_limit(bound))
        return {"extension": extensions, **measure}
    limit = quantity(bound["limit"], bound["unit"], bound["operator"])
    return filled({"extension": extensions, **measure, "detailQuantity": limit})


def _reference_limit(bound: Json) -> Json:
    end, factor = bound["reference"]
    parts = [
        part("end", valueCode=end),
        part("factor", valueDecimal=factor),
        part("operator", valueCode=bound["operator"]),
    ]
    return extension("reference-limit", extension=complex_part("", parts)["extension"])


def _words(drafting: Drafting, item: str, bounds: list[Json]) -> Names:
    """`LDL: below 1.8 mmol/L at high risk; below 2.6 mmol/L at moderate risk`, in three languages."""
    names = drafting.item_names(item)
    others = {"whom": drafting.phrases["bounds"]["others"]} if len(bounds) > 1 else {}
    whole = [{**others, **bound} for bound in bounds]
    said = [[_bound_words(drafting, bound, n) for bound in whole] for n in range(len(names))]
    return [f"{name}: {'; '.join(parts)}" for name, parts in zip(names, said, strict=True)]


def _bound_words(drafting: Drafting, bound: Json, language: int) -> str:
    operator = drafting.phrases["operators"][bound["operator"]][language]
    limit = _limit_words(drafting, bound, language)
    whom = bound["whom"][language] if "whom" in bound else ""
    return f"{operator} {limit} {whom}".strip()


def _limit_words(drafting: Drafting, bound: Json, language: int) -> str:
    if "reference" in bound:
        end, factor = bound["reference"]
        if factor == 1:
            return str(drafting.phrases["limits_of_normal"][end][language])
        return f"{factor:g} {drafting.phrases['upper_limit'][language]}"
    unit = drafting.names["unit"]["codes"][bound["unit"]][language]
    number = f"{bound['limit']:g}"
    return f"{number if language == ENGLISH else number.replace('.', ',')} {unit}"
