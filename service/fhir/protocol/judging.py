"""What keeps a PlanDefinition from being followed: each fault with the action it is in.

An active or retired version with a fault is refused at every write, for plans would rest on it; a draft is
stored, and its faults are told as warnings. Source: what-is-due 2 to 4 and 8.7.
"""

from collections.abc import Callable, Iterator
from typing import Final

from service.domain.errors import Issue, UnusableProtocol
from service.fhir.nested import Resource
from service.fhir.protocol.element import Element
from service.fhir.protocol.expressions import check_grammar
from service.fhir.protocol.plan_definition import PlanReader
from service.fhir.protocol.publication import is_protocol
from service.fhir.protocol.texts import check_action_texts, check_plan_texts

_UNREADABLE: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
_BUSINESS_RULE: Final = "business-rule"


def protocol_issues(resource: Resource, expression: str, reader: PlanReader) -> list[Issue]:
    """The faults of a valid PlanDefinition that is a protocol of ours."""
    return list(_faults(Element(resource, expression, ""), reader)) if is_protocol(resource) else []


def _faults(plan: Element, reader: PlanReader) -> Iterator[Issue]:
    for check in (check_plan_texts, reader.shell):
        yield from _fault(plan, check)
    try:
        of_plan = reader.for_plan(plan)
        shell = reader.shell(plan)
    except UnusableProtocol as error:
        yield from _told(error)
        return
    except _UNREADABLE:
        return  # told already, or of a part that the text cannot name
    for action in plan.children("action"):
        yield from _fault(action, check_action_texts)
        yield from _fault(action, check_grammar)
        faults = list(_fault(action, lambda one: of_plan.activity(shell, one)))
        yield from faults or _fault(action, lambda one: of_plan.check_agreement(shell, one))
    yield from _fault(plan, reader.check_actions)


def _fault(place: Element, check: Callable[[Element], object]) -> Iterator[Issue]:
    """What a check finds; a part that it stumbles over, for it expects another shape, is a fault too."""
    try:
        check(place)
    except UnusableProtocol as error:
        yield from _told(error)
    except _UNREADABLE:
        words = (
            f"`{place.get('id', '')}`: an element is not as its extension or the engine expects it."
        )
        yield Issue(_BUSINESS_RULE, words, place.path)


def _told(error: UnusableProtocol) -> Iterator[Issue]:
    return (one._replace(code=_BUSINESS_RULE) for one in error.issues)
