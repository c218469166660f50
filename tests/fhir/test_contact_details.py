"""How a Patient resource says a person is addressed and called on a day."""

from datetime import date
from typing import Any

import orjson
import pytest

from service.fhir.contact_details import ContactDetails, contact_details

TODAY = date(2026, 11, 21)


def details(**patient: Any) -> ContactDetails:
    return contact_details(orjson.dumps({"resourceType": "Patient", **patient}), on=TODAY)


def phone(value: str, **more: Any) -> dict[str, Any]:
    return {"system": "phone", "value": value, **more}


def test_the_official_name_is_taken_before_others():
    nickname = {"use": "nickname", "given": ["Maikki"]}
    official = {"use": "official", "given": ["Marjatta", "Aino"], "family": "Nieminen"}
    assert details(name=[nickname, official]).name == "Marjatta Aino Nieminen"


def test_a_given_name_that_is_not_told_is_left_out():
    assert details(name=[{"given": [None, "Aino"], "family": "Nieminen"}]).name == "Aino Nieminen"


@pytest.mark.parametrize("use", ["old", "maiden"])
def test_a_former_name_is_not_used(use):
    assert details(name=[{"use": use, "family": "Lahtinen"}]).name == ""


def test_a_name_without_parts_is_its_text():
    assert details(name=[{"text": "Marjatta Nieminen"}]).name == "Marjatta Nieminen"


@pytest.mark.parametrize(
    ("period", "holds"),
    [
        ({"end": "2026-11-21"}, True),
        ({"end": "2026-11-20"}, False),
        ({"start": "2026-11-22"}, False),
        ({"end": "2026-11"}, True),
        ({"end": "2026-10"}, False),
        ({}, True),
    ],
)
def test_a_phone_holds_within_its_period(period, holds):
    assert (details(telecom=[phone("1", period=period)]).phone == "1") is holds


def test_of_several_phones_the_first_by_rank_is_called():
    last, first, old = phone("1", rank=2), phone("2", rank=1), phone("3", use="old")
    assert details(telecom=[old, last, first]).phone == "2"
    assert details(telecom=[last, phone("4")]).phone == "1"


def test_an_address_of_mail_is_no_phone():
    assert details(telecom=[{"system": "email", "value": "x@example.com"}]).phone == ""


def test_that_an_interpreter_is_needed_is_told():
    url = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    needed = details(extension=[{"url": url, "valueBoolean": True}])
    not_needed = details(extension=[{"url": url, "valueBoolean": False}])
    assert (needed.needs_interpreter, not_needed.needs_interpreter) == (True, False)


def test_nothing_told_is_nothing():
    assert details() == ContactDetails("", "", needs_interpreter=False)
