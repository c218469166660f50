"""Protocols as PlanDefinitions: one action a row, its variants and base under `exactly-one`."""

from typing import Final

from service.fhir.protocol.writing.expressions import Expressions
from service.fhir.protocol.writing.names import Json, url_of
from service.fhir.protocol.writing.shapes import SHAPES
from tools.protocol_drafting.drafting_vocabulary import DraftingVocabulary
from tools.protocol_drafting.goals import bounds_by_goal, goals
from tools.protocol_drafting.pieces import (
    VERSION,
    citations,
    concept,
    definition,
    extension,
    filled,
    part,
    quantity,
    translated,
)
from tools.protocol_drafting.table import Drafting, names_of
from tools.protocol_drafting.variants import condition, nested_actions
from tools.protocol_drafting.vocabulary import in_our_words
from tools.protocol_drafting.whom import whom

TYPE: Final = "http://terminology.hl7.org/CodeSystem/plan-definition-type"


def plan_definition(drafting: Drafting, protocol: str) -> Json:
    """A protocol of the table, complete."""
    table = drafting.protocols[protocol]
    decided = drafting.decisions[protocol]
    return definition(
        "PlanDefinition",
        protocol,
        names_of(table),
        extension=_qualifying(drafting, protocol),
        type={"coding": [{"system": TYPE, "code": "clinical-protocol"}]},
        description=decided["description"],
        **filled({"goal": _goals(drafting, protocol, table)}),
        action=[_action(drafting, protocol, row) for row in table["items"]],
    )


def _goals(drafting: Drafting, protocol: str, table: Json) -> list[Json]:
    """The goals of all rows, each once: two rows may have one and the same."""
    found: dict[str, Json] = {}
    for row in table["items"]:
        for goal in goals(drafting, protocol, row):
            if found.setdefault(goal["id"], goal) != goal:
                message = f"{protocol}: {goal['id']} is given twice, and not alike"
                raise ValueError(message)
    return list(found.values())


def _qualifying(drafting: Drafting, protocol: str) -> list[Json]:
    found = []
    for name, conditions in drafting.conditions.items():
        if conditions.get("of") == protocol:
            url = url_of("ValueSet", f"condition-{name}")
            found.append(extension("qualifying-conditions", valueCanonical=url))
            if "suggested" in conditions:
                found.append(extension("suggesting-conditions", valueCanonical=f"{url}-suggested"))
    return [*found, *whom(drafting.decisions[protocol].get("whom", {}))]


def _action(drafting: Drafting, protocol: str, row: Json) -> Json:
    names = names_of(row)
    vocabulary, bounds = DraftingVocabulary(drafting), bounds_by_goal(drafting, protocol)
    said = Expressions(vocabulary, protocol, row["id"], bounds, SHAPES)
    nested = nested_actions(drafting, protocol, row, said)
    conditions = _applies_when(drafting, row, said)
    return filled(
        {
            "extension": _of_the_row(drafting, row),
            "id": row["id"],
            **translated("title", names),
            "code": [concept("activity", row["key"], names)],
            "documentation": citations(row["source"]),
            "goalId": [goal["id"] for goal in goals(drafting, protocol, row)],
            "condition": conditions,
            "input": said.inputs.requirements,
            "participant": [_participant(drafting, row)],
            "definitionCanonical": f"{url_of('ActivityDefinition', row['key'])}|{VERSION}",
            "selectionBehavior": "exactly-one",
            "action": nested,
        }
    )


def _of_the_row(drafting: Drafting, row: Json) -> list[Json]:
    closing = drafting.closings.get(row["key"], {})
    found = [extension("activity-kind", valueCode=row["kind"])]
    found += [_far_limit(drafting, *far) for far in closing.get("far", [])]
    if "season" in closing:
        parts = [part(name, valueString=day) for name, day in closing["season"].items()]
        found.append(extension("season", extension=[*parts, _unconfirmed()]))
    return found


def _far_limit(drafting: Drafting, item: str, operator: str, limit: float) -> Json:
    bound = quantity(limit, drafting.items[item]["unit"], operator)
    parts = [part("item", valueCode=item), part("bound", valueQuantity=bound), _unconfirmed()]
    return extension("far-limit", extension=parts)


def _unconfirmed() -> Json:
    return part("evidence", valueCode="unconfirmed")


def _applies_when(drafting: Drafting, row: Json, said: Expressions) -> list[Json]:
    if "applies_when" not in row:
        return []
    rule = in_our_words(row["applies_when"], drafting.meta["kdigo_grid_times_per_year"])
    return [condition(said.of(rule, row), rule)]


def _participant(drafting: Drafting, row: Json) -> Json:
    performer = row["performer"].replace(" ", "-")
    who = "patient" if performer == "patient" else "practitioner"
    names = drafting.names["performer"]["codes"][performer]
    return {"type": who, "role": concept("performer", performer, names)}
