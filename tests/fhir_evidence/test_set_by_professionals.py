"""What only a professional can say, and for how long; and targets of the patient's own, as Goals."""

import re
from datetime import date

import pytest

from service.domain.record import NotCountedReason
from service.fhir.evidence.facts import facts_of
from tests.fhir_evidence.reading import read
from tests.fhir_evidence.resources import (
    BASE,
    LOINC,
    PATIENT,
    a_finding,
    concept,
    quantity,
)
from tests.guards.repository import ROOT

PROPOSED = f"{BASE}/StructureDefinition/proposed-bound"
OWN_ENTRY = f"{BASE}/StructureDefinition/own-target"
PERIOD = {"start": "2027-03-12", "end": "2028-03-11"}


def test_what_a_professional_sets_holds_for_its_period(catalogue):
    said = a_finding("copd-mild", "yes", effectiveDateTime=None, effectivePeriod=PERIOD)
    [fact] = facts_of(said, catalogue)[0]
    assert (fact.day, fact.until) == (date(2027, 3, 12), date(2028, 3, 11))


@pytest.mark.parametrize("period", [{"start": "2027-03-12"}, None])
def test_without_an_end_it_holds_until_another_answer(catalogue, period):
    effective = {"effectiveDateTime": None, "effectivePeriod": period} if period else {}
    assert read(catalogue, a_finding("copd-mild", "no", **effective)) == ["copd-mild no 2027-03-12"]


def test_a_finding_with_a_code_of_others_counts_on_the_last_day_of_its_period(catalogue):
    said = a_finding("smoking", "current-smoker", effectiveDateTime=None, effectivePeriod=PERIOD)
    assert read(catalogue, said) == ["smoking current-smoker 2028-03-11"]


def test_the_documents_list_every_item_that_a_professional_sets(catalogue):
    text = (ROOT / "docs" / "set-by-professionals.md").read_text()
    rows = re.findall(r"^\| `([\w.-]+)` \| .* \| (.*) \|$", text, re.MULTILINE)
    told = {item: set(re.findall(r"`([\w-]+)`", findings)) for item, findings in rows}
    items = catalogue.codes.items
    expected = {item: set(items[item].findings) for item in catalogue.codes.set_by_professionals}
    assert told == expected


def a_goal(*targets, **more):
    """A goal that is pursued since March 2027."""
    said = {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "description": {"text": "alle 64"},
        "subject": PATIENT,
        "startDate": "2027-03-12",
        "target": list(targets) or [a_target()],
    }
    return said | more


def a_target(value=64, unit="mmol/mol", code="59261-8", **more):
    bound = quantity(value, unit, comparator="<") | more
    return {"measure": concept(LOINC, code), "detailQuantity": bound}


def own_targets(catalogue, goal):
    return [
        (one.code, one.comparator, one.value, str(one.day), str(one.until))
        for one in facts_of(goal, catalogue, received_on=date(2027, 6, 1))[0]
    ]


FOREVER = "9999-12-31"
HOLDS_UNTIL = {"url": f"{BASE}/StructureDefinition/holds-until", "valueDate": "2028-03-11"}
GOALS = {
    "pursued": ({}, [("hba1c", "<", 64.0, "2027-03-12", FOREVER)]),
    "with an end": (
        {"extension": [HOLDS_UNTIL]},
        [("hba1c", "<", 64.0, "2027-03-12", "2028-03-11")],
    ),
    "completed": (
        {"lifecycleStatus": "completed", "statusDate": "2027-05-01"},
        [("hba1c", "<", 64.0, "2027-03-12", "2027-04-30")],
    ),
    "cancelled on no day": (
        {"lifecycleStatus": "cancelled"},
        [("hba1c", "<", 64.0, "2027-03-12", "2027-05-31")],
    ),
    "without a start": (
        {"startDate": None, "statusDate": "2027-04-02"},
        [("hba1c", "<", 64.0, "2027-04-02", FOREVER)],
    ),
    "only proposed": ({"lifecycleStatus": "proposed"}, []),
    "in error": ({"lifecycleStatus": "entered-in-error"}, []),
    "in words": ({"target": []}, []),
}


@pytest.mark.parametrize(("more", "expected"), GOALS.values(), ids=GOALS)
def test_a_goal_is_a_target_of_the_patients_own_while_it_is_pursued(catalogue, more, expected):
    goal = {name: value for name, value in a_goal(**more).items() if value is not None}
    assert own_targets(catalogue, goal) == expected


def test_the_bound_of_a_goal_is_in_the_unit_of_its_item(catalogue):
    [(_, operator, limit, *_)] = own_targets(catalogue, a_goal(a_target(8, "%")))
    assert (operator, round(limit)) == ("<", 64)


def test_a_range_sets_its_upper_end(catalogue):
    pressure = {
        "measure": concept(LOINC, "8480-6"),
        "detailRange": {
            "low": quantity(110, "mm[Hg]"),
            "high": quantity(135, "mm[Hg]"),
        },
    }
    [(item, operator, limit, *_)] = own_targets(catalogue, a_goal(pressure))
    assert (item, operator, limit) == ("bp.sys", "<=", 135.0)


def test_a_bound_whose_unit_is_none_of_the_items_is_not_counted(catalogue):
    facts, not_counted = facts_of(a_goal(a_target(64, "kg")), catalogue)
    assert (list(facts), [one.reason for one in not_counted]) == ([], [NotCountedReason.UNIT])


def test_a_target_that_was_accepted_as_the_protocol_has_it_is_not_the_persons_own(catalogue):
    as_proposed = a_target(64) | {
        "extension": [{"url": PROPOSED, "valueQuantity": a_target(64)["detailQuantity"]}]
    }
    assert own_targets(catalogue, a_goal(as_proposed)) == []
    changed = as_proposed | {"detailQuantity": a_target(60)["detailQuantity"]}
    assert [one[2] for one in own_targets(catalogue, a_goal(changed))] == [60]


def test_an_entry_says_from_when_to_when_a_target_is_the_persons_own(catalogue):
    days = [{"url": "from", "valueDate": "2027-06-01"}, {"url": "until", "valueDate": "2027-12-31"}]
    entered = a_target(60) | {"extension": [{"url": OWN_ENTRY, "extension": days}]}
    [found] = facts_of(a_goal(entered), catalogue)[0]
    assert (found.day, found.until) == (date(2027, 6, 1), date(2027, 12, 31))
