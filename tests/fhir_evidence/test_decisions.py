"""What people decided: adjustments, the plan's own entries, the live plan (what-is-due 6 and 8.3)."""

from datetime import date

import pytest

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.errors import Invalid
from service.domain.interval import FOREVER, Interval
from service.domain.record import PlanDecision
from service.fhir.evidence.plan import adjustments_of, plan_decision_of
from tests.fhir_evidence.resources import BASE, a_follow_up, concept, own_extension

SOURCE = "ServiceRequest/f1"
NURSE = {"reference": "PractitionerRole/n1"}


def decided(catalogue, extension):
    resource = a_follow_up(extension=[extension])
    found = adjustments_of(resource, catalogue.figures, source=SOURCE)
    assert len(found) == 1
    return found[0]


def test_a_postponement_says_to_when_why_and_by_whom(catalogue):
    extension = own_extension(
        "adjustment",
        kind__valueCode="postponed",
        from__valueDate="2027-04-01",
        date__valueDate="2027-09-01",
        reason__valueString="Matkoilla",
        author__valueReference=NURSE,
        ask_again__valueDate="2027-08-15",
    )
    assert decided(catalogue, extension) == Adjustment(
        AdjustmentKind.POSTPONED,
        date(2027, 4, 1),
        follow_up="f1",
        reason="Matkoilla",
        author="PractitionerRole/n1",
        due_on=date(2027, 9, 1),
        ask_again_on=date(2027, 8, 15),
        source=SOURCE,
    )


LASTING = {
    "a decline without an end lasts a year": (
        {"kind__valueCode": "declined"},
        date(2028, 4, 1),
    ),
    "a decline for good never ends": (
        {"kind__valueCode": "declined", "for_good__valueBoolean": True},
        FOREVER,
    ),
    "a decline with an end lasts to it": (
        {"kind__valueCode": "declined", "until__valueDate": "2027-06-30"},
        date(2027, 6, 30),
    ),
    "a suspension lasts to its end": (
        {"kind__valueCode": "suspended", "until__valueDate": "2027-06-30"},
        date(2027, 6, 30),
    ),
    "what is contraindicated without an end stays so": (
        {"kind__valueCode": "contraindicated"},
        FOREVER,
    ),
}


@pytest.mark.parametrize(("parts", "until"), LASTING.values(), ids=LASTING)
def test_an_adjustment_lasts(catalogue, parts, until):
    found = decided(catalogue, own_extension("adjustment", from__valueDate="2027-04-01", **parts))
    assert (found.from_day, found.until_day) == (date(2027, 4, 1), until)


def test_done_elsewhere_says_when(catalogue):
    extension = own_extension(
        "adjustment", kind__valueCode="done-elsewhere", date__valueDate="2027-02-20"
    )
    found = decided(catalogue, extension)
    assert (found.kind, found.due_on) == (AdjustmentKind.DONE_ELSEWHERE, date(2027, 2, 20))


def test_without_a_first_day_it_is_that_of_the_request(catalogue):
    extension = own_extension("adjustment", kind__valueCode="contraindicated")
    assert decided(catalogue, extension).from_day == date(2027, 3, 12)


def test_the_plan_may_set_its_own_date(catalogue):
    extension = own_extension(
        "own-date", from__valueDate="2027-04-01", date__valueDate="2027-10-05"
    )
    found = decided(catalogue, extension)
    assert (found.kind, found.due_on) == (AdjustmentKind.OWN_DATE, date(2027, 10, 5))


def test_the_plan_may_set_its_own_interval(catalogue):
    duration = {"value": 8, "system": "http://unitsofmeasure.org", "code": "wk"}
    extension = own_extension(
        "own-interval", from__valueDate="2027-04-01", interval__valueDuration=duration
    )
    found = decided(catalogue, extension)
    assert (found.kind, found.interval) == (AdjustmentKind.OWN_INTERVAL, Interval(days=56))


UNREADABLE = {
    "a kind that is none": ({"kind__valueCode": "snoozed"}, "postponed, declined"),
    "a postponement to no day": ({"kind__valueCode": "postponed"}, "`date` is missing"),
    "an end that is no day": (
        {"kind__valueCode": "suspended", "until__valueDate": "soon"},
        "`until` is no day",
    ),
}


@pytest.mark.parametrize(("parts", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_at_its_place(catalogue, parts, words):
    with pytest.raises(Invalid, match=words) as refused:
        decided(catalogue, own_extension("adjustment", **parts))
    assert refused.value.issues[0].expression == "ServiceRequest.extension[0]"


def test_an_interval_of_hours_is_refused(catalogue):
    duration = {"value": 8, "system": "http://unitsofmeasure.org", "code": "h"}
    with pytest.raises(Invalid, match="whole number of a, mo, wk or d"):
        decided(catalogue, own_extension("own-interval", interval__valueDuration=duration))


def test_extensions_of_others_are_left_alone(catalogue):
    resource = a_follow_up(extension=[{"url": "https://other.example/x", "valueBoolean": True}])
    assert adjustments_of(resource, catalogue.figures) == ()


def a_plan(**more):
    category = concept(f"{BASE}/CodeSystem/care-plan-category", "shared-care-plan")
    return {
        "resourceType": "CarePlan",
        "category": [category],
        "status": "active",
        "intent": "plan",
        **more,
    }


def test_the_live_plan_says_when_it_was_agreed():
    extension = {"url": f"{BASE}/StructureDefinition/agreed-on", "valueDate": "2027-03-12"}
    assert plan_decision_of(a_plan(extension=[extension])) == PlanDecision(
        date(2027, 3, 12), is_live=True
    )


def test_without_that_it_is_a_proposal():
    assert plan_decision_of(a_plan()) == PlanDecision(is_live=True)


@pytest.mark.parametrize(
    ("status", "on_hold", "ended"),
    [("active", False, False), ("on-hold", True, False), ("revoked", False, True)],
)
def test_the_live_plans_status_is_a_decision(status, on_hold, ended):
    found = plan_decision_of(a_plan(status=status))
    assert found == PlanDecision(on_hold=on_hold, ended=ended, is_live=not ended)


@pytest.mark.parametrize("more", [{"status": "draft"}, {"status": "on-hold", "intent": "proposal"}])
def test_a_draft_or_another_intent_is_no_live_plan(more):
    assert plan_decision_of(a_plan(**more)) == PlanDecision()


def test_any_other_care_plan_is_none_of_ours():
    assert plan_decision_of(a_plan(category=[])) is None
