"""Every variant can be reached from FHIR data: for each there are resources that make its rule true."""

from datetime import date

import pytest

from service.domain.patient import PatientFacts
from service.domain.rule import AnyOf, Rule
from service.domain.rule.asked import Asked, timeline_of
from service.domain.truth import Truth, span_on
from service.fhir.evidence.facts import facts_of
from service.fhir.protocol.reader import read_protocols
from tests.fhir_protocol.profiles import PROFILES
from tests.fhir_protocol.witness import STARTED_ON, TODAY, witness

CATALOGUE = read_protocols(PROFILES)


def branches(rule: Rule) -> list[Rule]:
    """A rule, or where any of several will do, each of them."""
    return list(rule.rules) if isinstance(rule, AnyOf) else [rule]


RULES = {
    f"{protocol.id}/{activity.id}/{variant.id}/{number}": rule
    for protocol in CATALOGUE.protocols.values()
    for activity in protocol.activities
    for variant in activity.variants
    for number, rule in enumerate(branches(variant.rule))
}
CONDITIONS = {
    f"{protocol.id}/{activity.id}": activity.applies_when
    for protocol in CATALOGUE.protocols.values()
    for activity in protocol.activities
    if activity.applies_when
}
BOUNDS = {
    f"{protocol.id}/{target.item}/{number}": bound.when
    for protocol in CATALOGUE.protocols.values()
    for activity in protocol.activities
    for target in activity.targets
    for number, bound in enumerate(target.bounds)
    if bound.when
}


def truth_of(rule: Rule, day: date) -> Truth:
    resources = witness(rule, CATALOGUE)
    facts = [fact for one in resources for fact in facts_of(one, CATALOGUE)[0]]
    patient = PatientFacts(facts, not_from=CATALOGUE.not_from)
    return span_on(timeline_of(rule, Asked(patient, STARTED_ON)), day).truth


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_variant_is_reached_from_fhir_data(rule):
    assert truth_of(rule, TODAY) is Truth.TRUE


@pytest.mark.parametrize("rule", CONDITIONS.values(), ids=CONDITIONS)
def test_an_activity_that_applies_to_some_is_reached_from_fhir_data(rule):
    assert truth_of(rule, TODAY) is Truth.TRUE


@pytest.mark.parametrize("rule", BOUNDS.values(), ids=BOUNDS)
def test_a_bound_for_some_is_reached_from_fhir_data(rule):
    assert truth_of(rule, TODAY) is Truth.TRUE
