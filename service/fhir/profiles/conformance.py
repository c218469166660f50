"""Whether a value keeps to a profile's rules, element by element, slice by slice.

Source: R4 profiling.html, elementdefinition.html; each issue names the profile that is not kept.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from service.domain.errors import Issue
from service.fhir.profiles.binding import binding_issues
from service.fhir.profiles.collection import Undecided, Value
from service.fhir.profiles.element import Element
from service.fhir.profiles.evaluation import Scope, holds
from service.fhir.profiles.library import Library, type_at
from service.fhir.profiles.slicing import is_of_slice, pointed_type
from service.fhir.profiles.structure import Allowed, Constraint, Profile, Rule

_ERROR: Final = "error"


class Conformance:
    """Judges the parts of one resource; `root` is the resource that it stands in, or itself."""

    def __init__(self, library: Library, resource: Value, root: Value) -> None:
        self.library = library
        self._resource = resource
        self._root = root
        self._judging: set[tuple[str, str]] = set()

    def issues(self, element: Element, profile: Profile) -> Iterator[Issue]:
        """What an element does not keep of a profile of its type."""
        label, asked = profile.url.rpartition("/")[2], (profile.url, element.expression)
        if asked in self._judging:  # a profile that goes back to itself says nothing more
            return
        if element.value.kind != profile.type:
            words = f"the profile {label} is of {profile.type}, not of {element.value.kind}"
            yield Issue("structure", words, element.expression)
            return
        self._judging.add(asked)
        found = list(self.of_rule(element, profile.root))
        self._judging.discard(asked)
        for issue in found:
            yield issue._replace(words=f"{issue.words} [{label}]")

    def keeps(self, element: Element, rule: Rule) -> bool:
        """Whether an element breaks nothing of a rule."""
        return not any(issue.severity == _ERROR for issue in self.of_rule(element, rule))

    def of_rule(self, element: Element, rule: Rule) -> Iterator[Issue]:
        """What an element does not keep of a rule about it and about what is inside it."""
        yield from _value_issues(element, rule)
        yield from self._typed(element, rule.allowed)
        if rule.binding is not None:
            kind, value = element.value.kind, element.value.value
            at = element.expression
            yield from binding_issues(kind, value, rule.binding, self.library, at)
        for constraint in rule.constraints.values():
            yield from self.broken(element, constraint)
        for name, inner in rule.children.items():
            yield from self._inside(element, name, inner)

    def _inside(self, element: Element, name: str, rule: Rule) -> Iterator[Issue]:
        found = element.named(name)
        yield from counted(len(found), name, rule, element.expression)
        for one in found:
            yield from self.of_rule(one, rule)
        if rule.slices:
            yield from self._sliced(found, name, rule, element.expression)

    def _sliced(self, found: Sequence[Element], name: str, rule: Rule, at: str) -> Iterator[Issue]:
        counts = dict.fromkeys(rule.slices, 0)
        for one in found:
            slice_ = self.slice_of(one, rule)
            if slice_ is not None:
                counts[slice_.slice] += 1
                yield from self.of_rule(one, slice_)
            elif rule.closed:
                words = f"`{name}` is none of {', '.join(rule.slices)}, and others are not allowed"
                yield Issue("structure", words, one.expression)
        for slice_name, slice_ in rule.slices.items():
            yield from counted(counts[slice_name], f"{name}:{slice_name}", slice_, at)

    def slice_of(self, element: Element, rule: Rule) -> Rule | None:
        """The slice that an element is of, by the discriminators; None where it is of none."""
        slices = rule.slices.values()
        return next((one for one in slices if is_of_slice(element, rule, one, self.keeps)), None)

    def _typed(self, element: Element, allowed: Sequence[Allowed]) -> Iterator[Issue]:
        """The types that are left of those that the element may have, and their profiles."""
        kind = element.value.kind
        named = [one for one in allowed if one.code]
        fitting = [one for one in named if one.code == kind or _is_abstract(one.code)]
        if named and not fitting:
            words = f"{' or '.join(one.code for one in named)} is expected here, not {kind}"
            yield Issue("structure", words, element.expression)
        profiles = [address for one in fitting for address in one.profiles]
        if profiles and all(one.profiles for one in fitting):
            yield from self._of_profiles(element, profiles)
        targets = [address for one in fitting for address in one.targets]
        if targets and kind == "Reference":
            yield from self._pointing(element, targets)

    def _of_profiles(self, element: Element, addresses: Sequence[str]) -> Iterator[Issue]:
        """One of the profiles must be kept: what the first that is known says, if none is."""
        known = [found for one in addresses if (found := self.library.profile(one))]
        if len(known) < len(addresses):
            return  # one that is not known here may be kept
        judged = [list(self.issues(element, one)) for one in known]
        if all(any(issue.severity == _ERROR for issue in listed) for listed in judged):
            yield from judged[0]

    def _pointing(self, element: Element, targets: Sequence[str]) -> Iterator[Issue]:
        types = {self._target_type(one) for one in targets}
        pointed = pointed_type(element.value.value)
        if pointed and not types & {pointed, "", "Resource"}:
            words = f"a reference to {' or '.join(sorted(types))} is expected here"
            yield Issue("value", words, f"{element.expression}.reference")

    def _target_type(self, address: str) -> str:
        if name := type_at(address):
            return name
        profile = self.library.profile(address)
        return profile.type if profile else ""

    def broken(self, element: Element, constraint: Constraint) -> Iterator[Issue]:
        """The constraint, where the element breaks it; what cannot be decided is passed over."""
        scope = Scope([element.value], self._resource, self._root)
        try:
            kept = holds(constraint.expression, scope)
        except (Undecided, RecursionError):
            return
        if not kept:
            words = f"{constraint.words} ({constraint.key})"
            yield Issue("invariant", words, element.expression, constraint.severity)


def counted(count: int, name: str, rule: Rule, at: str) -> Iterator[Issue]:
    """Too few or too many of an element."""
    if count < rule.minimum:
        few = (
            f"`{name}` is missing" if rule.minimum == 1 else f"`{name}`: {rule.minimum} are needed"
        )
        yield Issue("required", few, f"{at}.{name.partition(':')[0]}")
    elif rule.maximum is not None and count > rule.maximum:
        many = f"at most {rule.maximum}" if rule.maximum else "none"
        words = f"`{name}`: {many} may stand here, there are {count}"
        yield Issue("structure", words, f"{at}.{name.partition(':')[0]}")


def _value_issues(element: Element, rule: Rule) -> Iterator[Issue]:
    value, at = element.value.value, element.expression
    if any(value != fixed for fixed in rule.fixed):
        yield Issue("value", f"{_told(rule.fixed[0])} is expected here, and nothing else", at)
    if not all(has_pattern(value, pattern) for pattern in rule.pattern):
        yield Issue("value", f"{_told(rule.pattern[0])} is expected here", at)
    if rule.longest is not None and isinstance(value, str) and len(value) > rule.longest:
        yield Issue("value", f"at most {rule.longest} characters may stand here", at)
    if any(_is_less(value, lowest) for lowest in rule.lowest):
        yield Issue("value", f"at least {_told(rule.lowest[0])} is expected here", at)
    if any(_is_less(highest, value) for highest in rule.highest):
        yield Issue("value", f"at most {_told(rule.highest[0])} is expected here", at)


def has_pattern(value: Any, pattern: Any) -> bool:
    """Whether a value holds at least what a pattern says (R4 ElementDefinition.pattern[x])."""
    if isinstance(pattern, dict):
        if not isinstance(value, dict):
            return False
        return all(key in value and has_pattern(value[key], pattern[key]) for key in pattern)
    if isinstance(pattern, list):
        listed = value if isinstance(value, list) else []
        return all(any(has_pattern(one, part) for one in listed) for part in pattern)
    return bool(value == pattern)


def _is_less(value: Any, other: Any) -> bool:
    number = isinstance(value, int | float) and isinstance(other, int | float)
    text = isinstance(value, str) and isinstance(other, str)
    return bool(value < other) if number or text else False


def _is_abstract(code: str) -> bool:
    return code in {"Resource", "DomainResource", "Element", "BackboneElement"} or "/" in code


def _told(value: Any) -> str:
    """A value of a profile as JSON has it."""
    return f"`{value}`" if isinstance(value, str) else f"`{orjson.dumps(value).decode()}`"
