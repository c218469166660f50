"""What the patient's plan as JSON says of what rests, is booked, agreed on, or on hold."""

from datetime import UTC, date, datetime

from service.api.schemas.care_plan import care_plan
from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.directory import Person
from service.domain.interval import FOREVER
from service.domain.seen import Booking, SeenUnit
from tests.wording.builders import hba1c
from tests.wording.test_because import MARCH, TELLERS, seen
from tests.wording.test_plan import a_plan
from tests.wording.test_telling import DIABETES, followed

TELLER = TELLERS["en"]


def test_an_agreed_plan_gives_the_number_to_call():
    contacts = care_plan(TELLER, a_plan())["contacts"]
    visit = next(one for one in contacts if one["kind"] == "nurse-visit")
    assert visit["booking"] == {
        "by": "unit",
        "phone": "+358 00 001 082",
        "text": "Who books: the health centre. You can also call: +358 00 001 082.",
    }


def test_what_is_booked_tells_its_time_in_the_clinics_zone():
    plan = a_plan(hba1c(61, MARCH))
    at = datetime(2027, 6, 10, 6, 30, tzinfo=UTC)
    follow_ups = tuple(
        one._replace(booked=Booking(at, "a1")) if one.activity == "hba1c" else one
        for one in plan.follow_ups
    )
    first = care_plan(TELLER, plan._replace(follow_ups=follow_ups))["contacts"][0]
    assert (first["status"], first["booking"]) == ("booked", None)
    assert first["booked_for"] == "2027-06-10T09:30:00+03:00"
    assert first["when"] == "Appointment: Thursday 10 June 2027 at 9:30"


def test_what_comes_later_tells_its_days():
    plan = a_plan(hba1c(50, date(2027, 5, 20)))
    only = tuple(one for one in plan.follow_ups if one.activity == "hba1c")
    [later] = care_plan(TELLER, plan._replace(follow_ups=only))["contacts"]
    assert later["status"] == "later"
    assert later["when"] == "When: 2–20 November 2027"  # noqa: RUF001 - a range of days


def test_what_rests_is_told_without_the_reason_that_staff_wrote():
    declined = Adjustment(
        AdjustmentKind.DECLINED, MARCH, until_day=date(2028, 3, 12), reason="pelkää neuloja"
    )
    one = seen(followed([], DIABETES, adjusted={"hba1c|lab": [declined]})["hba1c|lab"])
    plan = a_plan(follow_ups=(one._replace(adjustment=declined),))
    members = care_plan(TELLER, plan)
    assert members["contacts"] == []
    [resting] = members["resting"]
    assert resting["state"] == "You did not want this now. We will ask again on 12 March 2028."
    assert "neuloja" not in str(members)


def test_a_plan_on_hold_asks_for_nothing():
    members = care_plan(TELLER, a_plan(on_hold_until=FOREVER))
    assert (members["contacts"], members["on_hold_until"]) == ([], None)
    assert members["headline"] == "Your plan is on hold. You do not need to do anything."


def test_who_has_no_plan_and_no_unit_is_told_so():
    none = a_plan(care_plan="", unit=SeenUnit(), follow_ups=(), agreed_on=None, person=Person())
    members = care_plan(TELLER, none)
    assert (members["care_plan"], members["unit"], members["demo"]) == (None, None, False)
    assert members["headline"].startswith("You have no care plan in this service yet.")
    assert members["agreement"] is None


def test_only_what_was_done_within_a_year_is_told():
    plan = a_plan(hba1c(50, date(2026, 6, 7)))
    assert care_plan(TELLER, plan)["done"] == []
    assert care_plan(TELLER, a_plan(hba1c(50, date(2026, 6, 8))))["done"][0]["on"] == date(
        2026, 6, 8
    )
