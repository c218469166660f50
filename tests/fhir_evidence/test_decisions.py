"""What people decided: adjustments, the plan's own entries, the live plan (what-is-due 6 and 8.3)."""

from datetime import date

import pytest

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.errors import Invalid
from service.domain.interval import FOREVER, Interval
from service.domain.record import PlanDecision
from service.fhir.evidence.adjustment import adjustments_of
from service.fhir.evidence.plan import plan_decision_of
from tests.fhir_evidence.resources import BASE, a_follow_up, concept, own_extension

SOURCE = "ServiceRequest/f1"
NURSE = {"reference": "PractitionerRole/n1"}


def decided(catalogue, extension):
    resource = a_follow_up(extension=[extension])
    found = adjustments_of(resource, catalogue, source=SOURCE)
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


REASON = f"{BASE}/CodeSystem/adjustment-reason"
UNREADABLE = {
    "a kind that is none": ({"kind__valueCode": "snoozed"}, 0, "postponed, declined"),
    "a postponement to no day": ({"kind__valueCode": "postponed"}, None, "`date` is missing"),
    "an end that is no day": (
        {"kind__valueCode": "suspended", "until__valueDate": "soon"},
        1,
        "`until` is no day",
    ),
    "an end before the start": (
        {
            "kind__valueCode": "declined",
            "from__valueDate": "2027-04-01",
            "until__valueDate": "2027-03-31",
        },
        2,
        "`until` lies before the first day",
    ),
    "asked again before the start": (
        {
            "kind__valueCode": "contraindicated",
            "from__valueDate": "2027-04-01",
            "ask_again__valueDate": "2027-03-31",
        },
        2,
        "`ask-again` lies before the first day",
    ),
    "postponed to the past": (
        {
            "kind__valueCode": "postponed",
            "from__valueDate": "2027-04-01",
            "date__valueDate": "2027-03-31",
        },
        2,
        "to which it is postponed",
    ),
    "told before it was done elsewhere": (
        {
            "kind__valueCode": "done-elsewhere",
            "from__valueDate": "2027-04-01",
            "date__valueDate": "2027-04-02",
        },
        2,
        "lies after the day it was told",
    ),
    "a suspension that never ends": ({"kind__valueCode": "suspended"}, None, "or when to"),
    "a reason that there is none of": (
        {
            "kind__valueCode": "declined",
            "reason_code__valueCoding": {"system": REASON, "code": "lazy"},
        },
        1,
        "`reason-code` is one of",
    ),
    "a reason of somebody else": (
        {
            "kind__valueCode": "declined",
            "reason_code__valueCoding": {"system": "https://ehr.example", "code": "other"},
        },
        1,
        "`reason-code` is one of",
    ),
}


@pytest.mark.parametrize(("parts", "part", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_at_its_place(catalogue, parts, part, words):
    with pytest.raises(Invalid, match=words) as refused:
        decided(catalogue, own_extension("adjustment", **parts))
    place = "ServiceRequest.extension[0]"
    expected = place if part is None else f"{place}.extension[{part}]"
    assert refused.value.issues[0].expression == expected


def test_a_decision_tells_its_coded_reason_its_place_and_who_accepted_it(catalogue):
    extension = own_extension(
        "adjustment",
        kind__valueCode="done-elsewhere",
        date__valueDate="2027-02-20",
        reason_code__valueCoding={"system": REASON, "code": "private-care"},
        place__valueString="Työterveys",
        author__valueReference={"reference": "Patient/p1"},
        accepted_by__valueReference=NURSE,
    )
    found = decided(catalogue, extension)
    assert (found.reason_code, found.place) == ("private-care", "Työterveys")
    assert (found.accepted_by, found.waits) == (NURSE["reference"], False)


@pytest.mark.parametrize("author", ["Patient/p1", "RelatedPerson/r1"])
def test_what_a_patient_tells_waits_until_it_is_accepted(catalogue, author):
    extension = own_extension(
        "adjustment", kind__valueCode="declined", author__valueReference={"reference": author}
    )
    assert decided(catalogue, extension).waits


def test_an_interval_of_hours_is_refused(catalogue):
    duration = {"value": 8, "system": "http://unitsofmeasure.org", "code": "h"}
    with pytest.raises(Invalid, match="whole number of a, mo, wk or d"):
        decided(catalogue, own_extension("own-interval", interval__valueDuration=duration))


def test_extensions_of_others_are_left_alone(catalogue):
    resource = a_follow_up(extension=[{"url": "https://other.example/x", "valueBoolean": True}])
    assert adjustments_of(resource, catalogue) == ()


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
