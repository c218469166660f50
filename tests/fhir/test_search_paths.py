"""Where search parameters look."""

import pytest

from service.fhir.definitions import Parameter
from service.fhir.search.paths import (
    Equals,
    HasExtension,
    SearchPath,
    Step,
    UnreadablePath,
    paths_of,
)


def paths(expression: str, kind: str) -> tuple[SearchPath, ...]:
    return paths_of(Parameter(1, "x", "token", expression), kind)


def keys(expression: str, kind: str) -> list[tuple[str, ...]]:
    return [tuple(step.key for step in path.steps) for path in paths(expression, kind)]


@pytest.mark.parametrize(
    ("expression", "kind", "found"),
    [
        ("Patient.name.family", "Patient", [("name", "family")]),
        ("(Observation.value as Quantity)", "Observation", [("valueQuantity",)]),
        ("Condition.onset.as(Age)", "Condition", [("onsetAge",)]),
        ("Condition.onset.ofType(Period)", "Condition", [("onsetPeriod",)]),
        ("Patient.active | Patient.gender", "Patient", [("active",), ("gender",)]),
        ("Resource.meta.tag", "Patient", [("meta", "tag")]),
        ("Observation", "Observation", []),
        (
            "Observation.effective",
            "Observation",
            [
                ("effectiveDateTime",),
                ("effectivePeriod",),
                ("effectiveTiming",),
                ("effectiveInstant",),
            ],
        ),
    ],
)
def test_choices_become_the_members_they_can_be(
    expression: str, kind: str, found: list[tuple[str, ...]]
) -> None:
    assert keys(expression, kind) == found


def test_conditions_stand_on_their_step() -> None:
    (path,) = paths("Patient.telecom.where(system='email')", "Patient")
    assert path.steps == (Step("telecom", conditions=(Equals("system", "email"),)),)


def test_the_type_of_a_reference_is_kept() -> None:
    (path,) = paths("EpisodeOfCare.careManager.where(resolve() is Practitioner)", "EpisodeOfCare")
    assert path.target == "Practitioner"


def test_the_first_of_a_list() -> None:
    (path,) = paths("Bundle.entry[0].resource", "Bundle")
    assert path.steps[0].first


def test_extensions_by_their_address() -> None:
    found = paths("Patient.extension('http://x.y')", "Patient")
    assert len(found) == 50
    assert {path.steps[0] for path in found} == {
        Step("extension", conditions=(Equals("url", "http://x.y"),))
    }
    (path,) = paths("Patient.contact.where(hasExtension('http://x.y')).gender", "Patient")
    assert path.steps[0].conditions == (HasExtension("http://x.y"),)


@pytest.mark.parametrize(
    "expression",
    [
        "Patient.shoeSize",
        "Patient.active and Patient.gender",
        "Patient.name.where(use > 1)",
        "Patient.name.where(exists())",
        "Patient.name.first()",
        "Patient.name.trace('x')",
        "Patient.name.where(use = 1)",
        "Patient.deceased as 'boolean'",
        "%resource",
    ],
)
def test_what_no_parameter_of_r4_uses_is_refused(expression: str) -> None:
    with pytest.raises((UnreadablePath, ValueError)):
        paths(expression, "Patient")
