"""The staff's page of one patient: the plan with its reasons, and what its protocols disagree about."""

from http import HTTPStatus

import pytest

from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c
from tests.web.reading import Page
from tests.web.region import HATTULA, LANGUAGES, Region

SAYS = {
    "fi": (
        "Nyt",
        "Suunnitelma on ehdotus. Sitä ei ole vielä sovittu potilaan kanssa.",
        "Tyypin 2 diabetes 2026.1",
        "Viime arvo 61\u00a0mmol/mol (19.6.2026) on yli tavoitteen 53\u00a0mmol/mol.",
    ),
    "sv": ("Nu", "Planen är ett förslag.", "Typ 2-diabetes 2026.1"),
    "en": (
        "Now",
        "The plan is a proposal.",
        "Follow-up protocols: Dyslipidaemia (statin follow-up) 2026.1",
    ),
}


def the_page(pages: Region, patient: str, unit: str, language: str = "fi") -> Page:
    answer = pages.nurse(unit).get(f"/worklist/people/{patient}", query_string={"lang": language})
    assert answer.status_code == HTTPStatus.OK
    return Page(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_is_told_with_its_reasons_in_three_languages(region: Region, language):
    marjatta = region.people[0]
    page = the_page(region, marjatta.patient, marjatta.unit, language)
    for said in SAYS[language]:
        assert said in page.words
    assert page.attributes("html") == [{"lang": language}]


def test_the_list_leads_to_it_and_neither_address_nor_title_names_anybody(region: Region):
    marjatta = region.people[0]
    browser = region.nurse(marjatta.unit)
    address = f"/worklist/people/{marjatta.patient}"
    assert address in browser.get("/worklist/").text
    page = Page(browser.get(address).text)
    assert page.all("title") == ["Potilaan seuranta \u2013 Seuranta"]
    [heading] = page.all("h1")
    assert heading.startswith("Marjatta")


def test_a_nurse_of_another_unit_finds_no_such_page(region: Region):
    marjatta = region.people[0]
    answer = region.nurse("nowhere").get(f"/worklist/people/{marjatta.patient}")
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_nobody_who_is_not_signed_in_sees_it(region: Region):
    answer = region.anybody().get(f"/worklist/people/{region.people[0].patient}")
    assert answer.status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.UNAUTHORIZED}


def test_reading_it_leaves_its_line_in_the_access_log(region: Region):
    marjatta = region.people[0]
    before = len(region.trail.lines)
    the_page(region, marjatta.patient, marjatta.unit)
    [line] = region.trail.lines[before:]
    assert (line.action, line.scope) == ("read", f"Patient/{marjatta.patient}")
    assert len(line.patients) == 1


def test_of_two_types_of_diabetes_it_says_which_holds_and_why(pages: Region):
    receive(
        pages,
        a_condition("c2", code="E11.9", recordedDate="2020-05-04"),
        a_condition("c1", code="E10.9", recordedDate="2024-02-01"),
    )
    assert (
        "Kaksi toisensa poissulkevaa diagnoosia: Tyypin 1 diabetes (insuliininpuutosdiabetes) "
        "(kirjattu 1.2.2024) ja "
        "Tyypin 2 diabetes (kirjattu 4.5.2020). Voimassa on Tyypin 1 diabetes "
        "(insuliininpuutosdiabetes), koska se on kirjattu viimeksi."
    ) in the_page(pages, "p1", HATTULA).words


def test_of_two_targets_it_says_that_the_strictest_holds(pages: Region):
    receive(pages, a_condition("c1", code="E11.9"), a_condition("c2", code="I48"))
    assert (
        "Yläpaine: tavoitteet eroavat. Tyypin 2 diabetes: alle 130\u00a0mmHg; Eteisvärinä: "
        "alle 140\u00a0mmHg. Voimassa on Tyypin 2 diabetes, koska kaikkien ohjelmien tavoitteiden "
        "pitää täyttyä."
    ) in the_page(pages, "p1", HATTULA).words


def test_one_disease_has_nothing_to_disagree_about(pages: Region):
    receive(pages, a_condition("c1", code="E11.9"))
    assert "Missä ohjelmat eroavat" not in the_page(pages, "p1", HATTULA).words


def test_what_was_done_in_time_and_became_known_later_is_said_so(pages: Region):
    receive(pages, a_condition("c1", code="E11.9"))
    in_time = [an_hba1c("o1", on="2024-01-10"), an_hba1c("o2", on="2024-07-09")]
    Reception(pages.runtime).put(*in_time)
    page = the_page(pages, "p1", HATTULA)
    assert "Viimeksi 9.7.2024: Tehty ajallaan, tieto tuli myöhemmin" in page.words


def test_what_was_done_late_is_late_whenever_it_became_known(pages: Region):
    receive(pages, a_condition("c1", code="E11.9"))
    Reception(pages.runtime).put(an_hba1c("o1", on="2024-01-10"), an_hba1c("o2", on="2026-03-09"))
    assert "Viimeksi 9.3.2026: Tehty myöhässä" in the_page(pages, "p1", HATTULA).words


def receive(pages: Region, *conditions: object) -> None:
    """One person of Hattula with these conditions."""
    reception = Reception(pages.runtime)
    reception.put(a_unit(HATTULA), a_patient(unit=HATTULA))
    reception.put(*conditions)  # type: ignore[arg-type]
