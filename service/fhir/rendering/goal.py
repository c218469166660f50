"""A target as a Goal (R4 goal.html): what is aimed at, in words and as the bound in force.

What is measured is named by our item, which is the key by which an own target is told apart. The words,
the bounds and how far they are confirmed stand in the PlanDefinition and are taken from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from service.domain.proposal import ProposedGoal
from service.fhir.nested import Resource
from service.fhir.rendering.made import BASE, TRANSLATION, Json, reference

EVIDENCE: Final = f"{BASE}/StructureDefinition/evidence"
PROPOSED_BOUND: Final = f"{BASE}/StructureDefinition/proposed-bound"


class GoalContent(NamedTuple):
    """What a Goal says beside what the PlanDefinition says of it."""

    patient: str
    addresses: Sequence[str]
    language: str


def goals_of(
    plan: Resource, proposed: Sequence[ProposedGoal], content: GoalContent
) -> Iterator[Json]:
    """The goals of a proposal, each once, under the ids that they have in the PlanDefinition.

    One has no target where nothing known decides which bound holds, or where it is the laboratory's own.
    """
    defined = {one["id"]: one for one in plan.get("goal", ())}
    aimed_at = {one["id"]: one.get("goalId", ()) for one in plan["action"]}
    told: set[str] = set()
    for one in proposed:
        id_ = aimed_at[one.activity.id][one.target]
        if id_ not in told:
            told.add(id_)
            yield _goal(defined[id_], one.bound, content)


def _goal(defined: Resource, bound: int | None, content: GoalContent) -> Json:
    goal: Json = {"resourceType": "Goal", "id": defined["id"]}
    if evidence := [one for one in defined.get("extension", ()) if one["url"] == EVIDENCE]:
        goal["extension"] = evidence
    goal |= {
        "lifecycleStatus": "proposed",
        "description": {"text": in_language(defined["description"], "text", content.language)},
        "subject": reference(f"Patient/{content.patient}"),
    }
    if bound is not None and "detailQuantity" in defined["target"][bound]:
        goal["target"] = [_target(defined["target"][bound])]
    if content.addresses:
        goal["addresses"] = [reference(one) for one in content.addresses]
    return goal


def _target(defined: Mapping[str, Any]) -> Json:
    """The bound in force."""
    quantity = defined["detailQuantity"]
    return {
        "extension": [{"url": PROPOSED_BOUND, "valueQuantity": quantity}],
        "measure": defined["measure"],
        "detailQuantity": quantity,
    }


def in_language(element: Mapping[str, Any], name: str, language: str) -> str:
    """A text in a language where it is translated, else as it stands (R4 extension translation)."""
    for extension in element.get(f"_{name}", {}).get("extension", ()):
        if extension["url"] == TRANSLATION:
            said = {part["url"]: value_of(part) for part in extension["extension"]}
            if said.get("lang") == language:
                return str(said["content"])
    return str(element[name])


def value_of(part: Mapping[str, Any]) -> Any:
    """The value of an extension that has one."""
    return next(value for name, value in part.items() if name.startswith("value"))
