"""Contacts: which follow-ups one sample or one visit settles, when, and what of it is for today."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.domain.contact import (
    CARDS_AT_MOST,
    Booker,
    ContactKind,
    Status,
    contact_kind,
    contacts,
    overview,
    plan_overview,
)
from service.domain.directory import Person
from service.domain.follow_up import Hold, Stretch, Urgency
from service.domain.interval import FOREVER
from service.domain.protocol import Kind
from service.domain.seen import Booking, SeenFollowUp, SeenPlan, SeenUnit
from service.domain.truth import Truth
from service.domain.window import Window, spread

DAY = date(2026, 11, 21)


def in_days(count: int) -> date:
    return DAY + timedelta(days=count)


def booking(days: int, appointment: str = "a1") -> Booking:
    """An appointment at noon, so many days from today."""
    day = in_days(days)
    return Booking(datetime(day.year, day.month, day.day, 10, tzinfo=UTC), appointment)


def one(name: str, due: int = 0, *, around: int = 10, **more: Any) -> SeenFollowUp:
    """A follow-up due so many days from today, with a window of `around` days to each side."""
    hold = more.pop("hold", Hold.OPEN)
    protocols = more.pop("protocols", ("type-2-diabetes",))
    window = spread(in_days(due), around, around)
    given = {"kind": Kind.LAB, "performer": "lab", **more}
    return SeenFollowUp(
        id=name,
        task=f"task-{name}",
        identity=f"{name}|{given['kind']}",
        activity=name,
        stretch=a_stretch(window, hold, protocols),
        state=window.state_on(DAY),
        days_overdue=max(0, (DAY - window.closes_on).days),
        **given,
    )


def a_stretch(window: Window, hold: Hold, protocols: tuple[str, ...]) -> Stretch:
    return Stretch(
        holds_from=date(2026, 1, 1),
        holds_to=FOREVER,
        hold=hold,
        window=window,
        overdue_from=window.overdue_from,
        urgency=Urgency.OTHER,
        order_on=window.due_on,
        unit="hattula",
        protocols=protocols,
        set_by=protocols[0],
        protocol_version="2026.1",
        variant="",
        interval="P3M",
        confirmed=True,
        anchor_on=date(2026, 1, 1),
        anchor_source="",
        because=(),
        original_due_on=None,
        done=None,
        at_target=Truth.UNKNOWN,
        exclusion="",
    )


def grouped(*follow_ups: SeenFollowUp) -> list[list[str]]:
    """The follow-ups of each contact by name."""
    found = contacts(follow_ups, day=DAY)
    return [[each.activity for each in contact.follow_ups] for contact in found]


def test_what_one_sample_settles_is_one_contact_on_the_days_that_all_share():
    [contact] = contacts([one("hba1c", 20), one("egfr", 30, around=25)], day=DAY)

    assert [each.activity for each in contact.follow_ups] == ["hba1c", "egfr"]
    assert (contact.kind, contact.booker) == (ContactKind.SAMPLE, Booker.PATIENT)
    assert (contact.from_day, contact.to_day) == (in_days(10), in_days(20))
    assert contact.status is Status.LATER


def test_what_opens_after_the_first_is_due_is_another_contact():
    assert grouped(one("hba1c", 5), one("egfr", 90), one("lipids", 8)) == [
        ["hba1c", "lipids"],
        ["egfr"],
    ]


def test_what_is_past_its_due_date_waits_for_no_day_and_takes_along_what_is_open():
    [contact] = contacts([one("hba1c", -60), one("egfr", 5)], day=DAY)

    assert contact.to_day is None
    assert contact.status is Status.NOW


@pytest.mark.parametrize(
    ("kind", "performer", "found"),
    [
        (Kind.LAB, "nurse", ContactKind.SAMPLE),
        (Kind.VISIT, "nurse", ContactKind.NURSE_VISIT),
        (Kind.VISIT, "physician", ContactKind.PHYSICIAN_VISIT),
        (Kind.MEASUREMENT, "dental-hygienist", ContactKind.DENTAL),
        (Kind.IMAGING, "nurse", ContactKind.IMAGING),
        (Kind.SELF_MEASUREMENT, "nurse", ContactKind.HOME),
        (Kind.VACCINATION, "nurse", ContactKind.VACCINATION),
        (Kind.QUESTIONNAIRE, "patient", ContactKind.QUESTIONNAIRE),
        (Kind.QUESTIONNAIRE, "nurse", ContactKind.NURSE_VISIT),
        (Kind.MEASUREMENT, "somebody else", ContactKind.NURSE_VISIT),
    ],
)
def test_the_sort_of_contact_follows_the_kind_and_else_who_does_it(kind, performer, found):
    assert contact_kind(one("x", kind=kind, performer=performer)) is found


def test_visits_to_a_nurse_and_to_a_physician_are_two_and_pictures_each_stand_alone():
    visits = [
        one("feet", kind=Kind.VISIT, performer="nurse"),
        one("pressure", kind=Kind.MEASUREMENT, performer="nurse"),
        one("yearly", kind=Kind.VISIT, performer="physician"),
    ]
    pictures = [
        one(name, kind=Kind.IMAGING, performer="imaging-unit") for name in ("fundus", "chest")
    ]

    assert grouped(*visits, *pictures) == [["feet", "pressure"], ["yearly"], ["fundus"], ["chest"]]


def test_what_needs_no_appointment_is_booked_by_nobody():
    at_home = one("pressure", kind=Kind.SELF_MEASUREMENT, performer="patient")
    visit = one("feet", kind=Kind.VISIT, performer="nurse")

    found = {contact.kind: contact.booker for contact in contacts([at_home, visit], day=DAY)}

    assert found == {ContactKind.HOME: Booker.NONE, ContactKind.NURSE_VISIT: Booker.UNIT}


def test_an_appointment_takes_along_what_its_day_suits_and_nothing_booked_elsewhere():
    there = one("hba1c", 10, booked=booking(8))
    suits, too_late = one("egfr", 12), one("lipids", 3)
    elsewhere = one("acr", 10, booked=booking(15, "a2"))

    found = contacts([there, suits, too_late, elsewhere], day=DAY)

    assert [[each.activity for each in contact.follow_ups] for contact in found] == [
        ["hba1c", "egfr"],
        ["acr"],
        ["lipids"],
    ]
    assert [contact.status for contact in found] == [Status.BOOKED, Status.BOOKED, Status.NOW]
    assert (found[0].from_day, found[0].to_day) == (in_days(8), in_days(8))


def test_every_follow_up_that_is_asked_for_is_in_exactly_one_contact():
    asked = [one(f"a{n}", n * 9 - 60, around=n % 4 * 10) for n in range(20)]
    resting = [one("rests", hold=Hold.PAUSED), one("ended", hold=Hold.ENDED)]

    found = [name for names in grouped(*asked, *resting) for name in names]

    assert sorted(found) == sorted(each.activity for each in asked)


def test_the_cards_of_the_day_are_few_and_what_is_left_stands_first_among_the_later():
    open_now = [one(f"now{n}", n, kind=Kind.IMAGING, performer="imaging-unit") for n in range(7)]
    later = one("later", 100)
    rests = one("rests", hold=Hold.PAUSED)

    found = overview([later, *open_now, rests], day=DAY)

    assert len(found.cards) == CARDS_AT_MOST
    names = [each.activity for contact in found.later for each in contact.follow_ups]
    assert names == ["now5", "now6", "later"]
    assert [each.activity for each in found.resting] == ["rests"]
    assert (found.booked_by(Booker.UNIT), found.booked_by(Booker.PATIENT)) == (CARDS_AT_MOST, 0)


def test_an_appointment_is_for_today_within_a_week_and_the_unit_books_after_the_person():
    soon = one("hba1c", 20, booked=booking(7))
    far = one("fundus", 40, kind=Kind.IMAGING, performer="imaging-unit", booked=booking(35))
    visit = one("feet", 1, kind=Kind.VISIT, performer="nurse")
    at_home = one("pressure", 2, kind=Kind.SELF_MEASUREMENT, performer="patient")

    found = overview([far, visit, at_home, soon], day=DAY)

    assert [contact.follow_ups[0].activity for contact in found.cards] == [
        "hba1c",
        "pressure",
        "feet",
    ]
    assert [contact.follow_ups[0].activity for contact in found.later] == ["fundus"]


def a_plan(*follow_ups: SeenFollowUp, on_hold_until: date | None) -> SeenPlan:
    return SeenPlan(
        key=1,
        patient="p1",
        person=Person(invented=True),
        unit=SeenUnit("u1", "Hattulan terveysasema", "+358 00 001 082"),
        care_plan="cp1",
        agreed_on=None,
        on_hold_until=on_hold_until,
        protocols=(),
        follow_ups=follow_ups,
        as_of=DAY,
        known_at=datetime(2026, 11, 21, 6, tzinfo=UTC),
    )


def test_a_plan_on_hold_asks_for_nothing_and_shows_what_rests():
    asked, rests = [one("now"), one("later", 100)], one("rests", hold=Hold.PAUSED)

    held = plan_overview(a_plan(*asked, rests, on_hold_until=in_days(30)))
    going_on = plan_overview(a_plan(*asked, rests, on_hold_until=None))

    assert (held.cards, held.later) == ((), ())
    assert held.resting == going_on.resting == (rests,)
    assert (len(going_on.cards), len(going_on.later)) == (1, 1)


def test_a_proposal_names_no_phone_to_book_by():
    proposal = a_plan(on_hold_until=None)

    assert proposal.booking_phone == ""
    assert proposal._replace(agreed_on=DAY).booking_phone == proposal.unit.phone


def test_illnesses_of_a_contact_are_the_protocols_that_ask_for_something_in_it():
    both = one("hba1c", protocols=("chronic-kidney-disease", "type-2-diabetes"))
    [contact] = contacts([both, one("lipids", protocols=("type-2-diabetes",))], day=DAY)

    assert contact.illnesses == 2
