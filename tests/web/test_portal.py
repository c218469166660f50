"""A patient's own plan as they read it: one sentence, the cards, and each check explained."""

import re

import pytest

from service.domain.access import Identity, Role
from service.workflows.show_care_plan import show_care_plan
from tests.house import SYSTEM, TODAY
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c
from tests.web.reading import Page
from tests.web.region import LANGUAGES, Region
from tests.wording.test_catalogues import CODES, NEVER_TO_A_PATIENT

SAYS = {
    "fi": ("Hoitosuunnitelmasi", "Nyt on 3 asiaa.", "Kuka varaa: sinä."),
    "sv": ("Din vårdplan", "Nu har du 3 saker att sköta.", "Vem bokar: du."),
    "en": ("Your care plan", "You have 3 things to do now.", "Who books: you."),
}
INVENTED = {
    "fi": "Esittelyaineisto. Henkilöt ja luvut ovat keksittyjä.",
    "sv": "Demonstrationsmaterial. Personerna och siffrorna är påhittade.",
    "en": "Demonstration data. The people and figures are invented.",
}
PROPOSAL = {
    "fi": "Tämä on ehdotus. Hoitaja käy sen läpi kanssasi.",
    "sv": "Det här är ett förslag. En skötare går igenom det med dig.",
    "en": "This is a proposal. A nurse will go through it with you.",
}


def plan(region: Region, number: int = 0, language: str = "fi") -> Page:
    browser = region.patient(region.people[number].patient)
    answer = browser.get("/portal/", query_string={"lang": language})
    assert answer.status_code == 200
    return Page(answer.text)


def small(pages: Region, *more: dict) -> Page:
    """The plan of somebody with diabetes and what else is received of them."""
    Reception(pages.runtime).put(a_unit(), a_patient(), a_condition(), *more)
    return Page(pages.patient("p1").get("/portal/").text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_is_told_in_the_language_asked_for(region: Region, language):
    page = plan(region, 0, language)
    title, headline, who_books = SAYS[language]

    assert page.attributes("html") == [{"lang": language}]
    assert page.all("h1") == [title]
    assert headline in page.words
    assert who_books in page.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_above_everything_it_says_that_the_data_are_invented(region: Region, language):
    before_the_title = plan(region, 0, language).words.partition(SAYS[language][0])[0]
    assert INVENTED[language] in before_the_title


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_not_yet_agreed_on_is_headed_as_a_proposal(region: Region, language):
    page = plan(region, 0, language)
    head, _, cards = page.words.partition(SAYS[language][1])
    assert PROPOSAL[language] in head
    assert "Varaat sen itse" not in head
    assert "soittaa itse" not in cards


def test_a_card_is_a_contact_and_explains_its_checks_in_place(region: Region):
    page = plan(region)
    titles = page.all("h3")

    assert titles[:3] == ["Verikoe", "Suun ja hampaiden tarkastus", "Hoitajan käynti"]
    assert "Mitä tutkitaan ja miten valmistaudun" in page.all("summary")[0]
    card = page.all("details")[0]
    assert "Verikoe kertoo, millainen verensokerisi on ollut viime 2\u20133 kuukautta." in card
    assert (
        "Viime kerralla (19.6.2026) arvosi oli 61\u00a0mmol/mol. Tavoitteesi on alle 53\u00a0mmol/mol. "
        "Siksi mittaamme sen 3 kuukauden välein." in card
    )
    assert "Voit syödä ja juoda tavalliseen tapaan." in card
    assert "Perustuu: alueen hoito-ohje, Tyypin 2 diabetes 2026.1 (Käypä hoito)." in card


def test_what_comes_later_has_its_months_and_who_books_it(region: Region):
    page = plan(region)
    later = next(text for text in page.all("summary") if "Influenssarokotus" in text)
    assert later.startswith("syys\u2013joulukuu 2027")
    opened = page.all("details")[page.all("summary").index(later)]
    assert "Milloin: 1.9.\u201331.12.2027" in opened
    assert "Kuka varaa: terveyskeskus." in opened


def test_a_visit_that_is_booked_says_when(region: Region):
    page = plan(region, 1)
    assert "Aika varattu: torstai 3.12.2026 klo 9.30" in page.words


def test_done_within_a_year_is_counted_and_listed(region: Region):
    page = plan(region)
    told = next(text for text in page.all("details") if text.startswith("Tehty viime vuoden"))
    number = int(re.findall(r"\d+", told)[0])
    assert told.count(": Tehty ") == number
    assert "Sokerihemoglobiini (HbA1c): Tehty 19.6.2026" in told


def test_the_number_to_call_is_a_link(region: Region):
    links = [one["href"] for one in plan(region).attributes("a")]
    assert {"tel:+35800001082", "tel:116117", "tel:112"} <= set(links)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(3))
