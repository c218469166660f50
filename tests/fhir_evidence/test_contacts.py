"""What a Communication tells of a contact with a person."""

from datetime import UTC, date, datetime

import pytest

from service.domain.errors import Invalid
from service.domain.outreach import Channel, Outreach, OutreachResult
from service.fhir.evidence.communication import outreach_of
from tests.receiving import BASE, a_contact

SENT = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
DAY = date(2026, 11, 21)


def told(catalogue, **more) -> Outreach:
    [found] = outreach_of(a_contact(**more), catalogue.figures)
    return found


def with_part(name: str, **value: str):
    contact = a_contact(result="booked")
    contact["extension"][0]["extension"].append({"url": name, **value})
    return contact


def test_a_contact_tells_when_how_with_what_result_about_what_and_by_whom(catalogue):
    found = told(
        catalogue,
        back_on="2026-11-30",
        about=["ServiceRequest/f1", "Task/t2", "Observation/o1"],
        sender={"reference": "PractitionerRole/n1"},
    )
    assert found == Outreach(
        SENT,
        DAY,
        Channel.PHONE,
        OutreachResult.NO_ANSWER,
        date(2026, 11, 30),
        follow_ups=("f1",),
        tasks=("t2",),
        author="PractitionerRole/n1",
    )


RETURNS = {
    "booked": date(2026, 12, 21),
    "will-come": date(2026, 12, 21),
    "call-again": date(2026, 11, 28),
    "no-answer": date(2026, 11, 23),
    "wrong-number": date(2026, 11, 28),
    "does-not-want-now": date(2026, 12, 21),
    "done-elsewhere": date(2026, 12, 5),
    "care-moved": date(2026, 12, 21),
}


@pytest.mark.parametrize(("result", "back_on"), RETURNS.items(), ids=RETURNS)
def test_a_contact_without_a_day_of_return_returns_as_the_figures_say(catalogue, result, back_on):
    assert told(catalogue, result=result).back_on == back_on


def test_who_has_an_appointment_returns_the_day_after_it(catalogue):
    contact = with_part("booked-for", valueDateTime="2026-12-03T23:30:00+02:00")
    [found] = outreach_of(contact, catalogue.figures)
    assert found.booked_for == datetime(2026, 12, 3, 21, 30, tzinfo=UTC)
    assert found.back_on == date(2026, 12, 4)


def test_who_has_an_appointment_in_years_returns_within_the_year(catalogue):
    contact = with_part("booked-for", valueDateTime="2029-12-03T09:30:00+02:00")
    [found] = outreach_of(contact, catalogue.figures)
    assert found.back_on == date(2027, 11, 22)


@pytest.mark.parametrize("status", ["entered-in-error", "preparation", "on-hold", "unknown"])
def test_a_contact_that_was_none_tells_nothing(catalogue, status):
    assert outreach_of(a_contact(status=status), catalogue.figures) == ()


def test_a_message_without_an_outcome_is_an_ordinary_record(catalogue):
    message = a_contact()
    del message["extension"]
    assert outreach_of(message, catalogue.figures) == ()


REFUSED = {
    "no instant": (a_contact(sent=""), "Communication.sent"),
    "an unknown result": (a_contact(result="angry"), "Communication.extension[0]"),
    "no channel": (a_contact(medium=[]), "Communication.medium"),
    "a return before the contact": (a_contact(back_on="2026-11-20"), "Communication.extension[0]"),
    "a return in two years": (a_contact(back_on="2028-11-20"), "Communication.extension[0]"),
    "a return on no day": (a_contact(back_on="2026-02-30"), "Communication.extension[0]"),
    "an appointment on no instant": (
        with_part("booked-for", valueDateTime="2026-12-03"),
        "Communication.extension[0]",
    ),
}


@pytest.mark.parametrize(("contact", "place"), REFUSED.values(), ids=REFUSED)
def test_an_outcome_that_cannot_be_read_is_refused_where_it_stands(catalogue, contact, place):
    with pytest.raises(Invalid) as refused:
        outreach_of(contact, catalogue.figures)
    assert refused.value.issues[0].expression == place


def test_a_result_of_another_code_system_is_none_of_ours(catalogue):
    contact = a_contact()
    contact["extension"][0]["extension"][0]["valueCoding"]["system"] = f"{BASE}/CodeSystem/other"
    with pytest.raises(Invalid, match="contact-result"):
        outreach_of(contact, catalogue.figures)
