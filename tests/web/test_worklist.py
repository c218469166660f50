"""The page of a health centre: whom to call, why at this place, and a page at a time."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from service.jobs.enrol import enrol
from tests.house import TODAY
from tests.receiving import Reception, a_condition, a_patient, a_unit
from tests.web.reading import Page
from tests.web.region import HATTULA, LANGUAGES, Region, receive_many

SAYS = {
    "fi": ("Työlista", "Soitettavat 1", "Miksi ensin:", "Perustelut"),
    "sv": ("Arbetslista", "Att ringa 1", "Varför först:", "Grunder"),
    "en": ("Worklist", "To call 1", "Why first:", "Reasons"),
}


def the_list(region: Region, number: int, **asked: str) -> Page:
    browser = region.nurse(region.people[number].unit)
    answer = browser.get("/worklist/", query_string={"lang": "fi"} | asked)
    assert answer.status_code == 200
    return Page(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_is_told_in_three_languages(region: Region, language):
    page = the_list(region, 0, lang=language)
    for said in SAYS[language]:
        assert said in page.words
    assert page.attributes("html") == [{"lang": language}]


def test_one_row_is_one_person_with_all_that_is_overdue(region: Region):
    page = the_list(region, 1)
    assert page.all("h2") == ["Göran Lindqvist, 68\u00a0v"]
    assert "Svenska" in page.words
    assert (
        "Myöhässä: Lääkärin seurantakäynti 414\u00a0pv · Rasva-arvot (kolesterolit) 295"
        in page.words
    )
    assert "Hoitajan seurantakäynti (Krooninen munuaistauti) 173\u00a0pv" in page.words
    assert len(re.findall(r"Myöhässä \d+\u00a0pv", page.words)) == 11
    assert "11 seurantaa" in page.words
    assert (
        "Hoituu: 1 kotimittaussarja + 1 näytteenotto + 1 hoitajan käynti + 1 lääkärin käynti."
        in page.words
    )


def test_the_contacts_are_proposed_around_the_appointment_with_the_sample_in_time(region: Region):
    said = "Ehdotus, 2 matkaa: näyte 26.11.2026 mennessä; hoitaja, lääkäri 3.12.2026."
    assert said in the_list(region, 1).words


def test_a_row_says_since_when_it_is_overdue(region: Region):
    page = the_list(region, 0)
    since = re.search(r"Myöhässä (\d+)\u00a0pv, (\d+)\.(\d+)\.(\d+) alkaen", page.words)
    assert since
    days, day, month, year = map(int, since.groups())
    assert (TODAY - timedelta(days=days - 1)).timetuple()[:3] == (year, month, day)


def test_the_grounds_say_rule_value_protocol_version_and_what_closes_it(region: Region):
    grounds = the_list(region, 0).all("details")[-1]
    assert (
        "Sokerihemoglobiini (HbA1c): 3 kuukauden välein. Viime arvo 61\u00a0mmol/mol (19.6.2026) "
        "on yli tavoitteen 53\u00a0mmol/mol. Seurantaohjelma: Tyypin 2 diabetes 2026.1, Käypä hoito."
        in grounds
    )
    assert "Sulkee: Sokerihemoglobiini (HbA1c), lopullinen tulos." in grounds


def test_marks_stand_beside_the_state(region: Region):
    page = the_list(region, 1)
    assert "väli vahvistamatta" in page.words
    assert "Aika varattu torstai 3.12.2026 klo 9.30" in page.words


def test_what_nobody_knows_is_marked(pages: Region):
    receive_many(pages.runtime, 1)
    words = Page(pages.nurse(HATTULA).get("/worklist/").text).words
    assert "Ei tietoa: laboratorio ei ole lähettänyt mitään" in words


def test_the_phone_is_a_link_and_the_data_are_said_to_be_invented(region: Region):
    page = the_list(region, 1)
    calls = [one["href"] for one in page.attributes("a") if one.get("class") == "call"]
    assert calls == ["tel:+35800000002"]
    assert page.words.startswith("Siirry sisältöön Esittelyaineisto. Henkilöt ja luvut")


def test_who_must_not_be_found_is_marked(pages: Region):
    receive_many(pages.runtime, 1)
    labels = [{"code": "TURVAKIELTO"}]
    Reception(pages.runtime).put(a_patient("p1", unit=HATTULA, meta={"security": labels}))
    words = Page(pages.nurse(HATTULA).get("/worklist/").text).words
    assert "Turvakielto: älä kerro yhteystietoja kenellekään." in words


def test_who_is_listed_and_whose_patient_is_deleted_stands_beside_the_others(pages: Region):
    receive_many(pages.runtime, 2)
    reception = Reception(pages.runtime)
    here = {"reference": f"Organization/{HATTULA}"}
    episode = {"resourceType": "EpisodeOfCare", "id": "e1", "status": "active"}
    theirs = {"patient": {"reference": "Patient/p1"}, "managingOrganization": here}
    reception.put({**episode, **theirs, "period": {"start": "2020-01-01"}})

    reception.delete("Patient/p1")

    page = Page(pages.nurse(HATTULA).get("/worklist/", query_string={"lang": "fi"}).text)
    assert sorted(page.all("h2")) == ["Aino Numero02, 66\u00a0v", "Nimi ei ole tiedossa, 66\u00a0v"]


def test_pages_follow_each_other_and_lose_nobody(crowd: Region):
    browser, address = crowd.nurse(HATTULA), "/worklist/"
    names: list[str] = []
    ranges = []
    while address:
        page = Page(browser.get(address).text)
        names += page.all("h2")
        ranges += re.findall(r"Näytetään (\d+)\u2013(\d+) / (\d+)", page.words)
        following = [one["href"] for one in page.attributes("a") if one.get("rel") == "next"]
        address = f"/worklist/{following[0]}" if following else ""

    assert ranges == [("1", "20", "45"), ("21", "40", "45"), ("41", "45", "45")]
    assert len(names) == len(set(names)) == 45
    assert {re.sub(r"\D", "", name.split(",")[0]) for name in names} == {
        f"{number:02}" for number in range(1, 46)
    }


def test_a_link_to_the_next_page_shows_nothing_of_anybody_and_is_of_this_list_only(crowd: Region):
    browser = crowd.nurse(HATTULA)
    page = Page(browser.get("/worklist/").text)
    [following] = [one["href"] for one in page.attributes("a") if one.get("rel") == "next"]
    [cursor] = parse_qs(urlsplit(following).query)["cursor"]

    other_filter = browser.get("/worklist/", query_string={"tab": "all", "cursor": cursor})
    other_nurse = crowd.nurse("inari").get("/worklist/", query_string={"cursor": cursor})
    forged = browser.get("/worklist/", query_string={"cursor": cursor[:-2]})
    assert [one.status_code for one in (other_filter, other_nurse, forged)] == [400, 400, 400]


def test_the_numbers_on_the_tabs_divide_everybody(region: Region):
    page = the_list(region, 1)
    numbers = dict(re.findall(r"(Soitettavat|Aika varattu|Sovittu muuta|Kaikki) (\d+)", page.words))
    parts = ("Soitettavat", "Aika varattu", "Sovittu muuta")
    assert sum(int(numbers[part]) for part in parts) == int(numbers["Kaikki"]) == 1


def test_a_filter_narrows_the_list_and_stays_in_the_address(region: Region):
    page = the_list(region, 1, protocol="dyslipidaemia", sort="since", status="overdue")
    assert "Rasva-arvot (kolesterolit)" in page.all("ul")[-1] + page.words
    chosen = [one["value"] for one in page.attributes("option") if "selected" in one]
    assert {"dyslipidaemia", "since", "overdue"} <= set(chosen)
    tabs = [one["href"] for one in page.attributes("a") if "tab=all" in one.get("href", "")]
    assert all("protocol=dyslipidaemia" in one for one in tabs)


def test_a_distance_narrows_the_list_and_nothing_typed_does_not(region: Region):
    assert the_list(region, 1, distance_over="").all("h2") != []
    page = the_list(region, 1, distance_over="500")
    assert page.all("h2") == []
    [typed] = [one for one in page.attributes("input") if one["name"] == "distance_over"]
    assert typed["value"] == "500"


def test_an_empty_filter_says_how_many_there_are_without_it(region: Region):
    page = the_list(region, 0, protocol="asthma")
    assert "Näillä ehdoilla ei löytynyt ketään. Ilman ehtoja: 1 henkilö." in page.words
    assert "Poista ehdot" in page.all("a")


def test_an_empty_tab_says_that_nobody_is_here(region: Region):
    assert "Tällä hetkellä tässä ei ole ketään." in the_list(region, 0, tab="agreed").words


def test_where_nobody_is_followed_up_the_list_says_so(pages: Region):
    Reception(pages.runtime).put(a_unit(HATTULA))
    words = Page(pages.nurse(HATTULA).get("/worklist/").text).words
    assert "Tässä yksikössä ei ole vielä ketään seurannassa." in words


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"diagnosis": "x"}, "Ehtoa ei tunneta: diagnosis."),
        ({"status": "late"}, "Ehdolla status ei ole arvoa ”late”. Sallitut arvot: due, overdue, "),
        (
            {"protocol": "none"},
            "Ehdolla protocol ei ole arvoa ”none”. Sallitut arvot: anticoagulation, ",
        ),
        ({"activity": "none"}, "Ehdolla activity ei ole arvoa ”none”. Sallitut arvot: "),
        ({"tab": "none"}, "Ehdolla tab ei ole arvoa ”none”. Sallitut arvot: agreed, all, "),
        ({"booked": "ei"}, "Ehdolla booked ei ole arvoa ”ei”. Sallitut arvot: no, yes."),
        ({"distance_over": "-1"}, "”-1” ei ole matka."),
        ({"distance_over": "9" * 5_000}, f"”{'9' * 40}” ei ole matka."),
        ({"language": "x1"}, "”x1” ei ole kielen tunnus."),
    ],
)
def test_an_unknown_filter_or_value_is_told_and_no_list_is_shown(region: Region, asked, told):
    answer = region.nurse(region.people[0].unit).get("/worklist/", query_string=asked)
    assert answer.status_code == 400
    assert told in Page(answer.text).words
    assert "Nieminen" not in answer.text


def test_the_list_of_another_unit_is_not_shown(region: Region):
    hattula, other = region.people[0].unit, region.people[1].unit
    answer = region.nurse(hattula).get("/worklist/", query_string={"unit": other})
    assert answer.status_code == 403
    assert "Sinulla ei ole oikeutta tähän yksikköön. Valitse oma yksikkösi." in answer.text


NOT_FOLLOWED = {
    "fi": "Ei vielä seurannassa, vaikka ohjelma sopii: "
    "Astma (aikuiset), 1 henkilö · Tyypin 2 diabetes, 2 henkilöä. Pääkäyttäjä voi",
    "sv": "Ännu inte i uppföljning, fast programmet passar: "
    "Astma (vuxna), 1 person · Typ 2-diabetes, 2 personer. Administratören kan",
    "en": "Not yet followed up, though a protocol fits: "
    "Asthma (adults), 1 person · Type 2 diabetes, 2 people. An administrator can",
}


def test_whom_a_protocol_fits_and_nobody_follows_up_is_told_by_protocol(pages: Region):
    Reception(pages.runtime).put(
        a_unit(HATTULA, enrols=False),
        a_unit("loppi", enrols=False),
        *(a_patient(f"p{number}", unit=HATTULA) for number in (1, 2)),
        a_patient("p3", unit="loppi"),
        *(a_condition(f"c{number}", patient=f"p{number}") for number in (1, 2, 3)),
        a_condition("c4", patient="p1", code="J45.9"),
    )
    browser = pages.nurse(HATTULA)
    for language, said in NOT_FOLLOWED.items():
        words = Page(browser.get("/worklist/", query_string={"lang": language}).text).words
        assert said in words

    enrol(pages.runtime, ["asthma"])
    words = Page(browser.get("/worklist/?lang=fi").text).words
    assert "vaikka ohjelma sopii: Tyypin 2 diabetes, 2 henkilöä." in words
    enrol(pages.runtime)
    assert "vaikka ohjelma sopii" not in browser.get("/worklist/").text


def test_a_language_is_told_by_its_name(pages: Region):
    receive_many(pages.runtime, 1)
    spoken = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ru"}]}}]
    Reception(pages.runtime).put(a_patient("p1", unit=HATTULA, communication=spoken))
    browser = pages.nurse(HATTULA)
    for language, said in {"fi": "Venäjä", "sv": "Ryska", "en": "Russian"}.items():
        assert said in Page(browser.get("/worklist/", query_string={"lang": language}).text).words


def test_names_to_choose_from_stand_in_the_order_of_the_alphabet(region: Region):
    page = the_list(region, 0, lang="sv")
    activities = page.all("select")[1]
    in_order = ["ALAT", "Albumin", "Parathormon", "PEF-mätning", "Årskontroll", "Ögonbotten"]
    assert sorted(map(activities.index, in_order)) == list(map(activities.index, in_order))


def test_each_view_leaves_a_line_with_everybody_on_it(pages: Region):
    receive_many(pages.runtime, 3)
    browser = pages.nurse(HATTULA)
    browser.get("/worklist/")
    [line] = pages.trail.lines
    assert (line.action, line.scope, line.unit) == ("search", "worklist/people", HATTULA)
    assert len(line.patients) == 3


def test_a_name_cannot_become_markup(pages: Region):
    receive_many(pages.runtime, 1)
    name = [{"family": "<script>alert(1)</script>", "given": ["Aino"]}]
    Reception(pages.runtime).put(a_patient("p1", unit=HATTULA, name=name))
    answer = pages.nurse(HATTULA).get("/worklist/")
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
