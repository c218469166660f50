"""FHIRPath as invariants use it: what it gives, and that a public engine gives the same."""

from functools import cache, reduce
from typing import Any

import pytest
from fhirpathpy import compile as compile_expression
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from service.fhir.definitions import invariants
from service.fhir.profiles.collection import Undecided, Value
from service.fhir.profiles.evaluation import Scope, evaluate, holds, parsed
from service.fhir.walking import nodes, root_of
from tests.fhir.examples import sound

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "active": True,
    "birthDate": "1960-03-14",
    "_gender": {"extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]},
    "name": [{"family": "Nieminen", "given": ["Marjatta", "Aino"]}, {"text": "Marjatta"}],
    "contact": [{"name": {"family": "Nieminen"}, "telecom": [{"value": "1"}]}],
    "multipleBirthInteger": 2,
}


def given(expression: str, resource: dict[str, Any] | None = None) -> list[Any]:
    root = Value("Patient", resource or PATIENT)
    return [one.value for one in evaluate(parsed(expression), Scope([root], root, root))]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("name.given", ["Marjatta", "Aino"]),
        ("Patient.name.family", ["Nieminen"]),
        ("Observation.name", []),
        ("name.where(given.exists()).given.count()", [2]),
        ("name[1].text", ["Marjatta"]),
        ("name.first().given.last()", ["Aino"]),
        ("name.given.select($this & '!')", ["Marjatta!", "Aino!"]),
        ("multipleBirth is integer", [True]),
        ("multipleBirth.ofType(boolean)", []),
        ("(multipleBirth as integer) + 1", [3]),
        ("gender.exists() and gender.hasValue().not()", [True]),
        ("gender.extension('http://example.org/why').value", ["unknown"]),
        ("photo.exists() implies photo.title.exists()", [True]),
        ("active and deceased", []),
        ("active or deceased", [True]),
        ("deceased = true", []),
        ("name.given contains 'Aino'", [True]),
        ("'Aino' in name.given", [True]),
        ("(name.given | name.given).count()", [2]),
        ("name.given.isDistinct()", [True]),
        ("birthDate.matches('^[0-9]{4}')", [True]),
        ("birthDate.substring(0, 4).toInteger() > 1959", [True]),
        ("iif(active, 'yes', 'no')", ["yes"]),
        ("contact.all(name.exists() or telecom.exists())", [True]),
        ("descendants().where($this is HumanName).count()", [3]),
        (
            "name.where(family = 'Nieminen' and given.where($this = 'Aino').exists()).exists()",
            [True],
        ),
        ("%resource.active", [True]),
    ],
)
def test_it_gives_what_the_standard_says(expression, expected):
    assert given(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "managingOrganization.resolve().name",
        "name.unknownFunction()",
        "%nobody",
        "((",
        "a (",
        "name.where()",
        "name.select(given, family)",
        "name.as()",
        "iif(active)",
        "name.count(1)",
        "name.skip()",
        "extension()",
    ],
)
def test_what_cannot_be_told_is_undecided(expression):
    pointing = PATIENT | {"managingOrganization": {"reference": "Organization/1"}}
    with pytest.raises(Undecided):
        given(expression, pointing)


@pytest.mark.parametrize(
    ("expression", "expected"), [("name.repeat($this).count()", [2]), ("repeat(name).count()", [2])]
)
def test_what_is_repeated_counts_once(expression, expected):
    assert given(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "name.given.repeat($this & 'a').exists()",
        "name.given.repeat(($this & 'a').combine($this & 'b')).exists()",
        reduce(lambda inner, _: f"%resource.descendants().all({inner})", range(5), "name.empty()"),
    ],
)
def test_an_expression_that_has_no_end_is_undecided(expression):
    with pytest.raises(Undecided):
        given(expression)


def test_a_pattern_runs_in_linear_time():
    slow = PATIENT | {"id": "a" * 50_000 + "!"}
    assert given("id.matches('^(a+)+$')", slow) == [False]


def test_it_agrees_with_a_public_engine_on_every_invariant_of_the_standard():
    different, judged = [], 0
    for resource in sound(6_000)[::4]:
        root = Value(resource["resourceType"], resource)
        for node in nodes(root_of(resource, resource["resourceType"])):
            for rule in invariants().get(node.kind, ()):
                if rule.element or any(one in rule.expression for one in BEYOND_THE_ENGINE):
                    continue
                ours = holds(rule.expression, Scope([Value(node.kind, node.value)], root, root))
                theirs = _theirs(rule.expression, node.value, node.kind, resource)
                judged += 1
                if theirs is not None and ours is not theirs:
                    different.append((resource.get("id"), node.expression, rule.key))
    assert different == []
    assert judged > 500


# What the engine does not read, and a comparison of Quantities, which we leave undecided.
BEYOND_THE_ENGINE = (
    "hasValue",
    "htmlChecks",
    "resolve",
    "is Boolean",
    "descendants",
    "low <= high",
    "replaceMatches",
)


def _theirs(expression: str, value: Any, kind: str, resource: Any) -> bool | None:
    focus = value if "resourceType" in value else ResourceNode.create_node(value, kind)
    variables = {"resource": resource, "rootResource": resource, "context": focus}
    found = _compiled(expression)(focus, variables)
    return all(found) if found else None


@cache
def _compiled(expression: str) -> Any:
    return compile_expression(expression, models["r4"], {"traceFn": lambda *_: None})
