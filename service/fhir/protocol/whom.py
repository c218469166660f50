"""Whom a PlanDefinition is for: the conditions, medicines and procedures that qualify, what ends it.

Source: `what-is-due` 1.1, 1.4 and 1.5; each extension's StructureDefinition says what it means.
"""

from typing import Any

from service.domain.codes import NO_CODES, CodeSet
from service.domain.protocol import Ending, Succession
from service.fhir.protocol.element import Element
from service.fhir.protocol.terminology import Terminology

ATC = "atc|"


def whom(plan: Element, terminology: Terminology) -> dict[str, Any]:
    """The fields of a Protocol that say whom it fits."""
    return {
        "conditions": _codes(plan, "qualifying-conditions", terminology),
        "suggested_by": _codes(plan, "suggesting-conditions", terminology),
        "medicines": _medicines(plan, terminology),
        "procedures": _codes(plan, "qualifying-procedures", terminology),
        "rivals": _codes(plan, "rival-conditions", terminology),
        "lasts": plan.interval_of("lasts"),
        "through_remission": plan.value_of("through-remission", default=False),
        "endings": tuple(_ending(one, terminology) for one in plan.extensions("ended-by")),
        "successions": tuple(_succession(one, terminology) for one in plan.extensions("succeeds")),
    }


def _codes(plan: Element, name: str, terminology: Terminology) -> CodeSet:
    url = plan.value_of(name)
    return terminology.conditions_of(plan, url) if url else NO_CODES


def _medicines(plan: Element, terminology: Terminology) -> tuple[str, ...]:
    codes = _codes(plan, "qualifying-medicines", terminology)
    if not all(code.startswith(ATC) for code in codes.beginnings) or codes.exact:
        raise plan.refusal("a medicine qualifies by the beginning of its ATC code.")
    return tuple(code.removeprefix(ATC) for code in codes.beginnings)


def _ending(element: Element, terminology: Terminology) -> Ending:
    conditions = terminology.conditions_of(element, element.needed("value-set"))
    return Ending(conditions, element.interval("for") if element.part("for") else None)


def _succession(element: Element, terminology: Terminology) -> Succession:
    conditions = terminology.conditions_of(element, element.needed("value-set"))
    return Succession(conditions, element.interval("after"))
