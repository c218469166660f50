"""Whatever a protocol proposes to whomever passes `$validate`: all protocols, patients around their limits."""

import json
from datetime import date
from itertools import count
from random import Random
from typing import Any

import orjson
import pytest

from service.domain.errors import BusinessRuleBroken
from service.domain.projection import PatientState
from service.domain.proposal import propose
from service.fhir.evidence.facts import facts_of
from service.fhir.own_definitions import own_definitions
from service.fhir.profiles.verdict import verdict
from service.fhir.protocol.reader import read_protocols
from service.fhir.rendering.proposal import ProposalContent, proposed_care_plan
from tests.fhir_protocol.population import TODAY, Population
from tests.fhir_protocol.profiles import PROFILES, published

CATALOGUE = read_protocols(PROFILES)
PLANS = {one["id"]: one for one in published("PlanDefinition")}
PROFILE = "https://seuranta.example/fhir/StructureDefinition/proposed-care-plan"
LANGUAGES = ("fi", "sv", "en")
FEW, MANY = 1, 200


def proposal_to(plan: dict[str, Any], seed: int) -> dict[str, Any] | None:
    """What a protocol proposes to a random patient, made for one of its actions; None where it does not fit."""
    chance = Random(seed)  # noqa: S311 - invented patients, the same each time
    action = chance.choice(plan["action"])
    resources = Population(CATALOGUE, plan, action).patient(seed)
    facts = [fact for one in resources for fact in facts_of(one, CATALOGUE)[0]]
    protocol = CATALOGUE.protocols[plan["id"]]
    state = PatientState(facts, {}, {})
    try:
        found = propose(state, {}, protocol, CATALOGUE, care_plan="plan", today=TODAY)
    except BusinessRuleBroken:
        return None
    because = {one.activity.id: "siksi" for one in found.follow_ups}
    content = ProposalContent("p1", True, TODAY, chance.choice(LANGUAGES), because)
    answer: dict[str, Any] = orjson.loads(proposed_care_plan(found, plan, CATALOGUE, content))
    return answer


def proposals(protocol: str, many: int) -> list[dict[str, Any]]:
    """The first so many proposals of a protocol."""
    found: list[dict[str, Any]] = []
    for seed in count():
        answer = proposal_to(PLANS[protocol], seed)
        found += [answer] if answer else []
        if len(found) == many or seed > 20 * many:
            return found
    return found


def expect_sound(answer: dict[str, Any]) -> None:
    faults = [
        issue
        for issue in verdict(answer, [PROFILE], own_definitions(PROFILES))
        if issue.severity in {"error", "fatal"}
    ]
    assert faults == [], json.dumps(answer, ensure_ascii=False)[:2000]
    for one in answer.get("contained", ()):
        if period := one.get("occurrencePeriod"):
            assert date.fromisoformat(period["start"]) <= date.fromisoformat(period["end"])


@pytest.mark.parametrize("protocol", sorted(PLANS))
def test_what_a_protocol_proposes_is_valid(protocol: str) -> None:
    found = proposals(protocol, FEW)
    assert found
    for answer in found:
        expect_sound(answer)


@pytest.mark.fuzz
@pytest.mark.parametrize("protocol", sorted(PLANS))
def test_what_a_protocol_proposes_to_many_is_valid(protocol: str) -> None:
    for answer in proposals(protocol, MANY):
        expect_sound(answer)
