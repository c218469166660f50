"""What the one who accepts a proposal writes into the plan: decisions, goals, and that it is agreed on.

What stands already in the same words is not written again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from service.domain.acceptance import Acceptance, AcceptedGoal, Aim, aim_of
from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.care_plan import made_id
from service.domain.proposal import Proposal
from service.fhir.nested import Resource
from service.fhir.rendering.adjustment import extension_of, who_of
from service.fhir.rendering.goal import EVIDENCE, PROPOSED_BOUND
from service.fhir.rendering.made import BASE, INVENTED, Json, day_text, reference

OWN_TARGET: Final = f"{BASE}/StructureDefinition/own-target"
AGREED_ON: Final = f"{BASE}/StructureDefinition/agreed-on"
_OWN_DATE: Final = f"{BASE}/StructureDefinition/own-date"
_KEPT: Final = ("description", "priority", "note")
_SAME: Final = ("measure", "detailQuantity")


class Accepting(NamedTuple):
    """An acceptance as it is written: into which plan, on which day, agreed on since when, if it is."""

    acceptance: Acceptance
    proposal: Proposal
    care_plan: str
    today: date
    invented: bool
    agreed_on: date | None

    def goal_id(self, goal: str) -> str:
        """The id that a goal of the protocol has in the patient's plan."""
        return made_id(self.care_plan, "goal", self.acceptance.protocol.id, goal)

    @property
    def goal_ids(self) -> list[str]:
        """Those of the goals that are accepted."""
        return [self.goal_id(one.id) for one in self.acceptance.goals]


def decided_request(body: bytes, decided: Sequence[Adjustment]) -> Json:
    """A follow-up's ServiceRequest with what is decided about it; a new date takes an old one's place."""
    resource: Json = orjson.loads(body)
    is_dated = any(one.kind is AdjustmentKind.OWN_DATE for one in decided)
    standing = [
        one
        for one in resource.get("extension", ())
        if not (is_dated and one.get("url") == _OWN_DATE)
    ]
    return resource | {"extension": [*standing, *map(extension_of, decided)]}


def accepted_goals(
    sent: Resource, writing: Accepting, standing: Mapping[str, bytes]
) -> Iterator[Json]:
    """The goals that are new, or aim at something else than before; `standing` are bodies by id."""
    inside = {one["id"]: one for one in sent.get("contained", ())}
    for goal in writing.acceptance.goals:
        id_ = writing.goal_id(goal.id)
        targets = [_target(one, goal, writing) for one in inside[goal.id].get("target", ())]
        before: Json = orjson.loads(standing[id_]) if id_ in standing else {}
        if not (before.get("lifecycleStatus") == "active" and _aims_at(before, targets)):
            yield _goal(id_, inside[goal.id], targets, writing, before)


def accepted_plan(body: bytes, writing: Accepting) -> Json | None:
    """The plan with the goals, and with the day of the agreement; None where it has both."""
    plan: Json = orjson.loads(body)
    goals = [reference(f"Goal/{id_}") for id_ in writing.goal_ids]
    listed = plan.get("goal", [])
    new = [one for one in goals if one not in listed]
    changed = plan | ({"goal": [*listed, *new]} if new else {})
    if writing.agreed_on:
        agreed = {"url": AGREED_ON, "valueDate": day_text(writing.agreed_on)}
        others = [one for one in plan.get("extension", ()) if one.get("url") != AGREED_ON]
        changed |= {"extension": [*others, agreed]}
    return changed if changed != plan else None


def _goal(
    id_: str, sent: Resource, targets: Sequence[Json], writing: Accepting, before: Json
) -> Json:
    person = reference(f"Patient/{writing.acceptance.patient}")
    source = writing.proposal.fit.source
    new: Json = {
        "resourceType": "Goal",
        "id": id_,
        **({"meta": {"security": [INVENTED]}} if writing.invented else {}),
        "subject": person,
        "startDate": day_text(writing.today),
    }
    if evidence := [one for one in sent.get("extension", ()) if one.get("url") == EVIDENCE]:
        new["extension"] = evidence
    if source.startswith("Condition/"):
        new["addresses"] = [reference(source)]
    said = {name: sent[name] for name in _KEPT if name in sent}
    aims = {"target": targets} if targets else {}
    return (before or new) | said | {"lifecycleStatus": "active"} | aims


def _target(sent: Mapping[str, Any], goal: AcceptedGoal, writing: Accepting) -> Json:
    aim = aim_of(goal, writing.proposal)
    target = {name: sent[name] for name in _SAME if name in sent}
    others = [one for one in sent.get("extension", ()) if one.get("url") != PROPOSED_BOUND]
    if goal.is_own:
        given = [one for one in others if one.get("url") == OWN_TARGET]
        target["extension"] = others if given else [*others, _own(goal, writing)]
    elif aim != goal.aim:
        target["detailQuantity"] = target["detailQuantity"] | _quantity(aim)
    if not goal.is_own and "detailQuantity" in target:
        bound = {"url": PROPOSED_BOUND, "valueQuantity": target["detailQuantity"]}
        target["extension"] = [*others, bound]
    return target


def _own(goal: AcceptedGoal, writing: Accepting) -> Json:
    """Whose target it is since when and why."""
    acceptance = writing.acceptance
    parts: list[Json] = [{"url": "from", "valueDate": day_text(writing.today)}]
    parts.append({"url": "reason", "valueString": goal.reason or acceptance.reason})
    if acceptance.author:
        parts.append({"url": "author", "valueReference": who_of(acceptance.author)})
    return {"url": OWN_TARGET, "extension": parts}


def _quantity(aim: Aim) -> Json:
    limit = aim.limit or 0
    value = int(limit) if limit == int(limit) else limit
    return {"value": value, "comparator": aim.comparator}


def _aims_at(before: Json, targets: Sequence[Json]) -> bool:
    """Whether it has these targets, in the same way the patient's own or not, since whenever."""
    standing = before.get("target", [])
    return [_aim(one) for one in standing] == [_aim(one) for one in targets]


def _aim(target: Json) -> tuple[Any, ...]:
    is_own = any(one.get("url") == OWN_TARGET for one in target.get("extension", ()))
    return (is_own, *(target.get(name) for name in _SAME))
