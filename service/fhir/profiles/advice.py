"""What a sound resource could do better, and the invariants that the fast verdict leaves to this one.

Source: R4 terminologies.html#extensible, best-practices.html; `invariants.UNCHECKED` says which.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from service.domain.errors import Issue
from service.fhir.definitions import invariants
from service.fhir.invariants import UNCHECKED
from service.fhir.profiles.binding import EXTENSIBLE, binding_issues
from service.fhir.profiles.collection import children_of
from service.fhir.profiles.conformance import Conformance
from service.fhir.profiles.element import Element
from service.fhir.profiles.library import advice, advised_bindings
from service.fhir.profiles.structure import Binding, Constraint

_OF_ALL: Final = (
    Constraint("dom-6", "A resource should have narrative", "text.`div`.exists()", "warning"),
)


def advice_issues(element: Element, conformance: Conformance) -> Iterator[Issue]:
    """What is said of one object of a resource and of the elements directly inside it."""
    for constraint in _constraints().get(element.value.kind, ()):
        yield from conformance.broken(element, constraint)
    for child in children_of(element.value):
        path = f"{element.value.kind}.{child.name}"
        value_set = advised_bindings().get(path) or advised_bindings().get(f"{path}[x]")
        if value_set is None or not value_set.startswith("http"):
            continue
        number = "" if child.number is None else f"[{child.number}]"
        yield from binding_issues(
            child.value.kind,
            child.value.value,
            Binding(EXTENSIBLE, value_set),
            conformance.library,
            f"{element.expression}.{child.name}{number}",
        )


def narrative_issues(element: Element, conformance: Conformance) -> Iterator[Issue]:
    """What is said of a resource as a whole that is no contained one."""
    for constraint in _OF_ALL:
        yield from conformance.broken(element, constraint)


@cache
def _constraints() -> Mapping[str, tuple[Constraint, ...]]:
    found: dict[str, list[Constraint]] = {}
    for kind, listed in advice().items():
        told = [Constraint(one.key, one.words, one.expression, "warning") for one in listed]
        found.setdefault(kind, []).extend(told)
    for kind, rules in invariants().items():
        told = [
            Constraint(rule.key, rule.words, rule.expression, "error")
            for rule in rules
            if rule.key in UNCHECKED and not rule.element
        ]
        found.setdefault(kind, []).extend(told)
    return {kind: tuple(listed) for kind, listed in found.items()}
