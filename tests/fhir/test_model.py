"""The models of fhir.resources as second judge: stricter never, so that both ways in judge alike."""

from typing import Any

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class

from service.domain.errors import SeurantaError
from service.fhir.definitions import resource_types, types
from service.fhir.model import LACKING, LACKING_IN, has_model, model_issues_of
from service.fhir.parsing import parse
from service.fhir.primitives import PRIMITIVES
from service.fhir.types import SERVED_TYPES
from service.fhir.validation import issues_of
from tests.fhir.examples import sound, synthea
from tests.fhir.mutation import Mutant, mutants
from tests.fhir.resources import a_bundle, a_patient, an_observation, without


def the_sources() -> list[dict[str, Any]]:
    simulated = [entry["resource"] for line in synthea() for entry in orjson.loads(line)["entry"]]
    return sound() + simulated[::9]


def disagreements(seed: int, count: int) -> list[tuple[str, str]]:
    """Mutants that are received when sent by a load and refused when sent alone."""
    found = []
    for mutant in mutants(the_sources(), seed=seed, count=count):
        if is_received(mutant):
            found += [(mutant.change, issue.words) for issue in model_issues_of(mutant.resource)]
    return found


def is_received(mutant: Mutant) -> bool:
    try:
        return not issues_of(parse(orjson.dumps(mutant.resource)))
    except SeurantaError:
        return False


def test_every_way_in_judges_a_thousand_mutants_alike() -> None:
    assert disagreements(seed=1, count=1_000) == []


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2, 42))
def test_every_way_in_judges_forty_thousand_mutants_alike(seed: int) -> None:
    assert disagreements(seed=seed, count=1_000) == []


def test_mutants_are_received_and_refused_in_numbers() -> None:
    received = [is_received(mutant) for mutant in mutants(the_sources(), seed=3, count=400)]
    assert 50 < sum(received) < 350


def test_the_same_seed_gives_the_same_mutants() -> None:
    first, again = (list(mutants(the_sources(), seed=7, count=20)) for _ in range(2))
    assert first == again


def test_the_model_tells_the_place() -> None:
    (issue,) = model_issues_of(an_observation(component=[{"code": {"text": "x"}, "foo": 1}]))
    assert issue.expression == "Observation.component[0].foo"
    assert issue.code == "structure"


def test_the_model_tells_what_is_missing() -> None:
    (issue,) = model_issues_of(without(an_observation(), "status"))
    assert issue.code == "required"


def test_entries_and_contained_resources_go_to_their_own_models() -> None:
    inner = an_observation(contained=[{"resourceType": "Patient", "id": "a", "foo": 1}])
    bundle = a_bundle("collection", {"resource": inner})
    (issue,) = model_issues_of(bundle)
    assert issue.expression == "Bundle.entry[0].resource.contained[0].foo"


def test_what_no_model_can_read_is_an_issue_and_no_crash() -> None:
    nested: dict[str, Any] = {"url": "x"}
    for _ in range(400):
        nested = {"url": "x", "extension": [nested]}
    assert model_issues_of(a_patient(extension=[nested]))


def test_every_served_type_has_a_model() -> None:
    assert all(has_model(name) and get_fhir_model_class(name) for name in SERVED_TYPES)


def test_types_without_a_model_are_known() -> None:
    without_model = {name for name in resource_types() if not has_model(name)}
    assert len(without_model) == 20
    assert not without_model & set(SERVED_TYPES)


def test_what_the_models_lack_is_known() -> None:
    # A release of fhir.resources with other gaps must not change what is received.
    lacking = {
        (name, member)
        for name in types()
        if name not in {"SimpleQuantity", "MoneyQuantity", "SubstanceAmount"}
        and has_model(name.partition(".")[0])
        for member in _members(name) - _modelled(name)
    }
    values = {member for name, member in lacking if name == "Extension"}
    assert all(member.startswith(LACKING_IN["extension"]) for member in values)
    assert {member for name, member in lacking if name == "ElementDefinition"} == LACKING
    assert ("ElementDefinition.example", "valueMeta") in lacking
    assert {name for name, _ in lacking} == {
        "Extension",
        "ElementDefinition",
        "ElementDefinition.example",
    }


def _members(name: str) -> set[str]:
    found: set[str] = set()
    for element_name, element in types()[name].items():
        for key, kind in element.variants(element_name):
            extended = {f"_{key}"} if kind in PRIMITIVES and not element.attribute else set()
            found |= {key} | extended
    return found


def _modelled(name: str) -> set[str]:
    model = get_fhir_model_class("".join(part[0].upper() + part[1:] for part in name.split(".")))
    return {field.alias or key for key, field in model.model_fields.items()}
