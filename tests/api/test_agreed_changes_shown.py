"""What was agreed, and what a patient told, shows wherever the follow-up does."""

from collections.abc import Callable
from typing import Any

import pytest

from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import answered
from tests.workflows.homes import Home, a_home, an_extension

ROW = "/worklist/v1/follow-ups?status=upcoming,due,overdue,paused&activity=hba1c"
TOLD: dict[str, Any] = {
    "kind": "done-elsewhere",
    "date": "2026-11-10",
    "from": "2026-11-21",
    "author": {"reference": "Patient/p1"},
}


@pytest.fixture
def home(runtime: Runtime) -> Home:
    """Marjatta, whose HbA1c is followed up."""
    return a_home(runtime)


@pytest.fixture
def nurse(home: Home, signed_in: Callable[..., Client]) -> Client:
    return signed_in("clinician", unit="u1")


@pytest.fixture
def marjatta(home: Home, signed_in: Callable[..., Client]) -> Client:
    return signed_in("patient", patient="p1")


def check(client: Client, language: str) -> dict[str, Any]:
    plan = answered(client, "/portal/v1/care-plan", Accept_Language=language)
    checks = [one for contact in plan["contacts"] for one in contact["follow_ups"]]
    id_ = next(one["id"] for one in checks + plan["resting"] if "HbA1c" in one["name"])
    return next(one for one in checks + plan["resting"] if one["id"] == id_)


def parts(client: Client, name: str) -> dict[str, Any]:
    """The parts of one part of the HbA1c in the answer of $follow-up, by name."""
    answer = answered(client, "/fhir/Patient/p1/$follow-up")
    follow_ups = [{part["name"]: part for part in one["part"]} for one in answer["parameter"]]
    [found] = [one for one in follow_ups if one["activity"]["valueCode"] == "hba1c"]
    listed = found.get(name, {}).get("part", [])
    return {one["name"]: next(v for k, v in one.items() if k != "name") for one in listed}


TELLING = {
    "fi": "Kerroit, että tämä on tehty 10.11.2026. Hoitaja tarkistaa tiedon.",
    "sv": "Du berättade att det här är gjort 10.11.2026. En skötare kontrollerar uppgiften.",
    "en": "You told us this was done on 10 November 2026. A nurse will check it.",
}


def test_what_a_patient_told_shows_to_them_and_to_the_nurse_until_it_is_accepted(
    home: Home, nurse: Client, marjatta: Client
) -> None:
    told = an_extension(**TOLD)
    home.write(home.request, extension=[told])

    assert {language: check(marjatta, language)["told"] for language in TELLING} == TELLING
    [row] = answered(nurse, ROW)["items"]
    assert (row["told_by_patient"]["kind"], row["adjustment"]) == ("done-elsewhere", None)
    assert parts(nurse, "told-by-patient")["date"] == "2026-11-10"

    nurses = {"url": "accepted-by", "valueReference": {"reference": "PractitionerRole/n1"}}
    told["extension"].append(nurses)
    home.write(home.request, extension=[told])

    assert check(marjatta, "fi")["told"] is None
    [row] = answered(nurse, ROW)["items"]
    assert (row["told_by_patient"], row["adjustment"]["kind"]) == (None, "done-elsewhere")


def test_a_wish_not_to_have_it_rests_nothing_until_it_is_accepted(
    home: Home, nurse: Client, marjatta: Client
) -> None:
    wish = TOLD | {"kind": "declined", "date": None}
    home.write(home.request, extension=[an_extension(**wish)])

    [row] = answered(nurse, ROW)["items"]
    assert row["status"] != "paused"
    assert "Hoitaja katsoo" in check(marjatta, "fi")["told"]


def test_what_rests_says_why_and_until_when(home: Home, nurse: Client) -> None:
    said = {"kind": "suspended", "until": "2027-01-31", "ask-again": "2027-01-15"}
    home.write(home.request, extension=[an_extension(**said)])

    assert parts(nurse, "adjustment") == {
        "kind": "suspended",
        "until": "2027-01-31",
        "reason": "Sovittu puhelimessa",
        "ask-again": "2027-01-15",
    }


def test_the_plans_own_date_tells_what_the_protocol_would_have_said(
    home: Home, nurse: Client
) -> None:
    [before] = answered(nurse, ROW, Accept_Language="en")["items"]
    own = an_extension("own-date", date="2027-05-04", **{"from": "2026-11-21"})
    home.write(home.request, extension=[own])

    [row] = answered(nurse, ROW, Accept_Language="en")["items"]
    assert (row["due_on"], before["due_on"]) == ("2027-05-04", "2026-11-20")
    assert "By the protocol it would be due 20 November 2026." in row["because"]["text"]
    assert "Sovittu puhelimessa" in row["because"]["text"]
    assert row["adjustment"]["author"] == "PractitionerRole/n1"
