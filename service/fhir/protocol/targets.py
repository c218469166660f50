"""Goals of a PlanDefinition as targets: of several bounds the first that applies to the patient.

Source: R4 plandefinition-definitions.html, goal.target; a bound's own rule stands in our extension.
"""

from dataclasses import replace

from service.domain.rule import Bound, Target
from service.fhir.protocol.bounds import quantity_bound, reference_bound
from service.fhir.protocol.element import Element
from service.fhir.protocol.rules import RuleReader
from service.fhir.protocol.support import addresses, check_support


def read_targets(plan: Element, reader: RuleReader) -> dict[str, Target]:
    """The targets by the goal's id. A goal in words alone sets none."""
    found: dict[str, Target] = {}
    for goal in plan.children("goal"):
        check_support(goal, goal.value_of("evidence"), addresses(goal))
        if goal.get("target"):
            # A bound may depend on a target that stands before it.
            earlier = replace(reader, targets=found)
            found[goal.need("id")] = reader.interned(_target(goal, earlier))
    return found


def _target(goal: Element, reader: RuleReader) -> Target:
    targets = goal.children("target")
    item = reader.terminology.known(targets[0], _item(targets[0]))
    unit = reader.terminology.codes.items[item].unit
    if any(_item(one) != item for one in targets):
        raise goal.refusal("all targets of one goal must measure one item.")
    return Target(item, unit, tuple(_bound(one, unit, reader) for one in targets))


def _item(target: Element) -> str:
    codings = target.need("measure").get("coding", [])
    own = [one["code"] for one in codings if one.get("system", "").endswith("/CodeSystem/item")]
    if not own:
        raise target.refusal("a target measures one of our items.")
    return str(own[0])


def _bound(target: Element, unit: str, reader: RuleReader) -> Bound:
    rule = target.extension("rule")
    when = reader.rule(rule) if rule else None
    reference = target.extension("reference-limit")
    if reference:
        return reference_bound(reference, when)
    return quantity_bound(target, target.need("detailQuantity"), unit, when)
