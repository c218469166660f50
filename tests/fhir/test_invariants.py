"""The standard's invariants as we check them, against a FHIRPath engine that reads them as written."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from fhirpathpy import compile as compile_expression
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from service.fhir.definitions import Invariant, invariants, types
from service.fhir.walking import nodes, root_of
from tests.fhir.examples import sound

# The engine does not know hasValue(), and reads `answer is Boolean` as FHIRPath's own type.
BEYOND_THE_ENGINE = {"age-1", "bdl-10", "que-7"}

Object = dict[str, Any]


class Verdicts(NamedTuple):
    """What the schema and the engine say of one invariant of one object."""

    key: str
    ours: bool
    as_written: bool


@cache
def engine(expression: str) -> Callable[[Any, Object], list[Any]]:
    compiled: Callable[[Any, Object], list[Any]] = compile_expression(
        expression, models["r4"], {"traceFn": lambda *_: None}
    )
    return compiled


@cache
def validator(key: str, kind: str) -> jsonschema_rs.Draft202012Validator:
    (rule,) = (rule for rule in translated(kind) if rule.key == key)
    return jsonschema_rs.Draft202012Validator(rule.schema or {})


def translated(kind: str) -> Iterator[Invariant]:
    for rule in invariants().get(kind, ()):
        if rule.schema is not None and not rule.element and rule.key not in BEYOND_THE_ENGINE:
            yield rule


def verdicts(value: Object, kind: str) -> Iterator[Verdicts]:
    """Where the engine gives nothing, because something is absent, it does not decide."""
    focus = value if "resourceType" in value else ResourceNode.create_node(value, kind)
    for rule in translated(kind):
        result = engine(rule.expression)(focus, {"resource": value})
        if result:
            yield Verdicts(rule.key, validator(rule.key, kind).is_valid(value), all(result))


@cache
def objects() -> dict[str, list[Object]]:
    """The objects inside the sound examples, by type, of those types that have invariants."""
    found: dict[str, list[Object]] = defaultdict(list)
    for resource in sound(8_000):
        for node in nodes(root_of(resource, "x")):
            if any(translated(node.kind)):
                found[node.kind].append(node.value)
    return found


def crossed(kind: str, *, seed: int, count: int) -> Iterator[Object]:
    """Objects with members of others of their type, and without some that need not be there."""
    chance = random.Random(seed)  # noqa: S311 - mutants, no secrets
    listed = objects()[kind]
    needed = {name for name, element in types()[kind].items() if element.required}
    for _ in range(count):
        one, other = dict(chance.choice(listed)), chance.choice(listed)
        for member in chance.sample(sorted(other), min(2, len(other))):
            one[member] = other[member]
        free = sorted(one.keys() - needed - {"resourceType"})
        for member in chance.sample(free, min(chance.choice([0, 1, 2]), len(free))):
            del one[member]
        yield one


def disagreements(seed: int, count: int) -> tuple[list[tuple[str, Object, Verdicts]], set[str]]:
    """Where schema and engine differ; and the invariants that were found broken at all."""
    different, broken = [], set()
    for kind in objects():
        for value in crossed(kind, seed=seed, count=count):
            for verdict in verdicts(value, kind):
                broken |= set() if verdict.ours else {verdict.key}
                if verdict.ours != verdict.as_written:
                    different.append((kind, value, verdict))
    return different, broken


def test_invariants_agree_with_their_expressions() -> None:
    different, broken = disagreements(seed=1, count=20)
    assert different == []
    assert len(broken) > 40


def test_sound_examples_break_nothing_as_written() -> None:
    for kind, listed in objects().items():
        for value in listed[::5]:
            assert all(verdict.as_written for verdict in verdicts(value, kind)), kind


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2, 22))
def test_invariants_agree_with_their_expressions_on_many_objects(seed: int) -> None:
    assert disagreements(seed=seed, count=300)[0] == []
