"""Signing in by a one-time link and out again; what a session opens, and what it does not."""

from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from service.domain.access import Identity, Role
from tests.databases import Databases
from tests.house import house
from tests.web.region import HATTULA, LANGUAGES, Region, opened, receive_many

PATIENT = Identity(Role.PATIENT, "tests", patient="p1")
NURSE = Identity(Role.CLINICIAN, "tests", unit=HATTULA)
USED = {
    "fi": "Tämä kirjautumislinkki on jo käytetty tai vanhentunut.",
    "sv": "Den här inloggningslänken har redan använts eller gått ut.",
    "en": "This sign-in link has already been used or has expired.",
}


@pytest.mark.parametrize(("identity", "home"), [(PATIENT, "/portal/"), (NURSE, "/worklist/")])
def test_a_link_signs_the_browser_in_and_leads_to_its_page(pages: Region, identity, home):
    answer = pages.anybody().get(pages.link(identity))

    assert (answer.status_code, answer.location) == (303, home)
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[f"seuranta_session_{identity.role}"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == str(8 * 60 * 60)
    assert cookie.value.count(".") == 0, "a session is no token"
    assert cookie.value not in answer.text


def test_where_the_service_is_reached_by_https_the_cookie_goes_by_it_alone(
    databases: Databases, tmp_path: Path
):
    more = {"SEURANTA_BASE_URL": "https://seuranta.example"}
    with databases.lend("sqlite") as url, house(url, tmp_path, **more) as runtime:
        pages = opened(runtime)
        answer = pages.anybody().get(pages.link(PATIENT))

    cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-seuranta_session_patient"]
    assert cookie["secure"]
    assert (cookie["path"], cookie["domain"]) == ("/", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_that_was_used_says_so(pages: Region, language):
    link = pages.link(PATIENT)
    pages.anybody().get(link)
    again = pages.anybody().get(link, headers={"Accept-Language": language})

    assert again.status_code == 410
    assert USED[language] in again.text
    assert "Set-Cookie" not in again.headers


def test_a_link_is_of_no_use_after_ten_minutes(pages: Region):
    now = pages.runtime.clock.now()
    old = pages.link(PATIENT, at=now - timedelta(minutes=10))
    young = pages.link(PATIENT, at=now - timedelta(minutes=9))

    assert pages.anybody().get(old).status_code == 410
    assert pages.anybody().get(young).status_code == 303


def test_an_unknown_link_is_like_a_used_one(pages: Region):
    assert pages.anybody().get("/sign-in/guessed").status_code == 410


def test_what_looks_ahead_does_not_use_a_link_up(pages: Region):
    link = pages.link(PATIENT)
    assert pages.anybody().head(link).status_code == 204
    assert pages.anybody().get(link, headers={"Sec-Purpose": "prefetch"}).status_code == 204
    assert pages.anybody().get(link).status_code == 303


@pytest.mark.parametrize("page", ["/portal/", "/worklist/"])
def test_without_a_session_a_page_asks_to_sign_in(pages: Region, page):
    answer = pages.anybody().get(page)
    assert answer.status_code == 401
    assert "Avaa uusi kertakäyttöinen kirjautumislinkki." in answer.text


def test_a_bearer_token_opens_no_page(pages: Region):
    answer = pages.anybody().get("/portal/", headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == 401


def test_a_cookie_that_was_made_up_opens_no_page(pages: Region):
    browser = pages.anybody()
    browser.set_cookie("seuranta_session_clinician", "guessed")
    assert browser.get("/worklist/").status_code == 401


def test_a_session_opens_the_page_of_its_role_alone(pages: Region):
    browser = pages.browser(PATIENT)
    assert browser.get("/worklist/").status_code == 401
    session = browser.get_cookie("seuranta_session_patient")
    assert session is not None
    browser.set_cookie("seuranta_session_clinician", session.value)
    assert browser.get("/worklist/").status_code == 401


def test_one_browser_can_show_a_patients_page_and_a_worklist(pages: Region):
    receive_many(pages.runtime, 1)
    browser = pages.browser(PATIENT)
    browser.get(pages.link(NURSE))
    assert [browser.get(page).status_code for page in ("/portal/", "/worklist/")] == [200, 200]
    browser.post("/sign-out")
    assert [browser.get(page).status_code for page in ("/portal/", "/worklist/")] == [401, 401]


def test_signing_out_ends_the_session_everywhere(pages: Region):
    receive_many(pages.runtime, 1)
    browser = pages.browser(NURSE)
    session = browser.get_cookie("seuranta_session_clinician")
    assert session is not None
    elsewhere = pages.anybody()
    elsewhere.set_cookie("seuranta_session_clinician", session.value)
    assert elsewhere.get("/worklist/").status_code == 200

    answer = browser.post("/sign-out", follow_redirects=True)

    assert "Olet kirjautunut ulos. Sulje selain, jos laite on yhteiskäytössä." in answer.text
    assert browser.get_cookie("seuranta_session_clinician") is None
    assert elsewhere.get("/worklist/").status_code == 401


def test_a_link_to_sign_out_signs_nobody_out(pages: Region):
    browser = pages.browser(NURSE)
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/worklist/").status_code == 200
