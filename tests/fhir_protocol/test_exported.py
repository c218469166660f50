"""A protocol exported from one house and imported into another asks for the same there."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest

from service.domain.applicability import fits
from service.domain.catalogue import Catalogue
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.patient import PatientFacts
from service.domain.recompute import follow_ups, horizon_of
from service.fhir.evidence.facts import facts_of
from service.runtime import Runtime
from tests.databases import Databases
from tests.fhir_protocol.population import Population
from tests.fhir_protocol.test_fhirpath_alone import without_rules
from tests.house import SYSTEM, house
from tests.protocols import NEXT, Json, a_version, base_of
from tests.receiving import Reception

TODAY = date(2026, 11, 28)
LOCAL = "hba1c|lab"
Dates = list[tuple[object, ...]]


def a_local_version(plan: Json) -> None:
    """Another interval, and conditions that others can read as well as we."""
    base_of(plan, "hba1c")["timingTiming"]["repeat"].update(period=5)
    without_rules(plan)


def computed(catalogue: Catalogue, version: str, facts: list[Fact]) -> dict[str, FollowUp]:
    protocol = catalogue.version_of("type-2-diabetes", version)
    patient = PatientFacts(facts, not_from=catalogue.not_from)
    plan = Plan((Planned(protocol, fits(protocol, patient)),), {})
    found = follow_ups(plan, patient, catalogue.figures, horizon_of(TODAY))
    return {one.identity: one for one in found}


def dates(follow_up: FollowUp) -> Dates:
    """What is due when, by which variant."""
    return [(one.holds_from, one.window, one.variant) for one in follow_up.stretches]


@pytest.fixture
def houses(databases: Databases, tmp_path: Path) -> Iterator[tuple[Runtime, Runtime]]:
    """Two houses that know nothing of each other."""
    with (
        databases.lend("sqlite") as one,
        databases.lend("sqlite") as other,
        house(one, tmp_path / "one") as here,
        house(other, tmp_path / "other") as there,
    ):
        yield here, there


def test_it_asks_for_the_same_of_random_patients(houses: tuple[Runtime, Runtime]) -> None:
    here, there = houses
    plan = a_version("type-2-diabetes", change=a_local_version)
    Reception(here).put(plan)
    with here.store.read() as view:
        exported = view.resources.read("PlanDefinition", plan["id"], viewer=SYSTEM)
    Reception(there).put(orjson.loads(exported.body))

    has_changed = False
    for seed, action in enumerate(plan["action"][::3]):
        resources = Population(here.catalogue, plan, action).patient(seed)
        facts = [fact for one in resources for fact in facts_of(one, here.catalogue)[0]]
        found = computed(here.catalogue, NEXT, facts)
        assert computed(there.catalogue, NEXT, facts) == found
        shipped = computed(there.catalogue, "2026.1", facts)
        has_changed |= dates(found.pop(LOCAL)) != dates(shipped.pop(LOCAL))
        assert {name: dates(one) for name, one in found.items()} == {
            name: dates(one) for name, one in shipped.items()
        }
    assert has_changed
