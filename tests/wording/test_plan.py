"""What the patient reads of the plan as a whole: how much there is now, or why there is nothing."""

from datetime import UTC, date, datetime
from typing import Any

from service.domain.contact import Overview, overview
from service.domain.directory import Person
from service.domain.fact import Fact
from service.domain.interval import FOREVER
from service.domain.seen import SeenPlan, SeenUnit
from service.wording.plan import plan_agreement, plan_headline, plan_notice
from tests.wording.builders import hba1c
from tests.wording.test_because import JUNE, MARCH, TELLERS, seen
from tests.wording.test_telling import DIABETES, followed

TELLER = TELLERS["en"]
HATTULA = SeenUnit("u1", "Hattulan terveysasema", "+358 00 001 082")


def a_plan(*facts: Fact, **more: Any) -> SeenPlan:
    """The diabetes plan of somebody diagnosed in 2024, on 7 June 2027."""
    plan = followed(facts, DIABETES)
    given: dict[str, Any] = {
        "key": 1,
        "patient": "p1",
        "person": Person(invented=True),
        "unit": HATTULA,
        "care_plan": "cp1",
        "agreed_on": date(2026, 9, 14),
        "on_hold_until": None,
        "protocols": ((DIABETES, "2026.1"),),
        "follow_ups": tuple(seen(one) for one in plan.values() if one.on(JUNE)),
        "as_of": JUNE,
        "known_at": datetime(2027, 6, 7, 5, 2, tzinfo=UTC),
    }
    return SeenPlan(**(given | more))


def headline(plan: SeenPlan) -> str:
    return plan_headline(TELLER, plan, overview(plan.follow_ups, day=JUNE))


def test_an_agreed_plan_says_how_much_the_patient_books():
    assert headline(a_plan()) == "You have 5 things to do now. You book one of them yourself."


def test_a_proposal_asks_nobody_to_book():
    assert headline(a_plan(agreed_on=None)) == "You have 5 things to do now."


def test_with_nothing_to_do_now_the_next_contact_is_named():
    plan = a_plan(hba1c(50, date(2027, 5, 20)))
    only_hba1c = [one for one in plan.follow_ups if one.activity == "hba1c"]
    plan = plan._replace(follow_ups=tuple(only_hba1c))
    assert headline(plan).startswith("There is nothing for you to do now. Next: Blood test, ")


def test_with_nothing_at_all_there_is_nothing_to_name():
    said = plan_headline(TELLER, a_plan(follow_ups=()), Overview((), (), ()))
    assert said == "There is nothing for you to do now."


def test_a_plan_in_use_needs_no_notice():
    assert plan_notice(TELLER.words, a_plan(hba1c(61, MARCH))) == ""


def test_who_has_no_plan_is_told_whom_to_ask():
    none = a_plan(care_plan="", follow_ups=(), agreed_on=None)
    assert "Hattulan terveysasema, +358 00 001 082" in plan_notice(TELLER.words, none)
    nowhere = none._replace(unit=SeenUnit())
    assert "ask your health centre" in plan_notice(TELLER.words, nowhere)
    assert plan_agreement(TELLER.words, none) == ""


def test_a_plan_on_hold_says_until_when():
    held = a_plan(on_hold_until=date(2027, 8, 1))
    assert plan_notice(TELLER.words, held).startswith("Your plan is on hold until 1 August 2027.")
    open_ended = a_plan(on_hold_until=FOREVER)
    assert plan_notice(TELLER.words, open_ended).startswith("Your plan is on hold. ")


def test_a_plan_in_which_nothing_is_asked_yet_says_so():
    assert plan_notice(TELLER.words, a_plan(follow_ups=())).startswith("Your plan is new.")


def test_a_plan_is_a_proposal_or_was_agreed_on_a_day():
    assert plan_agreement(TELLER.words, a_plan()) == (
        "We agreed the plan with you on 14 September 2026."
    )
    assert plan_agreement(TELLER.words, a_plan(agreed_on=None)).startswith("This is a proposal.")
