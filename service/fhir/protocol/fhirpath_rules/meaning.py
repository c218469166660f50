"""What a rule means, whichever words say it: two rules agree if they mean the same.

FHIRPath tells no names of events, and a last value beyond a target of one bound as a last value beyond a limit.
"""

from dataclasses import fields, is_dataclass
from typing import Any

from service.domain.rule import BeyondTarget, Bound, Happened, LastValue, ValueRange
from service.fhir.protocol.fhirpath_rules.comparing import BEYOND


def meaning(rule: Any) -> Any:
    """A value that is equal for all rules that mean the same."""
    if isinstance(rule, LastValue):
        return _compared(rule.item, rule.bound.operator, rule.bound)
    if isinstance(rule, BeyondTarget) and len(rule.target.bounds) == 1:
        only = rule.target.bounds[0]
        if only.when is None:
            return _compared(rule.target.item, BEYOND[only.operator], only)
    if isinstance(rule, ValueRange) and (rule.at_least is None or rule.below is None):
        operator, limit = (">=", rule.at_least) if rule.below is None else ("<", rule.below)
        return _compared(rule.item, operator, Bound(operator, limit or 0.0))
    if isinstance(rule, tuple):
        return tuple(meaning(one) for one in rule)
    if is_dataclass(rule):
        told = {one.name for one in fields(rule)} - (
            {"name"} if isinstance(rule, Happened) else set()
        )
        return type(rule).__name__, *((name, meaning(getattr(rule, name))) for name in sorted(told))
    return rule


def _compared(item: str, operator: str, bound: Bound) -> tuple[Any, ...]:
    return "last value", item, operator, bound.limit, bound.reference
