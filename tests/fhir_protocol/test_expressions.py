"""The FHIRPath beside each rule says the same as the rule, wherever every fact is known.

Rule and expression are held against each other on random patients made as FHIR resources. What FHIRPath
leaves out is said in `tools/protocol_drafting/expressions.py`; the patients here have none of it.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pytest

from service.domain.asking import Asking, Question, askings
from service.domain.fact import Fact
from service.domain.formula import Formula
from service.domain.interval import FOREVER, Interval
from service.domain.patient import PatientFacts
from service.domain.protocol import Activity, Protocol, Variant
from service.domain.rule import NotDoneSince
from service.domain.rule.asked import Asked, timeline_of
from service.domain.rule.target import result_on
from service.domain.truth import Truth, span_on
from service.fhir.evidence.code_systems import codes_of
from service.fhir.evidence.facts import facts_of
from service.fhir.protocol.reader import read_protocols
from tests.fhir_protocol.fhirpath_engine import answer
from tests.fhir_protocol.population import TODAY, Population
from tests.fhir_protocol.profiles import PROFILES, our_extension, published

CATALOGUE = read_protocols(PROFILES)
PLANS = {one["id"]: one for one in published("PlanDefinition")}
ACTIONS = [(plan, action["id"]) for plan, one in PLANS.items() for action in one["action"]]
NAMES = [f"{plan}/{action}" for plan, action in ACTIONS]
PATIENTS = 2
CODED = ("code", "medicationCodeableConcept", "reasonCode")
PERIODS = ("effectivePeriod", "period", "timingPeriod")
DAYS = ("performedDateTime", "effectiveDateTime", "onsetDateTime", "whenHandedOver")


def expressions(action: dict[str, Any]) -> dict[str, str]:
    """The expression of each nested action, by the variant's id."""
    return {
        one["id"].partition(".")[2]: one["condition"][0]["expression"]["expression"]
        for one in action["action"]
    }


def on_the_day(expression: str) -> str:
    return expression.replace("today()", f"@{TODAY.isoformat()}")


def inputs_of(action: dict[str, Any], resources: list[dict[str, Any]]) -> dict[str, Any]:
    """The resources that each input of an action asks for, in its order."""
    return {
        wanted["id"]: sorted(
            (one for one in resources if is_wanted(one, wanted)),
            key=day_of,
            reverse=wanted.get("sort", [{}])[0].get("direction") == "descending",
        )
        for wanted in action.get("input", ())
    }


def is_wanted(resource: dict[str, Any], wanted: dict[str, Any]) -> bool:
    if resource["resourceType"] != wanted["type"]:
        return False
    sets = [part["valueSet"] for part in wanted.get("codeFilter", ()) if "valueSet" in part]
    return all(any(code in MEMBERS[url] for code in codes_in(resource)) for url in sets)


def codes_in(resource: dict[str, Any]) -> Iterator[str]:
    for element in CODED:
        said = resource.get(element, ())
        for concept in said if isinstance(said, list) else [said]:
            yield from codes_of(concept or None)
    for device in resource.get("contained", ()):
        yield from codes_of(device.get("type"))


def day_of(resource: dict[str, Any]) -> str:
    periods = (resource.get(name, {}).get("start") for name in PERIODS)
    days = (*(resource.get(name) for name in DAYS), *periods)
    return next((day for day in days if day), "")


class Members:
    """Whether a code is in one of the published value sets."""

    def __init__(self, value_set: dict[str, Any]) -> None:
        includes = value_set["compose"]["include"]
        self._exact = {
            code
            for include in includes
            for code in codes_of({"coding": [{**include, **c} for c in include.get("concept", ())]})
        }
        filters = [{**one, "code": f["value"]} for one in includes for f in one.get("filter", ())]
        self._beginnings = tuple(codes_of({"coding": filters}))

    def __contains__(self, code: str) -> bool:
        return code in self._exact or code.startswith(self._beginnings)


MEMBERS = {one["url"]: Members(one) for one in published("ValueSet")}


