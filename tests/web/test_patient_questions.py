"""What only a professional can say, asked and answered on the page of a patient, without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.house import house
from tests.receiving import Reception, a_condition, a_patient, a_unit
from tests.web.reading import Page
from tests.web.region import HATTULA, LANGUAGES, Region, opened
from tests.workflows.test_list_questions import an_ldl

PAGE = "/worklist/people/p1"
ANSWERS = f"{PAGE}/answers"
MOVE = {
    "fi": "12.10.2027 → 12.1.2027",
    "sv": "12.10.2027 → 12.1.2027",
    "en": "12 October 2027 → 12 January 2027",
}


@pytest.fixture
def lipids(databases: Databases, tmp_path: Path) -> Iterator[Region]:
    """A person of Hattula with a lipid disorder, of whom nobody has said more."""
    with databases.lend("sqlite") as url, house(url, tmp_path) as runtime:
        reception = Reception(runtime)
        reception.put(a_unit(HATTULA), a_patient(unit=HATTULA))
        reception.put(a_condition(code="E78.0"), an_ldl("2026-10-12", 2.2))
        yield opened(runtime)


def answered(**more: str) -> dict[str, str]:
    return {"item": "risk-class", "finding": "high-risk", "until": "19.11.2027"} | more


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_answer_tells_which_date_it_would_move(lipids: Region, language: str):
    page = Page(lipids.nurse(HATTULA).get(f"{PAGE}?lang={language}").text)
    assert MOVE[language] in page.words


def test_an_answer_moves_the_date_and_is_told_with_who_said_it_and_until_when(lipids: Region):
    nurse = lipids.nurse(HATTULA)
    sent = nurse.post(ANSWERS, data=answered())
    assert (sent.status_code, sent.location) == (303, f"{PAGE}#questions")
    page = Page(nurse.get(PAGE).text)
    assert "Kertoi nurse of the tests 21.11.2026. Voimassa 19.11.2027 asti." in page.words
    assert MOVE["fi"] not in page.words
    assert "risk-class" not in [one.get("value") for one in page.attributes("input")]


def test_what_is_sent_twice_is_said_once(lipids: Region):
    nurse = lipids.nurse(HATTULA)
    for _ in range(2):
        assert nurse.post(ANSWERS, data=answered()).status_code == 303
    assert Page(nurse.get(PAGE).text).words.count("Kertoi nurse of the tests") == 1


def test_what_was_said_in_error_is_taken_back_and_asked_again(lipids: Region):
    nurse = lipids.nurse(HATTULA)
    nurse.post(ANSWERS, data=answered(until=""))
    page = Page(nurse.get(PAGE).text)
    assert "Voimassa toistaiseksi." in page.words
    [undo] = [
        one["action"] for one in page.attributes("form") if one.get("action", "").endswith("/undo")
    ]
    assert nurse.post(undo).status_code == 303
    assert MOVE["fi"] in Page(nurse.get(PAGE).text).words
    assert nurse.post(undo).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"finding": ""}, "Valitse vastaus."),
        ({"finding": "yes"}, "Valitse vastaus."),
        ({"until": "joskus"}, "Tarkista päivä."),
        ({"until": "1.1.2026"}, "Viimeinen päivä ei voi olla menneisyydessä."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    lipids: Region, wrong: dict[str, str], said: str
):
    nurse = lipids.nurse(HATTULA)
    answer = nurse.post(ANSWERS, data=answered(**wrong))
    page = Page(answer.text)
    assert answer.status_code == 400
    assert page.words.count(said) == 2
    assert page.all("title")[0].startswith("Virhe:")
    assert answered(**wrong)["until"] in [one.get("value") for one in page.attributes("input")]
    assert "Kertoi " not in Page(nurse.get(PAGE).text).words


def test_a_nurse_of_another_unit_can_say_nothing_of_them(lipids: Region):
    other = lipids.nurse("nowhere")
    assert other.post(ANSWERS, data=answered()).status_code == 404
    assert other.post(f"{ANSWERS}/ldl/undo").status_code == 404
