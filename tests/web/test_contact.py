"""The page on which a nurse records a contact: without script, in three languages, once, and to be undone."""

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from service.domain.access import Identity, Role
from service.web.typed import day_typed, time_typed
from tests.databases import Databases
from tests.house import house
from tests.web.reading import Page
from tests.web.region import HATTULA, LANGUAGES, Region, opened, receive_many

CONTACT = "/worklist/people/p1/contact"
OTHER = Identity(Role.CLINICIAN, "another nurse", unit=HATTULA)


@pytest.fixture(scope="module")
def quiet(databases: Databases, tmp_path_factory: Any) -> Iterator[Region]:
    """Two people of Hattula who were never seen; tests change nothing of them."""
    with databases.lend("sqlite") as url, house(url, tmp_path_factory.mktemp("quiet")) as runtime:
        receive_many(runtime, 2)
        yield opened(runtime)


@pytest.fixture
def people(databases: Databases, tmp_path: Path) -> Iterator[Region]:
    """The same two people, for one test alone."""
    with databases.lend("sqlite") as url, house(url, tmp_path) as runtime:
        receive_many(runtime, 2)
        yield opened(runtime)


def told(**more: str) -> dict[str, str]:
    return {"result": "no-answer", "channel": "phone", "key": "k"} | more


def listed(browser: Any, **asked: str) -> Page:
    answer = browser.get("/worklist/", query_string={"lang": "fi"} | asked)
    assert answer.status_code == 200
    return Page(answer.text)


