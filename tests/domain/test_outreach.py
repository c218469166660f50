"""Who waits after a contact, until which day."""

from datetime import date, timedelta

from service.domain.outreach import Outreach, latest, waits
from tests.storage.follow_ups_told import a_contact

MONDAY = date(2027, 6, 7)
THURSDAY = MONDAY + timedelta(days=3)


def waiting(contacts: list[Outreach], follow_up: str = "f1", day: date = MONDAY) -> bool:
    return waits(latest(contacts, follow_up, day), day)


def test_a_person_waits_from_the_contact_until_the_day_before_the_return():
    contact = [a_contact(MONDAY, THURSDAY)]
    days = [MONDAY + timedelta(days=number) for number in range(-1, 4)]
    assert [waiting(contact, day=day) for day in days] == [False, True, True, True, False]


def test_who_returns_on_the_day_itself_does_not_wait():
    assert not waiting([a_contact(MONDAY, MONDAY)])


def test_a_contact_that_names_follow_ups_is_about_no_other():
    contact = [a_contact(MONDAY, THURSDAY, follow_ups=("f1",))]
    assert waiting(contact, "f1")
    assert not waiting(contact, "f2")


def test_the_latest_contact_holds_also_where_it_returns_sooner():
    later = a_contact(MONDAY, MONDAY, minutes=5)
    assert not waiting([later, a_contact(MONDAY, THURSDAY)])


def test_of_two_contacts_of_one_instant_the_last_told_holds():
    both = [a_contact(MONDAY, THURSDAY), a_contact(MONDAY, MONDAY)]
    assert not waiting(both)
    assert waiting(both[::-1])


def test_a_later_contact_about_something_else_lets_the_follow_up_wait_on():
    other = a_contact(MONDAY, MONDAY, minutes=5, follow_ups=("f2",))
    assert waiting([a_contact(MONDAY, THURSDAY), other])
