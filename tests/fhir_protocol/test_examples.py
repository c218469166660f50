"""The examples say what their names promise: one home in FHIR for each kind of fact and decision."""

import json
from datetime import date
from typing import Any

import pytest

from service.domain.adjustment import AdjustmentKind
from service.domain.interval import Interval
from service.domain.outreach import Channel, OutreachResult
from service.domain.record import PlanDecision
from service.fhir.evidence.adjustment import adjustments_of
from service.fhir.evidence.communication import outreach_of
from service.fhir.evidence.plan import plan_decision_of
from tests.fhir_evidence.reading import read
from tests.fhir_protocol.profiles import PROFILES


def example(name: str) -> dict[str, Any]:
    path = PROFILES / "examples" / f"{name}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


FACTS = {
    "Observation-hba1c": ["hba1c 61 mmol/mol 2027-03-12"],
    "Observation-risk-class": ["risk-class high-risk 2027-03-12..2028-03-11"],
    "Observation-lipid-treatment-stable": ["lipid-treatment-stable yes 2027-03-12..2028-03-11"],
    "Observation-copd-mild": ["copd-mild yes 2027-03-12..2028-03-11"],
    "Observation-home-monitoring-agreed": ["home-monitoring yes 2027-03-12..2028-03-11"],
    "Goal-own-target": ["own-target <64 mmol/mol hba1c 2027-03-12..2028-03-11"],
    "Observation-fundus-photograph": ["fundus mild-retinopathy 2027-03-12"],
    "Observation-blood-pressure-at-home": [
        "home_bp.sys 138 mm[Hg] morning self 2027-03-12",
        "home_bp.dia 84 mm[Hg] morning self 2027-03-12",
    ],
    "Encounter-nurse-visit": [
        "encounter AMB 2027-03-12..2027-03-12",
        "unit example visit 2027-03-12",
        "nurse 2027-03-12",
    ],
}


@pytest.mark.parametrize(("name", "facts"), FACTS.items(), ids=FACTS)
def test_an_example_of_a_fact_is_read_as_that_fact(catalogue, name, facts):
    assert read(catalogue, example(name)) == facts


def test_an_example_of_a_postponement(catalogue):
    found = adjustments_of(example("ServiceRequest-postponed"), catalogue)
    assert [one.kind for one in found] == [AdjustmentKind.POSTPONED]


def test_an_example_of_a_contact(catalogue):
    [found] = outreach_of(example("Communication-no-answer"), catalogue.figures)
    assert (found.result, found.channel) == (OutreachResult.NO_ANSWER, Channel.PHONE)
    assert (found.day, found.back_on) == (date(2027, 6, 2), date(2027, 6, 7))


def test_an_example_of_the_plans_own_interval(catalogue):
    found = adjustments_of(example("ServiceRequest-own-interval"), catalogue)
    assert [one.interval for one in found] == [Interval(days=56)]


def test_an_example_of_the_live_plan():
    found = plan_decision_of(example("CarePlan-shared-care-plan"))
    assert found == PlanDecision(date(2027, 3, 12), is_live=True)


def test_every_example_is_marked_as_invented():
    paths = (PROFILES / "examples").glob("*.json")
    marks = {json.loads(path.read_text())["meta"]["security"][0]["code"] for path in paths}
    assert marks == {"HTEST"}