def test_a_patient_never_meets_blame_or_a_code(region: Region, number, language):
    words = plan(region, number, language).words
    assert re.findall(NEVER_TO_A_PATIENT[language], words, re.IGNORECASE) == []
    assert re.findall(CODES, words) == []


@pytest.mark.parametrize("number", range(3))
def test_a_patient_never_meets_the_grace(region: Region, number):
    patient = region.people[number].patient
    with region.runtime.store.read() as view:
        seen = show_care_plan(view, patient, viewer=SYSTEM, as_of=TODAY)
    stretches = [one.stretch for one in seen.follow_ups]
    windows = [one.window for one in stretches]
    told = {day for window in windows for day in window[:2]}
    told |= {one.done.on for one in stretches if one.done}
    graces = {window.closes_on for window in windows} | {one.overdue_from for one in stretches}

    words = plan(region, number).words
    days = {region.runtime.words["fi"].value(day) for day in graces - told}
    assert len(days) > 5
    assert {day for day in days if f" {day}" in words} == set()


def test_what_has_just_been_done_stands_among_the_done(pages: Region):
    page = small(pages, an_hba1c("o1", on="2026-11-20"))
    assert "Sokerihemoglobiini (HbA1c): Tehty 20.11.2026" in page.words


def test_without_a_plan_it_says_whom_to_ask(pages: Region):
    Reception(pages.runtime).put(a_unit(), a_patient())
    page = Page(pages.patient("p1").get("/portal/").text)
    assert "Sinulla ei ole vielä hoitosuunnitelmaa tässä palvelussa." in page.words
    assert "kysy suunnitelmaa: Hattulan terveysasema, +358 00 001 082." in page.words
    assert "tel:+35800001082" in [one["href"] for one in page.attributes("a")]
    assert page.all("h2") == ["Kuka auttaa"]


def test_a_patient_whom_nobody_knows_finds_no_page(pages: Region):
    answer = pages.patient("nobody").get("/portal/")
    assert answer.status_code == 404
    assert pages.trail.lines == []


def test_each_view_leaves_a_line_in_the_access_log(region: Region):
    region.trail.lines.clear()
    plan(region)
    [line] = region.trail.lines
    assert (line.action, line.scope, line.outcome) == ("read", "portal/care-plan", "success")
    assert line.on_behalf == region.people[0].patient
    assert len(line.patients) == 1
    assert line.request


def test_a_page_holds_only_its_own_patient(region: Region):
    first, second = (plan(region, number).words for number in (0, 1))
    assert "Sokerihemoglobiini" in first
    assert "Hämeenlinnan" not in first
    assert "Hattulan" not in second


def test_text_in_another_language_says_which(region: Region):
    page = plan(region, 0, "sv")
    assert {one.get("lang") for one in page.attributes("span")} <= {None, "fi", "sv"}


def test_no_identity_code_or_name_stands_in_address_or_title(region: Region):
    page = plan(region)
    assert page.all("title") == ["Hoitosuunnitelmasi \u2013 Seuranta"]
    addresses = " ".join(one.get("href", "") for one in page.attributes("a"))
    assert "Nieminen" not in addresses
    assert region.people[0].patient not in addresses


def test_the_language_that_was_chosen_holds_on_the_next_page(region: Region):
    browser = region.browser(Identity(Role.PATIENT, "tests", patient=region.people[0].patient))
    browser.get("/portal/", query_string={"lang": "sv"})
    assert 'lang="sv"' in browser.get("/portal/").text


@pytest.mark.parametrize(
    ("asked", "answered"), [("sv-FI,fi;q=0.5", "sv"), ("en-GB", "en"), ("de", "fi"), ("", "fi")]
)
def test_unless_one_was_chosen_the_browsers_language_holds(region: Region, asked, answered):
    answer = region.anybody().get("/", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == answered