class Case:
    """One random patient asked about one activity, by the engine's rules and by FHIRPath."""

    def __init__(self, protocol: Protocol, activity: Activity, seed: int) -> None:
        plan = PLANS[protocol.id]
        self.action = next(one for one in plan["action"] if one["id"] == activity.id)
        self.activity = activity
        self.protocol = protocol
        self.resources = Population(CATALOGUE, plan, self.action).patient(seed)
        facts = [fact for one in self.resources for fact in facts_of(one, CATALOGUE)[0]]
        self.facts = facts
        patient = PatientFacts(facts, not_from=CATALOGUE.not_from)
        self.asked = Asked(patient, self.started_on)

    @property
    def started_on(self) -> date:
        fitting = [c for c in self.resources if c["resourceType"] == "Condition"]
        codes = self.protocol.conditions
        onsets = [c["onsetDateTime"] for c in fitting if any(x in codes for x in codes_in(c))]
        return date.fromisoformat(min(onsets))

    def truth(self, variant: Variant) -> Truth:
        return span_on(timeline_of(variant.rule, self.asked), TODAY).truth

    def first_of_the_rules(self) -> str:
        """The variant that the rules put first: not required, else the shortest interval, else the base."""
        holding = (one for one in self.activity.variants if not one.set_aside)
        true = [one for one in holding if self.truth(one) is Truth.TRUE]
        silent = [one for one in true if one.interval is None]
        timed = sorted(true, key=self.days)
        return next((one.id for one in (*silent, *timed)), "base")

    def days(self, variant: Variant) -> float:
        """How long the variant's interval is on the day, about."""
        if not isinstance(variant.interval, Formula):
            return variant.interval.nominal_days if variant.interval else 0
        result = result_on(self.asked.patient.results(variant.interval.item), TODAY)
        return variant.interval.interval(result).nominal_days if result else float("inf")

    def first_of_the_expressions(self) -> list[str]:
        """The nested actions whose expressions are true."""
        return [name for name, said in expressions(self.action).items() if self.holds(said)]

    def holds(self, expression: str) -> bool:
        inputs = inputs_of(self.action, self.resources)
        return answer(on_the_day(expression), self.resources[0], inputs) == [True]

    @property
    def applies(self) -> bool:
        conditions = self.action.get("condition", ())
        return all(self.holds(one["expression"]["expression"]) for one in conditions)

    def asked_for_by_the_expressions(self) -> str | None:
        """The one nested action that applies; None where nothing is required."""
        chosen = self.first_of_the_expressions()
        nested = {one["id"].partition(".")[2]: one for one in self.action["action"]}
        required = [one for one in chosen if not our_extension(nested[one], "not-required")]
        return required[0] if required and self.applies else None

    def asked_for_by_the_engine(self) -> str | None:
        """The variant whose date the engine sets on the day on which the activity has been done."""
        done = Fact(self.activity.closing.identity, TODAY, "Task/done")
        patient = PatientFacts([*self.facts, done], not_from=CATALOGUE.not_from)
        asked = Asked(patient, self.started_on)
        question = Question(self.protocol, self.activity, asked, FOREVER, CATALOGUE.figures)
        choice = last_asking(question).choice
        return (choice.variant or "base") if choice else None

    @property
    def rests_once_done(self) -> bool:
        """Whether the rules put something first that rests once it is done: due at once, a first control."""
        first = self.first_of_the_rules()
        rules = {one.id: one for one in self.activity.variants}
        if first not in rules:
            return self.activity.interval == Interval()
        return rules[first].interval == Interval() or isinstance(rules[first].rule, NotDoneSince)


def last_asking(question: Question) -> Asking:
    found = [one for one in askings(question, date(2030, 4, 1)) if one.start <= TODAY]
    return found[-1]


def cases(plan: str, activity: str, patients: Iterable[int]) -> Iterator[Case]:
    protocol = CATALOGUE.protocols[plan]
    asked = next(one for one in protocol.activities if one.id == activity)
    yield from (Case(protocol, asked, seed) for seed in patients)


def differences(plan: str, activity: str, patients: Iterable[int]) -> list[tuple[int, Any, Any]]:
    """The patients for whom the expressions pick another action than the rules; any number can be asked."""
    found = zip(patients, cases(plan, activity, patients), strict=True)
    compared = ((n, one.first_of_the_expressions(), one.first_of_the_rules()) for n, one in found)
    return [(seed, said, rules) for seed, said, rules in compared if said != [rules]]


@pytest.mark.parametrize(("plan", "activity"), ACTIONS, ids=NAMES)
def test_exactly_the_action_that_the_rules_put_first_applies(plan, activity):
    assert differences(plan, activity, range(PATIENTS)) == []


@pytest.mark.parametrize(("plan", "activity"), ACTIONS, ids=NAMES)
def test_the_engine_asks_for_that_action_on_a_day_of_evidence(plan, activity):
    """On that day every interval counts from the same day, and no date has been reached yet."""
    compared = [
        (one.asked_for_by_the_expressions(), one.asked_for_by_the_engine())
        for one in cases(plan, activity, range(PATIENTS))
        if not one.rests_once_done
    ]
    assert [said for said, _ in compared] == [engine for _, engine in compared]


def test_the_random_patients_reach_most_variants():
    reached = {
        f"{plan}/{activity}.{case.first_of_the_rules()}"
        for plan, activity in ACTIONS
        for case in cases(plan, activity, range(25))
    }
    variants = {
        f"{plan}/{nested['id']}"
        for plan, one in PLANS.items()
        for action in one["action"]
        for nested in action["action"]
        if not our_extension(nested, "own-entry")
    }
    assert len(reached & variants) >= 0.85 * len(variants)
