"""The first sentence of the patient's page, and who books."""

from datetime import date

import pytest

from service.domain.contact import Booker
from service.wording.portal import Referral, booking, headline, referral
from service.wording.words import Words
from tests.wording.builders import LANGUAGES

BY = date(2027, 6, 18)
PHONE = "019 123 4567"

HEADLINES = [
    (
        {"now": 3, "own": 1, "unit": 2},
        "Nyt on 3 asiaa. Yhden niistä varaat itse.",
        "Nu har du 3 saker att sköta. En av dem bokar du själv.",
        "You have 3 things to do now. You book one of them yourself.",
    ),
    (
        {"now": 1, "own": 1, "unit": 0},
        "Nyt on 1 asia. Varaat sen itse.",
        "Nu har du 1 sak att sköta. Du bokar den själv.",
        "You have 1 thing to do now. You book it yourself.",
    ),
    (
        {"now": 2, "own": 2, "unit": 0},
        "Nyt on 2 asiaa. Kaksi niistä varaat itse.",
        "Nu har du 2 saker att sköta. Två av dem bokar du själv.",
        "You have 2 things to do now. You book two of them yourself.",
    ),
    (
        {"now": 8, "own": 6, "unit": 2},
        "Nyt on 8 asiaa. Varaat itse: 6.",
        "Nu har du 8 saker att sköta. Du bokar själv: 6.",
        "You have 8 things to do now. You book yourself: 6.",
    ),
    (
        {"now": 2, "own": 0, "unit": 1},
        "Nyt on 2 asiaa. Terveyskeskus ottaa sinuun yhteyttä.",
        "Nu har du 2 saker att sköta. Hälsostationen kontaktar dig.",
        "You have 2 things to do now. The health centre will contact you.",
    ),
    (
        {"now": 1, "own": 0, "unit": 0},
        "Nyt on 1 asia.",
        "Nu har du 1 sak att sköta.",
        "You have 1 thing to do now.",
    ),
    (
        {"now": 0, "own": 0, "unit": 0},
        "Sinun ei tarvitse nyt tehdä mitään.",
        "Du behöver inte göra något nu.",
        "There is nothing for you to do now.",
    ),
]


@pytest.mark.parametrize(("counts", "fi", "sv", "en"), HEADLINES)
def test_the_page_begins_with_what_there_is_to_do(counts, fi, sv, en):
    assert [headline(Words(language), **counts) for language in LANGUAGES] == [fi, sv, en]


BOOKINGS = [
    (Booker.PATIENT, None, PHONE, "Kuka varaa: sinä."),
    (Booker.NONE, None, PHONE, "Tähän et tarvitse aikaa."),
    (
        Booker.UNIT,
        BY,
        PHONE,
        "Kuka varaa: terveyskeskus. Soitamme tai lähetämme viestin viimeistään 18.6.2027. "
        "Jos et kuule meistä, soita: 019 123 4567.",
    ),
    (
        Booker.UNIT,
        BY,
        "",
        "Kuka varaa: terveyskeskus. Soitamme tai lähetämme viestin viimeistään 18.6.2027.",
    ),
    (
        Booker.UNIT,
        None,
        PHONE,
        "Kuka varaa: terveyskeskus. Voit myös soittaa itse: 019 123 4567.",
    ),
    (Booker.UNIT, None, "", "Kuka varaa: terveyskeskus."),
]


@pytest.mark.parametrize(("booker", "contact_by", "phone", "said"), BOOKINGS)
def test_the_patient_reads_who_books(booker, contact_by, phone, said):
    assert booking(Words("fi"), booker, contact_by=contact_by, phone=phone) == said


REFERRALS = [
    (Referral.READY, BY, PHONE, "Lähete on valmiina."),
    (Referral.NOT_NEEDED, BY, PHONE, ""),
    (
        Referral.MISSING,
        BY,
        PHONE,
        "Lähete ei ole vielä valmis. Älä varaa aikaa vielä. "
        "Jos lähetettä ei näy 18.6.2027, soita: 019 123 4567.",
    ),
    (Referral.MISSING, None, PHONE, "Lähete ei ole vielä valmis. Älä varaa aikaa vielä."),
    (Referral.MISSING, BY, "", "Lähete ei ole vielä valmis. Älä varaa aikaa vielä."),
]


@pytest.mark.parametrize(("state", "expected_on", "phone", "said"), REFERRALS)
def test_the_patient_reads_whether_the_referral_is_there(state, expected_on, phone, said):
    assert referral(Words("fi"), state, expected_on=expected_on, phone=phone) == said