def saved(browser: Any, **more: str) -> Page:
    """The list after a contact was saved."""
    answer = browser.post(CONTACT, data=told(**more), follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_the_list_says_that_nobody_called_yet_and_offers_to_record_a_contact(quiet):
    page = listed(quiet.nurse(HATTULA))
    assert "Soitettavat 2" in page.words
    assert page.words.count("Yhteydenotot: ei vielä") == 2
    assert "Kirjaa yhteydenotto: Aino Numero01, 66" in page.words


def test_opening_a_person_leads_to_the_form_and_shows_so_to_others(people):
    nurse, other = people.nurse(HATTULA), people.browser(OTHER)
    answer = nurse.post("/worklist/people/p1/opening", data={"list": "tab=to_call"})
    assert answer.status_code == 303
    assert answer.location.startswith(f"{CONTACT}?list=tab")
    assert nurse.get(answer.location).status_code == 200
    assert "Avoinna toisella: ammattilainen, klo " in listed(other).words
    assert "Avoinna toisella" not in listed(nurse).words
    assert "Avoinna toisella" in Page(other.get(CONTACT).text).words


SAYS = {
    "fi": (
        "Kirjaa yhteydenotto",
        "Ei vastannut palaa listalle 23.11.2026",
        "Tallenna yhteydenotto",
    ),
    "sv": ("Anteckna kontakt", "Svarade inte tillbaka på listan 23.11.2026", "Spara kontakten"),
    "en": ("Record a contact", "No answer back on the list 23 November 2026", "Save the contact"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_says_each_result_with_its_day_of_return_in_three_languages(quiet, language):
    answer = quiet.nurse(HATTULA).get(CONTACT, query_string={"lang": language})
    page = Page(answer.text)
    for said in SAYS[language]:
        assert said in page.words
    assert page.all("h2")[0].startswith("Aino Numero01")


def test_a_saved_contact_takes_the_person_off_the_calls_counts_them_and_can_be_undone(pages):
    receive_many(pages.runtime, 2)
    nurse = pages.nurse(HATTULA)
    page = saved(nurse, back_on="30.11.2026", note="Soitettu.")
    assert "Kirjattu. Pois soitettavista 30.11.2026 asti." in page.words
    assert "Soitettavat 1" in page.words
    assert "Sovittu muuta 1" in page.words
    assert "1 henkilö odottaa yhteydenoton jälkeen sovittua päivää." in page.words
    waiting = listed(nurse, tab="all", contacted="yes")
    assert waiting.all("h2") == ["Aino Numero01, 66\u00a0v"]
    assert "Yhteydenotot: 21.11.2026 Ei vastannut (takaisin listalle 30.11.2026)" in waiting.words

    undo = next(one["action"] for one in page.attributes("form") if "undo" in one["action"])
    undone = Page(nurse.post(undo, follow_redirects=True).text)
    assert "Yhteydenotto on kumottu." in undone.words
    assert "Soitettavat 2" in undone.words


def test_after_a_contact_the_nurse_is_back_on_the_list_they_came_from(people):
    answer = people.nurse(HATTULA).post(
        CONTACT, data=told(list="tab=all&performer=nurse&recorded=x&lang=sv")
    )
    assert re.match(r"/worklist/\?tab=all&performer=nurse&lang=sv&recorded=[^&]+$", answer.location)


def test_what_is_left_to_do_is_told_on_the_list(people):
    assert "Kysy päivä ja paikka" in saved(people.nurse(HATTULA), result="done-elsewhere").words


def test_opening_reading_and_recording_leave_lines_that_name_the_person(people):
    nurse, lines = people.nurse(HATTULA), people.trail.lines
    nurse.post("/worklist/people/p1/opening")
    nurse.get(CONTACT)
    opened_, read = lines[-2:]
    assert (opened_.action, opened_.scope) == ("open", "worklist/openings")
    assert (read.action, read.scope) == ("read", "Patient/p1")
    assert opened_.patients == read.patients != ()


def test_a_form_that_is_sent_twice_records_one_contact(people):
    nurse = people.nurse(HATTULA)
    saved(nurse)
    saved(nurse)
    page = Page(nurse.get(CONTACT).text)
    assert page.words.count("21.11.2026 Ei vastannut") == 1


WRONG = {
    "no result": ({"result": ""}, "Valitse tulos."),
    "no channel": ({"channel": ""}, "Valitse, miten otit yhteyttä."),
    "no day": ({"back_on": "huomenna"}, "Tarkista päivä. Kirjoita se näin: 28.11.2026."),
    "a day in the past": ({"back_on": "20.11.2026"}, "Päivän pitää olla 21.11.2026"),
    "no time": (
        {"result": "booked", "booked_on": "3.12.2026", "booked_at": "aamulla"},
        "Tarkista kellonaika.",
    ),
    "a time without a day": (
        {"result": "booked", "booked_at": "9.30"},
        "Kirjoita myös varatun ajan päivä.",
    ),
    "an appointment that was not booked": (
        {"booked_on": "3.12.2026"},
        "Varattu aika kuuluu vain tulokseen: Aika varattu.",
    ),
    "an appointment in the past": (
        {"result": "booked", "booked_on": "3.11.2026"},
        "Varattu aika ei voi olla menneisyydessä.",
    ),
    "too long a note": ({"note": "a" * 2001}, "Muistiinpano on liian pitkä."),
}


@pytest.mark.parametrize(("typed", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_above_and_at_the_field_and_what_was_typed_stays(quiet, typed, said):
    nurse = quiet.nurse(HATTULA)
    answer = nurse.post(CONTACT, data=told(note="Soitettu.") | typed, query_string={"lang": "fi"})
    page = Page(answer.text)
    assert answer.status_code == 400
    assert page.all("title")[0].startswith("Virhe: Kirjaa yhteydenotto")
    assert page.words.count(said) == 2
    typed_texts = [value for value in typed.values() if value]
    assert all(value in answer.text for value in typed_texts)
    assert "Soitettavat 2" in listed(nurse).words


def test_a_key_of_another_form_is_not_taken_for_this_one(people):
    nurse = people.nurse(HATTULA)
    saved(nurse)
    answer = nurse.post(CONTACT, data=told(result="will-come", note="Tulee itse."))
    page = Page(answer.text)
    assert answer.status_code == 503
    assert "Yhteydenotto ei tallentunut. Teksti on tallessa tällä sivulla." in page.words
    assert "Tulee itse." in answer.text
    key = next(one["value"] for one in page.attributes("input") if one.get("name") == "key")
    assert "Kirjattu." in saved(nurse, key=key, result="will-come").words


def test_nobody_of_another_unit_and_no_patient_records_a_contact(quiet):
    for browser in (quiet.nurse("inari"), quiet.patient("p1"), quiet.anybody()):
        statuses = {
            browser.get(CONTACT).status_code,
            browser.post(CONTACT, data=told()).status_code,
            browser.post("/worklist/quiet/p1/opening").status_code,
        }
        assert statuses <= {401, 404}
    assert "Soitettavat 2" in listed(quiet.nurse(HATTULA)).words


def test_what_was_recorded_is_told_to_nobody_else(people):
    answer = people.nurse(HATTULA).post(CONTACT, data=told())
    assert people.browser(OTHER).get(answer.location).status_code == 400


DAYS = ["3.6.2027", "03.06.2027", "3.6.27", "2027-06-03", " 3.6.2027 "]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_taken_as_people_type_it(text):
    found = day_typed(text)
    assert found is not None
    assert found.isoformat() == "2027-06-03"


@pytest.mark.parametrize("text", ["", "3.6.", "31.6.2027", "3/6/2027", "2027-6-3", "tomorrow"])
def test_what_is_no_day_is_none(text):
    assert day_typed(text) is None


@pytest.mark.parametrize(("text", "at"), [("9.30", time(9, 30)), ("09:30", time(9, 30))])
def test_a_time_is_taken_as_people_type_it(text, at):
    assert time_typed(text) == at


@pytest.mark.parametrize("text", ["", "9", "25.00", "9.60", "noon"])
def test_what_is_no_time_is_none(text):
    assert time_typed(text) is None
